// How a command is to be confined, as plain data: sandbox/ decides it, this folder carries it out.

export type Confinement = { readonly type: "none" } | NamespaceConfinement;

/** Linux namespaces of the command's own: users, mounts, processes, IPC and, unless shared, network. */
export type NamespaceConfinement = {
  readonly type: "namespaces";
  readonly network: "shared" | "none";
  /** `sealed`: all of it read-only, with a private /dev, except for `mounts`. `open`: as on the host. */
  readonly tree: "sealed" | "open";
  /** Applied in this order: parents come before their children. */
  readonly mounts: readonly MountRule[];
  /** The system call filter: a classic BPF program, 8 bytes an instruction. */
  readonly filter: Uint8Array;
  /** Change mounts one by one, as kernels before 5.12 need it. Found out by itself; set by tests. */
  readonly plainRemounts?: boolean;
};

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
