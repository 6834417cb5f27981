// What every cell of the transcript is made with: the width, the styles, the bullet, the branch, paths as people read them.

import type { Theme } from "../terminal/theme";
import { plainText } from "../text/control-sequences";
import { cells, cutText, wrapBehind } from "../text/wrap";

/** How many lines are shown of what can be long. */
export type Limits = {
  /** Output of a command of the model or answer of a tool, and of a command that the user typed. */
  readonly output: number;
  readonly userOutput: number;
  /** Rows that one line of output may take. */
  readonly rowsPerLine: number;
  /** Lines of a script. */
  readonly script: number;
  /** Lines of one changed file. */
  readonly file: number;
  /** Lines of what the user said; pastes can be long. */
  readonly user: number;
};

export type Layout = {
  readonly theme: Theme;
  /** Asked whenever something is laid out. */
  readonly columns: () => number;
  /** Absolute; what lies below is named relative to it. */
  readonly cwd: string;
  /** The user's home folder, shown as `~`. */
  readonly home: string;
  /** Whether the terminal follows links (OSC 8). */
  readonly hyperlinks: boolean;
  /** Default: those of a session (tui.md 7). */
  readonly limits?: Limits;
};

const SHORT: Limits = { output: 5, userOutput: 50, rowsPerLine: 3, script: 6, file: 1000, user: 200 };
/** Everything, for the transcript in full. */
export const UNLIMITED: Limits = {
  output: Infinity,
  userOutput: Infinity,
  rowsPerLine: Infinity,
  script: Infinity,
  file: Infinity,
  user: Infinity,
};

export function limitsOf({ limits }: Layout): Limits {
  return limits ?? SHORT;
}

/** A styled text behind `• `, wrapped. `rest` stands before all but its first line. */
export function bulleted(text: string, layout: Layout, bullet?: string, rest = "  "): string[] {
  return wrapBehind(text, layout.columns(), `${bullet ?? layout.theme.dim("•")} `, rest);
}

/** Styled texts below a bullet: a branch before the first, each wrapped. */
export function branch(texts: readonly string[], layout: Layout): string[] {
  const { theme } = layout;
  return texts.flatMap((text, index) =>
    wrapBehind(text, layout.columns(), index === 0 ? `  ${theme.dim("└")} ` : "    ", "    "),
  );
}

/** The same, each cut to `rows` lines at most; the last of them ends with `…`. */
export function shortBranch(texts: readonly string[], rows: number, layout: Layout): string[] {
  const room = Math.max(1, layout.columns() - 4);
  return branch(
    texts.map((text) => (cells(text) > room * rows ? cutText(text, room * rows - 1) : text)),
    layout,
  );
}

/** Relative inside the working folder, from `~` inside the home folder, else absolute. */
export function shownPath(path: string, { cwd, home }: Pick<Layout, "cwd" | "home">): string {
  const plain = oneLine(path);
  if (plain === cwd) return ".";
  if (cwd !== "" && cwd !== "/" && plain.startsWith(`${cwd}/`)) return plain.slice(cwd.length + 1);
  if (home !== "" && home !== "/") {
    if (plain === home) return "~";
    if (plain.startsWith(`${home}/`)) return `~${plain.slice(home.length)}`;
  }
  return plain;
}

/** Foreign text that must not take more than one line. */
export function oneLine(text: string): string {
  return plainText(text)
    .trim()
    .replace(/\s*\n\s*|\t/g, " ");
}

/** Lines as text, each with its newline. */
export function wholeLines(lines: readonly string[]): string {
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

/** `59s`, `1m 05s`, `1h 00m 05s`. */
export function elapsed(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`;
  return `${Math.floor(seconds / 3600)}h ${two(Math.floor(seconds / 60) % 60)}m ${two(seconds % 60)}s`;
}
