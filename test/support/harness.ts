// Runs the compiled executable for a test: a fresh home, CODEX_HOME and workspace, an environment with nothing of ours in it.

import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** The executable under test: the one that `npm test` builds, or any other that claims to behave the same. */
export const CODEX = process.env["CODEX_UNDER_TEST"] ?? join(import.meta.dir, "..", "..", "dist", "codex");

/** After this a process that hangs is killed, so that its test fails by what it printed and not by a timeout. */
const KILL_AFTER_MS = 50_000;

/**
 * Boxes lie outside the system's temporary directory: codex makes no PATH aliases for a CODEX_HOME below it, and
 * workspace-write lets commands write there.
 */
const PERSISTENT_TEMP = "/var/tmp";

export type BoxOptions = {
  /** Text of `$CODEX_HOME/config.toml`; no file when absent. */
  readonly config?: string;
  /** Files of the workspace by relative path. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Makes the workspace a git repository (an empty one, without running git). Default true. */
  readonly git?: boolean;
  /** Puts the whole box under the system's temporary directory instead. Default false. */
  readonly inSystemTemp?: boolean;
  /** Runs this executable instead of the one under test. */
  readonly executable?: string;
};

export type CodexOptions = {
  /** Default: stdin is /dev/null. */
  readonly stdin?: string | Uint8Array;
  /** Added to the box's environment; undefined removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default: the workspace. */
  readonly cwd?: string;
  /** Another name for argv[0]. */
  readonly argv0?: string;
};

export type CodexResult = {
  readonly stdout: string;
  readonly stderr: string;
  /** Null when a signal ended the process. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | number | null;
};

/** A process that is still running. */
export type RunningCodex = {
  readonly pid: number;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Resolves as soon as stdout or stderr has shown what `pattern` describes; rejects when the process ends without. */
  readonly shows: (pattern: RegExp | string) => Promise<void>;
  readonly result: Promise<CodexResult>;
};

/** A line of `exec --json`. */
export type ExecEvent = { readonly type: string; readonly [field: string]: unknown };

export type Box = AsyncDisposable & {
  /** Canonical, absolute. */
  readonly home: string;
  readonly codexHome: string;
  readonly workspace: string;
  /** Writes a file (relative to the workspace, or absolute) and its folders; returns its absolute path. */
  readonly write: (path: string, content: string | Uint8Array) => string;
  /** Runs `codex ...args` to its end. */
  readonly codex: (args: readonly string[], options?: CodexOptions) => Promise<CodexResult>;
  readonly start: (args: readonly string[], options?: CodexOptions) => RunningCodex;
  /** Runs `codex exec --json ...args` and parses every line of stdout. */
  readonly events: (
    args: readonly string[],
    options?: CodexOptions,
  ) => Promise<CodexResult & { readonly events: readonly ExecEvent[] }>;
};

export async function sandboxBox(options: BoxOptions = {}): Promise<Box> {
  const parent = options.inSystemTemp !== true && existsSync(PERSISTENT_TEMP) ? PERSISTENT_TEMP : tmpdir();
  const root = realpathSync(mkdtempSync(join(parent, "codex-box-")));
  const home = join(root, "home");
  const codexHome = join(root, "codex-home");
  const workspace = join(root, "workspace");
  for (const folder of [home, codexHome, workspace]) mkdirSync(folder);
  if (options.git !== false) initGit(workspace);

  const write = (path: string, content: string | Uint8Array): string => {
    const target = path.startsWith("/") ? path : join(workspace, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
    return target;
  };
  if (options.config !== undefined) write(join(codexHome, "config.toml"), options.config);
  for (const [path, content] of Object.entries(options.files ?? {})) write(path, content);

  const running = new Set<RunningCodex>();
  const start = (args: readonly string[], given: CodexOptions = {}): RunningCodex => {
    const env = {
      PATH: process.env["PATH"] ?? "/usr/bin:/bin",
      HOME: home,
      CODEX_HOME: codexHome,
      SHELL: "/bin/sh",
      LANG: "C.UTF-8",
      ...given.env,
    };
    const executable = options.executable ?? CODEX;
    const started = startCodex(args, { executable, cwd: workspace, ...given, env });
    running.add(started);
    void started.result.finally(() => running.delete(started));
    return started;
  };
  const codex = (args: readonly string[], given?: CodexOptions) => start(args, given).result;
  return {
    home,
    codexHome,
    workspace,
    write,
    start,
    codex,
    events: async (args, given) => {
      const result = await codex(["exec", "--json", ...args], given);
      return { ...result, events: parseEvents(result.stdout) };
    },
    [Symbol.asyncDispose]: async () => {
      for (const left of running) left.kill("SIGKILL");
      await Promise.all([...running].map((left) => left.result));
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Configuration for a provider `mock` at `url` (a scripted server), without retries unless `more` says so. */
export function mockProvider(url: string, more = ""): string {
  return `model = "gpt-5.2"
model_provider = "mock"

[model_providers.mock]
name = "mock"
base_url = "${url}"
request_max_retries = 0
stream_max_retries = 0
${more}`;
}

/** The last line must end in a newline like every other one. */
export function parseEvents(stdout: string): readonly ExecEvent[] {
  if (stdout === "") return [];
  if (!stdout.endsWith("\n")) throw new Error(`the last line is not ended: ${stdout.slice(-200)}`);
  return stdout
    .slice(0, -1)
    .split("\n")
    .map((line) => JSON.parse(line) as ExecEvent); // the tests look at the fields they need
}

function startCodex(
  args: readonly string[],
  options: CodexOptions & {
    readonly executable: string;
    readonly cwd: string;
    readonly env: Readonly<Record<string, string | undefined>>;
  },
): RunningCodex {
  const child = Bun.spawn([options.executable, ...args], {
    cwd: options.cwd,
    env: options.env,
    stdin: options.stdin === undefined ? "ignore" : Buffer.from(options.stdin),
    stdout: "pipe",
    stderr: "pipe",
    killSignal: "SIGKILL",
    timeout: KILL_AFTER_MS,
    ...(options.argv0 === undefined ? {} : { argv0: options.argv0 }),
  });
  const seen = { stdout: "", stderr: "" };
  const waiting = new Set<() => void>();
  const collect = async (name: "stdout" | "stderr", stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      seen[name] += decoder.decode(chunk, { stream: true });
      for (const look of waiting) look();
    }
    seen[name] += decoder.decode();
  };
  const ended = Promise.all([
    collect("stdout", child.stdout),
    collect("stderr", child.stderr),
    child.exited,
  ]).then(() => ({ ...seen, exitCode: child.exitCode, signal: child.signalCode }));
  return {
    pid: child.pid,
    kill: (signal) => child.kill(signal),
    shows: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): boolean => {
          const shown = [seen.stdout, seen.stderr].some((text) =>
            typeof pattern === "string" ? text.includes(pattern) : pattern.test(text),
          );
          if (shown) {
            waiting.delete(look);
            resolve();
          }
          return shown;
        };
        if (look()) return;
        waiting.add(look);
        void ended.then((result) => {
          if (!look()) reject(new Error(`ended without ${String(pattern)}: ${JSON.stringify(result)}`));
        });
      }),
    result: ended,
  };
}

/** The least that git itself takes for a repository. */
function initGit(folder: string): void {
  for (const path of [".git/objects", ".git/refs/heads"]) mkdirSync(join(folder, path), { recursive: true });
  writeFileSync(join(folder, ".git/HEAD"), "ref: refs/heads/main\n");
  writeFileSync(join(folder, ".git/config"), "[core]\n\trepositoryformatversion = 0\n\tbare = false\n");
}
