// Places to try a sandbox in: a workspace, what lies around it, and `codex sandbox` run there as us or as an ordinary user.

import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  linkSync,
} from "node:fs";
import { join } from "node:path";
import { CODEX } from "./harness";
import { finished, type Finished } from "./processes";

/** Nobody: a user without rights on every Linux. */
const ORDINARY_ID = 65_534;
/** Outside the system's temporary folder, which is itself writable in workspace-write. */
const PARENT = "/var/tmp";

export type Who = "the user" | "an ordinary user";
export type Mode = "read-only" | "workspace-write";
/** What commands are confined by; all but the first on what looks like a system that refuses better (filter-calls.py). */
export type Rung = "namespaces" | "bubblewrap" | "landlock";

export type Confined = Disposable & {
  /** Holds all the others; nothing of it but `workspace` and `tmp` is writable in any mode. */
  readonly root: string;
  readonly workspace: string;
  readonly outside: string;
  readonly home: string;
  readonly codexHome: string;
  /** `$TMPDIR`. */
  readonly tmp: string;
  /** The `PATH` that is needed. */
  readonly path: string;
  readonly run: (mode: Mode, argv: readonly string[], options?: RunOptions) => Promise<Finished>;
  readonly start: (mode: Mode, argv: readonly string[], options?: RunOptions) => Started;
  /** The same, started by other words before it. */
  readonly under: (
    words: readonly string[],
    mode: Mode,
    argv: readonly string[],
    options?: RunOptions,
  ) => Started;
};

type Started = Bun.Subprocess<"pipe", "pipe", "pipe">;

export type RunOptions = {
  readonly cwd?: string;
  readonly stdin?: string;
  /** Before the command: `-c`, `key=value`. */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

/** As whom tests can run here: an ordinary user only where we may become one. */
export function everyone(): readonly Who[] {
  const canSwitch = process.getuid?.() === 0 && Bun.which("setpriv") !== null;
  return canSwitch ? ["the user", "an ordinary user"] : ["the user"];
}

/** The rungs that can be tried here: the lower ones need somebody who may forbid others something, and the programs. */
export function everyRung(): readonly Rung[] {
  const canForbid = process.getuid?.() === 0 && PYTHON !== null;
  if (process.platform !== "linux" || !canForbid) return ["namespaces"];
  return ["namespaces", ...(BUBBLEWRAP === null ? [] : (["bubblewrap"] as const)), "landlock"];
}

/** Not the first on PATH: an ordinary user may not reach what is installed for us alone, and a wrapper takes its time. */
export const PYTHON = ["/usr/bin/python3", "/usr/local/bin/python3"].find(existsSync) ?? Bun.which("python3");
const BUBBLEWRAP = Bun.which("bwrap");
const FILTER = join(import.meta.dir, "..", "sandbox", "filter-calls.py");

/** Words that make the system look such that only this rung is left. */
export function onRung(rung: Rung): readonly string[] {
  if (rung === "namespaces") return [];
  return [PYTHON ?? "python3", "-S", FILTER, rung === "landlock" ? "container" : "no user namespaces"];
}

/** A `bwrap` that gets its rights by being executed, as some systems have it: a folder for PATH. */
export function privilegedBubblewrap(root: string): string {
  const folder = join(root, "bin");
  mkdirSync(folder, { recursive: true });
  copyFileSync(BUBBLEWRAP ?? "/usr/bin/bwrap", join(folder, "bwrap"));
  chownSync(join(folder, "bwrap"), 0, 0);
  chmodSync(join(folder, "bwrap"), 0o4755);
  return folder;
}

/**
 * A git workspace with a file outside it, a symbolic link and a hard link to that file, and a nested folder. All of it
 * belongs to `who`.
 */
export function confined(who: Who = "the user", rung: Rung = "namespaces"): Confined {
  const root = realpathSync(mkdtempSync(join(PARENT, "codex-confined-")));
  const at = (name: string) => join(root, name);
  const [workspace, outside, home, tmp] = [at("workspace"), at("outside"), at("home"), at("tmp")];
  const codexHome = join(home, ".codex");
  for (const folder of [
    workspace,
    outside,
    home,
    tmp,
    codexHome,
    join(workspace, ".git", "hooks"),
    join(workspace, "sub"),
  ]) {
    mkdirSync(folder, { recursive: true });
  }
  writeFileSync(join(workspace, ".git", "config"), "[core]\n");
  writeFileSync(join(workspace, ".git", "HEAD"), "ref: refs/heads/main\n");
  writeFileSync(join(outside, "file"), "outside\n");
  symlinkSync(join(outside, "file"), join(workspace, "link"));
  symlinkSync(outside, join(workspace, "folder-link"));
  linkSync(join(outside, "file"), join(workspace, "hard"));
  writeFileSync(join(codexHome, "auth.json"), "{}\n");
  if (who === "an ordinary user") giveAway(root);

  const path = process.env.PATH ?? "/usr/bin:/bin";
  const programs = rung === "bubblewrap" ? `${privilegedBubblewrap(root)}:${path}` : path;
  const started: Bun.Subprocess[] = [];
  const under = (
    words: readonly string[],
    mode: Mode,
    argv: readonly string[],
    options: RunOptions = {},
  ): Started => {
    const child = Bun.spawn(
      [
        ...words,
        ...onRung(rung),
        ...identity(who),
        ...[
          CODEX,
          "sandbox",
          ...modeFlags(mode),
          ...rungFlags(rung),
          ...(options.flags ?? []),
          "--",
          ...argv,
        ],
      ],
      {
        cwd: options.cwd ?? workspace,
        env: {
          PATH: programs,
          HOME: home,
          CODEX_HOME: codexHome,
          TMPDIR: tmp,
          ...options.env,
        },
        stdin: "pipe",
        stdout: "pipe",
        stderr: "pipe",
      },
    );
    started.push(child);
    return child;
  };
  const start: Confined["start"] = (mode, argv, options) => under([], mode, argv, options);
  return {
    root,
    workspace,
    outside,
    home,
    codexHome,
    tmp,
    path: programs,
    start,
    under,
    async run(mode, argv, options = {}) {
      const child = start(mode, argv, options);
      await child.stdin.write(options.stdin ?? "");
      await child.stdin.end();
      return await finished(child);
    },
    [Symbol.dispose]() {
      for (const child of started) child.kill("SIGKILL");
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function identity(who: Who): readonly string[] {
  if (who === "the user") return [];
  return ["setpriv", `--reuid=${ORDINARY_ID}`, `--regid=${ORDINARY_ID}`, "--clear-groups"];
}

/** What the user is asked on the last rung. */
export function rungFlags(rung: Rung): readonly string[] {
  return rung === "landlock" ? ["-c", "sandbox_linux.allow_landlock=true"] : [];
}

function modeFlags(mode: Mode): readonly string[] {
  return mode === "read-only" ? [] : ["-c", 'sandbox_mode="workspace-write"'];
}

function giveAway(root: string): void {
  for (const name of new Bun.Glob("**/*").scanSync({ cwd: root, dot: true, onlyFiles: false })) {
    if (!name.endsWith("link")) chownSync(join(root, name), ORDINARY_ID, ORDINARY_ID);
  }
  chownSync(root, ORDINARY_ID, ORDINARY_ID);
}
