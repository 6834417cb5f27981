// Which terminal program we write to, by the variables that terminals set (login-notify.md 8).

import { spawnCommand } from "../../exec/spawn";

type Environment = Readonly<Record<string, string | undefined>>;

export type TerminalName = (typeof NAMES)[number] | "unknown";

const NAMES = [
  ...(["appleterminal", "ghostty", "iterm", "warp", "vscode", "wezterm", "kitty", "alacritty"] as const),
  ...(["konsole", "gnometerminal", "vte", "windowsterminal", "dumb"] as const),
];
/** How terminals call themselves where that is something else; compared without case, blanks and punctuation. */
const ALIASES: Readonly<Record<string, TerminalName>> = {
  itermapp: "iterm",
  iterm2: "iterm",
  warpterminal: "warp",
  xtermghostty: "ghostty",
  xtermkitty: "kitty",
  weztermmux: "wezterm",
};
/** Variables of one terminal each, the surest first. */
const MARKS: readonly (readonly [TerminalName, readonly string[]])[] = [
  ["wezterm", ["WEZTERM_VERSION"]],
  ["iterm", ["ITERM_SESSION_ID", "ITERM_PROFILE", "ITERM_PROFILE_NAME"]],
  ["appleterminal", ["TERM_SESSION_ID"]],
  ["kitty", ["KITTY_WINDOW_ID"]],
  ["alacritty", ["ALACRITTY_SOCKET"]],
  ["konsole", ["KONSOLE_VERSION"]],
  ["gnometerminal", ["GNOME_TERMINAL_SCREEN"]],
  ["vte", ["VTE_VERSION"]],
  ["windowsterminal", ["WT_SESSION"]],
];
/** `tmux` answers at once or is stuck. */
const TMUX_ANSWER_MS = 500;
const TMUX_ANSWER_BYTES = 1024;

export function isInTmux(env: Environment): boolean {
  return Boolean(env.TMUX || env.TMUX_PANE);
}

/** Without asking anybody: inside tmux it is `unknown`, for the variables may be those of another terminal. */
export function terminalName(env: Environment): TerminalName {
  const program = env.TERM_PROGRAM;
  if (program) return nameOf(program);
  const term = env.TERM ?? "";
  for (const [name, variables] of MARKS) {
    const named = name === "kitty" ? term.includes("kitty") : name === "alacritty" && term === "alacritty";
    if (named || variables.some((variable) => env[variable])) return name;
  }
  return nameOf(term);
}

/** The terminal around tmux, as tmux knows it; `unknown` when it does not say so in time. Never rejects. */
export async function terminalAroundTmux(env: Environment): Promise<TerminalName> {
  try {
    for (const field of ["#{client_termtype}", "#{client_termname}"]) {
      const answer = await ask(["tmux", "display-message", "-p", field], env);
      const [first = ""] = answer.trim().split(/\s+/);
      const name = nameOf(first);
      if (name !== "unknown") return name;
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error; // no descriptors are left, and a bell will do
  }
  return "unknown";
}

function nameOf(text: string): TerminalName {
  const key = text.toLowerCase().replace(/[\s_.-]/g, "");
  return Object.hasOwn(ALIASES, key)
    ? (ALIASES[key] ?? "unknown")
    : (NAMES.find((name) => name === key) ?? "unknown");
}

/** The beginning of what a command prints; "" when it fails, or is not done in time. */
async function ask(argv: readonly string[], env: Environment): Promise<string> {
  const variables = Object.entries(env).filter(
    (pair): pair is [string, string] => pair[1] !== undefined && !pair[0].startsWith("BUN_"),
  );
  await using command = spawnCommand({
    argv,
    cwd: "/",
    env: Object.fromEntries(variables),
    confinement: { type: "none" },
    stdin: "null",
    stdout: "pipe",
    stderr: "stdout",
  });
  const deadline = setTimeout(() => command.kill(), TMUX_ANSWER_MS);
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of command.stdout ?? []) {
    text = (text + decoder.decode(chunk, { stream: true })).slice(0, TMUX_ANSWER_BYTES);
  }
  const ended = await command.exited;
  clearTimeout(deadline);
  return ended.type === "exited" && ended.code === 0 ? text : "";
}
