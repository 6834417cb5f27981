// How many colours the terminal has, and whether they are wanted (tui.md 11).

/** 0 none, 1 the sixteen names, 2 the 256, 3 any. */
export type ColourLevel = 0 | 1 | 2 | 3;

type Env = Readonly<Record<string, string | undefined>>;

/** What is forced wins over what is refused; `NO_COLOR` counts when it is not empty. */
export function colourLevel(env: Env): ColourLevel {
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined) return forcedLevel(forced);
  if ((env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb") return 0;
  return terminalLevel(env);
}

function forcedLevel(value: string): ColourLevel {
  if (value === "false") return 0;
  if (value === "" || value === "true") return 1;
  const level = Number(value);
  return level === 0 || level === 2 || level === 3 ? level : 1;
}

function terminalLevel(env: Env): ColourLevel {
  const term = env["TERM"] ?? "";
  if (/^(truecolor|24bit)$/i.test(env["COLORTERM"] ?? "")) return 3;
  if ((env["WT_SESSION"] ?? "") !== "") return 3;
  if (/^xterm-(kitty|ghostty)$|-direct$/.test(term)) return 3;
  if (/-256(color)?$/.test(term)) return 2;
  if (process.platform === "win32") return 3;
  return term === "" ? 0 : 1;
}
