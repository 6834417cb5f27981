// Takes out of foreign text what a terminal would obey instead of show: cursor movement, titles, links, resets.

/**
 * Text of a command, a model, a server or a file name as it may be written to a terminal: no escape sequence and no
 * control character is left but newline and tab. A line that was overwritten (`\r`, backspace) is as it looked last.
 */
export function plainText(text: string): string {
  return NEEDS_WORK.test(text) ? withoutControls(text, "") : text;
}

/** The same, but colours and weights (SGR) stay, except blinking and hidden text; what they began ends with the text. */
export function colouredText(text: string): string {
  if (!NEEDS_WORK.test(text)) return text;
  const kept = withoutControls(text, "colours");
  const last = kept.lastIndexOf("\x1b");
  return last === -1 || RESET.test(kept.slice(last, last + 4)) ? kept : endColours(kept);
}

/** Tabs become spaces, up to the next multiple of `width` cells. For one line without sequences before its tabs. */
export function expandTabs(line: string, width: number): string {
  if (!line.includes("\t")) return line;
  let result = "";
  for (const [index, piece] of line.split("\t").entries()) {
    if (index > 0) result += " ".repeat(width - (Bun.stringWidth(result) % width));
    result += piece;
  }
  return result;
}

/** Controls other than newline and tab, and what reorders the letters around it. */
const NEEDS_WORK = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]/;

/**
 * In this order: sequences with parameters, strings up to their terminator, short escapes, single characters. An escape
 * that begins no complete sequence is a single character, so that none is ever left.
 */
const SEQUENCES =
  /(?:\x1b\[|\x9b)([0-?]*)[ -/]*([@-~])|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)|\x1b[ -/]*[0-~]|[\0-\x08\x0b-\x1f\x7f-\x9f]/g;
const REORDERING = /[\u202a-\u202e\u2066-\u2069]/g;
const OVERSTRUCK = /[^\n\x08]\x08/gu;
const RESET = /^\x1b\[0?m/;

function withoutControls(text: string, keep: "" | "colours"): string {
  return withoutOverwritten(text.toWellFormed())
    .replace(SEQUENCES, (_, parameters: string | undefined, final: string | undefined) =>
      keep === "colours" && final === "m" ? colours(parameters ?? "") : "",
    )
    .replace(REORDERING, "\ufffd");
}

/** A carriage return goes back to the start of the line, a backspace to the letter before. */
function withoutOverwritten(text: string): string {
  const struck = text.includes("\b") ? text.replace(OVERSTRUCK, "") : text;
  if (!struck.includes("\r")) return struck;
  return struck
    .split("\n")
    .map((line) => {
      const shown = line.replace(/\r+$/, "");
      return shown.slice(shown.lastIndexOf("\r") + 1);
    })
    .join("\n");
}

/** Slow and fast blinking, and text that is there and cannot be seen. */
const UNWANTED = /^0*[568]$/;

function colours(parameters: string): string {
  if (!/^[0-9;:]*$/.test(parameters)) return "";
  const codes = parameters.split(";");
  const wanted: string[] = [];
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] ?? "";
    const operands = /^0*[34]8$/.test(code) ? (codes[at + 1] === "2" ? 4 : 2) : 0;
    if (!UNWANTED.test(code)) wanted.push(...codes.slice(at, at + operands + 1));
    at += operands;
  }
  return wanted.length === 0 ? "" : `\x1b[${wanted.join(";")}m`;
}

function endColours(text: string): string {
  return text.endsWith("\n") ? `${text.slice(0, -1)}\x1b[0m\n` : `${text}\x1b[0m`;
}
