// The systems that a release is made for, and what each file of it is called.

export type Target = {
  /** As in file names: `linux-x64-musl`. */
  readonly name: string;
  /** As Bun calls its runtime for it. */
  readonly runtime: Bun.Build.CompileTarget;
  readonly system: "linux" | "darwin" | "windows";
  readonly processor: "x64" | "arm64";
  readonly libc: "glibc" | "musl" | undefined;
};

export const TARGETS: readonly Target[] = [
  { name: "linux-x64", runtime: "bun-linux-x64", system: "linux", processor: "x64", libc: "glibc" },
  { name: "linux-x64-musl", runtime: "bun-linux-x64-musl", system: "linux", processor: "x64", libc: "musl" },
  { name: "linux-arm64", runtime: "bun-linux-arm64", system: "linux", processor: "arm64", libc: "glibc" },
  {
    name: "linux-arm64-musl",
    runtime: "bun-linux-arm64-musl",
    system: "linux",
    processor: "arm64",
    libc: "musl",
  },
  { name: "darwin-x64", runtime: "bun-darwin-x64", system: "darwin", processor: "x64", libc: undefined },
  {
    name: "darwin-arm64",
    runtime: "bun-darwin-arm64",
    system: "darwin",
    processor: "arm64",
    libc: undefined,
  },
  { name: "windows-x64", runtime: "bun-windows-x64", system: "windows", processor: "x64", libc: undefined },
  {
    name: "windows-arm64",
    runtime: "bun-windows-arm64",
    system: "windows",
    processor: "arm64",
    libc: undefined,
  },
];

/** `codex-linux-x64`, `codex-windows-x64.exe`: below dist/. */
export function executableFile(target: Target): string {
  return `codex-${target.name}${executableEnding(target)}`;
}

/** What the executable is called where people use it. */
export function commandFile(target: Target): string {
  return `codex${executableEnding(target)}`;
}

/** What people download: two forms each, but one for Windows, which opens zip files by itself. */
export function archiveFiles(target: Target): readonly string[] {
  const base = `codex-${target.name}`;
  return target.system === "windows" ? [`${base}.zip`] : [`${base}.tar.gz`, `${base}.tar.zst`];
}

function executableEnding({ system }: Target): string {
  return system === "windows" ? ".exe" : "";
}
