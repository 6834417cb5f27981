// Runs the executable in a terminal of tmux, presses keys, and reads what a person would see.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CODEX, type Box } from "../support/harness";

/** Tests in a terminal are left out, visibly, where there is no tmux. */
export const HAS_TMUX = Bun.which("tmux") !== null;
if (!HAS_TMUX) console.warn("tmux is not installed: the interface is not tested in a terminal");

export type TmuxOptions = {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Words before the program, which run it on what looks like another system. */
  readonly behind?: readonly string[];
};

export type Tmux = AsyncDisposable & {
  /** A line for the shell in the terminal. */
  readonly shell: (line: string) => Promise<void>;
  /** Runs codex with these words; when it has ended the terminal shows `ended with CODE`. */
  readonly codex: (...words: readonly string[]) => Promise<void>;
  /** Keys by tmux's names, such as `Enter`, `Escape`, `C-c`. */
  readonly press: (...keys: readonly string[]) => Promise<void>;
  /** Types a text and waits until it is on the screen, so that no key after it counts as pasted. */
  readonly type: (text: string) => Promise<void>;
  /** `type`, then Enter. */
  readonly send: (text: string) => Promise<void>;
  /** Resolves to the screen as soon as it shows this. */
  readonly shows: (pattern: string | RegExp) => Promise<string>;
  /** Resolves to the screen as soon as it no longer shows this. */
  readonly hides: (pattern: string | RegExp) => Promise<string>;
  /** What stands on the screen now, without blanks at the ends of lines. */
  readonly screen: () => Promise<string>;
  /** The scrollback and the screen; lines that the terminal wrapped are one. */
  readonly history: () => Promise<string>;
  /** As `history`, with the sequences of colours and weights. */
  readonly coloured: () => Promise<string>;
  readonly resize: (columns: number, rows: number) => Promise<void>;
  /** The modes of the terminal, as `stty -a` tells them. */
  readonly modes: () => Promise<string>;
  /** Process id of codex. */
  readonly pid: () => Promise<number>;
  /** Closes the terminal's window. */
  readonly close: () => Promise<void>;
  readonly title: () => Promise<string>;
};

/** Long even for a machine that has much else to do. */
const SHOWS_MS = 40_000;
const POLL_MS = 25;

export async function openTmux(box: Box, options: TmuxOptions = {}): Promise<Tmux> {
  const { columns = 80, rows = 24 } = options;
  const socket = `codex-test-${crypto.randomUUID()}`;
  const tmux = async (...args: readonly string[]): Promise<string> => {
    const child = Bun.spawn(["tmux", "-L", socket, "-f", "/dev/null", ...args], {
      stdout: "pipe",
      stderr: "pipe",
      env: shellEnv(box, options.env ?? {}),
    });
    return await new Response(child.stdout).text();
  };
  await tmux("new-session", "-d", "-x", String(columns), "-y", String(rows), "-c", box.workspace, "sh");

  const capture = async (...more: readonly string[]) =>
    (await tmux("capture-pane", "-p", ...more)).replace(/[ \n]+$/, "");
  const screen = () => capture();
  const until = async (what: string, holds: (text: string) => boolean): Promise<string> => {
    const deadline = performance.now() + SHOWS_MS;
    for (;;) {
      const text = await screen();
      if (holds(text)) return text;
      if (performance.now() > deadline) throw new Error(`the terminal did not come to ${what}:\n${text}`);
      await Bun.sleep(POLL_MS);
    }
  };
  const has = (pattern: string | RegExp) => (text: string) =>
    typeof pattern === "string" ? text.includes(pattern) : pattern.test(text);
  const press = async (...keys: readonly string[]) => void (await tmux("send-keys", ...keys));
  const shell = async (line: string) => {
    await tmux("send-keys", "-l", line);
    await press("Enter");
  };
  const type = async (text: string) => {
    await tmux("send-keys", "-l", text);
    const end = text.slice(-Math.min(12, columns - 8)).trimStart();
    await until(`show ${JSON.stringify(end)}`, (shown) => shown.includes(end));
    await Bun.sleep(PASTE_MS);
  };
  let runs = 0;
  await until("a prompt", (text) => /[$#]/.test(text));
  await shell("PS1='$ '; clear");
  await until("a clear screen", (text) => text === "$");
  return {
    shell,
    press,
    type,
    screen,
    codex: async (...words) => {
      await shell("clear"); // else what the program before it left could pass for what this one shows
      await until("a clear screen", (text) => text === "$");
      const all = [...(options.behind ?? []), CODEX, ...words];
      const quoted = all.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
      await shell(`clear; sh -c 'echo $$ > pid; exec "$0" "$@"' ${quoted}; echo ended with $?`);
    },
    send: async (text) => {
      await type(text);
      await press("Enter");
    },
    shows: (pattern) => until(`show ${String(pattern)}`, has(pattern)),
    hides: (pattern) => until(`hide ${String(pattern)}`, (text) => !has(pattern)(text)),
    coloured: () => capture("-S", "-", "-e"),
    history: () => capture("-S", "-", "-J"),
    resize: async (width, height) =>
      void (await tmux("resize-window", "-x", String(width), "-y", String(height))),
    modes: async () => {
      runs += 1;
      await shell(`stty -a > modes.${runs}; echo written.${runs}`);
      await until("write the modes", (text) => text.includes(`\nwritten.${runs}`));
      return readFileSync(join(box.workspace, `modes.${runs}`), "utf8");
    },
    pid: () => Promise.resolve(Number(readFileSync(join(box.workspace, "pid"), "utf8"))),
    close: async () => void (await tmux("kill-server")),
    title: async () => (await tmux("display-message", "-p", "#{pane_title}")).trim(),
    [Symbol.asyncDispose]: async () => void (await tmux("kill-server")),
  };
}

/** Longer than the time in which an Enter behind fast characters counts as part of a paste. */
const PASTE_MS = 150;

function shellEnv(box: Box, more: Readonly<Record<string, string>>): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "/usr/bin:/bin",
    HOME: box.home,
    CODEX_HOME: box.codexHome,
    SHELL: "/bin/sh",
    LANG: "C.UTF-8",
    TMUX_TMPDIR: "/tmp",
    ...more,
  };
}
