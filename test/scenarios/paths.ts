// Where a scenario is played.

/** Absolute and canonical. `root` holds the other two, the home folder and nothing else. */
export type Paths = { readonly root: string; readonly workspace: string; readonly codexHome: string };
