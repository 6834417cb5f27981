// How a command is to be confined, as plain data: sandbox/ decides it, this folder carries it out.

export type Confinement =
  { readonly type: "none" } | LinuxConfinement | SeatbeltConfinement | TokenConfinement;

/** The rungs of Linux, from the best down. */
export type LinuxConfinement = NamespaceConfinement | BubblewrapConfinement | LandlockConfinement;

/** Linux namespaces of the command's own: users, mounts, processes, IPC and, unless shared, network. */
export type NamespaceConfinement = {
  readonly type: "namespaces";
  /** `loopback`: nothing but a loopback device of the command's own. */
  readonly network: "shared" | "none" | "loopback";
  /** `sealed`: all of it read-only, with a private /dev, except for `mounts`. `open`: as on the host. */
  readonly tree: "sealed" | "open";
  /**
   * Whether named pipes outside may be written, which read-only mounts do not keep anybody from. Closed by Landlock on top, where
   * the kernel has it (5.19); the command can then not mount anything in namespaces of its own, as some sandboxes do.
   */
  readonly pipes: "closed" | "open";
  /** Applied in this order: parents come before their children. */
  readonly mounts: readonly MountRule[];
  /** The system call filter: a classic BPF program, 8 bytes an instruction. */
  readonly filter: Uint8Array;
  /** Change mounts one by one, as kernels before 5.12 need it. Found out by itself; set by tests. */
  readonly plainRemounts?: boolean;
};

/** The same, made by the system's `bwrap`, which some systems allow what they refuse to others. */
export type BubblewrapConfinement = {
  readonly type: "bubblewrap";
  /** Absolute. */
  readonly program: string;
  /** All that stands before `--`. It finds the filter at descriptor 9. */
  readonly options: readonly string[];
  /** What may be opened for writing, named pipes included; undefined where those may be everywhere. */
  readonly opened: readonly string[] | undefined;
  /** Paths to be created while the command runs when they do not exist. */
  readonly placeholders: readonly string[];
  readonly filter: Uint8Array;
};

/** Rules of the kernel's about files, without namespaces: what no rule allows is read-only. */
export type LandlockConfinement = {
  readonly type: "landlock";
  readonly network: "shared" | "none";
  readonly allow: readonly LandlockRule[];
  /** The rights that rules are about: of files, of ports, and what reaches past the command's own processes. */
  readonly handled: readonly [files: number, ports: number, scope: number];
  /** Cannot be closed inside an open folder: put back as they were after the command. */
  readonly guard: readonly string[];
  readonly filter: Uint8Array;
};

export type LandlockRule = { readonly path: string; readonly rights: number };

/** macOS: words to be put before the command, which start it under a profile. */
export type SeatbeltConfinement = { readonly type: "seatbelt"; readonly wrapper: readonly string[] };

/** Paths are absolute and canonical; one that has become a symbolic link meanwhile stops the start. */
export type MountRule =
  | { readonly type: "open"; readonly path: string }
  /** Writable as before, but it can no longer be renamed, so what lies below keeps its path. */
  | { readonly type: "pin"; readonly path: string }
  /** Read-only. `create`: when it does not exist, an empty read-only directory stands there for the time of the command. */
  | { readonly type: "protect"; readonly path: string; readonly missing: "create" | "skip" }
  /** Neither readable nor listable. `passage` are directories to re-create inside, so that deeper rules find their place. */
  | {
      readonly type: "hide";
      readonly path: string;
      readonly what: "directory" | "file";
      readonly passage: readonly Passage[];
    };

export type Passage = { readonly path: string; readonly what: "directory" | "file" };

/** Windows: a token with fewer rights, folders that are opened to it, and what stays closed inside them. */
export type TokenConfinement = {
  readonly type: "token";
  /** The names (SIDs) that the token is known by where it may write. */
  readonly capabilities: readonly string[];
  readonly open: readonly { readonly path: string; readonly capability: string }[];
  /** Exist, and lie inside open folders. */
  readonly protect: readonly string[];
  /** Folders between an open one and a protected one: they keep their names. */
  readonly pin: readonly string[];
  /** Must not be writable, or the command does not start. */
  readonly guarded: readonly string[];
  readonly desktop: "private" | "shared";
  /** Variables that the command has unless it has others of these names. */
  readonly environment: Readonly<Record<string, string>>;
};
