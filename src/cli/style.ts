// The few text styles of human output, and when to use them (exec.md 4.3).

const CODES = { bold: 1, dim: 2, italic: 3, red: 31, green: 32, yellow: 33, magenta: 35, cyan: 36 } as const;

export type Style = keyof typeof CODES;

/** Puts styles around a text, the first outermost; each ends with a full reset of its own. */
export type Paint = (text: string, ...styles: readonly Style[]) => string;

/** With colours. */
export const paintColours: Paint = (text, ...styles) =>
  styles.reduceRight<string>((inner, style) => `\x1b[${CODES[style]}m${inner}\x1b[0m`, text);

/** Without. */
export const paintNothing: Paint = (text) => text;

export type ColourMode = "always" | "never" | "auto";

/** `terminal` says whether the stream is one. What is forced wins over what is refused. */
export function wantsColour(
  mode: ColourMode,
  env: Readonly<Record<string, string | undefined>>,
  terminal: boolean,
): boolean {
  if (mode !== "auto") return mode === "always";
  const force = env["FORCE_COLOR"];
  if (force !== undefined) return force !== "0" && force !== "false";
  if ((env["CLICOLOR_FORCE"] ?? "0") !== "0") return true;
  if ((env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb") return false;
  return terminal;
}
