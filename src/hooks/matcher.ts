// Which tools, or which beginnings and compactions, a hook is for: the `matcher` of its group (agent.md 15).

export type Matcher = (names: readonly string[]) => boolean;

/** Words of letters, digits and `_`, with `|` between them, are names; all else is a regular expression. */
const NAMES = /^[A-Za-z0-9_|]+$/;
/** Flags in front of an expression, as the established CLI takes them. */
const LEADING_FLAGS = /^\(\?([ims]+)\)/;

/** Signs of expressions, which may be escaped in ours too. */
const SYNTAX = "^$\\.*+?()[]{}|/";
/** What else the established CLI lets stand behind a backslash, such as `\-`. */
const ESCAPED = /\\([^0-9A-Za-z<>])/gsu;

/**
 * @param text missing, empty and `*` match everything
 * @throws SyntaxError for what is no regular expression
 */
export function matcherOf(text: string | undefined): Matcher {
  if (text === undefined || text === "" || text === "*") return () => true;
  if (NAMES.test(text)) {
    const wanted = text.split("|");
    return (names) => names.some((name) => wanted.includes(name));
  }
  const flags = LEADING_FLAGS.exec(text)?.[1] ?? "";
  const ours = text
    .replace(LEADING_FLAGS, "")
    .replace(ESCAPED, (escape, sign: string) => (SYNTAX.includes(sign) ? escape : literal(sign)));
  const expression = new RegExp(ours, [...new Set(`u${flags}`)].join(""));
  return (names) => names.some((name) => expression.test(name));
}

/** Also between brackets. */
function literal(sign: string): string {
  return `\\u{${sign.codePointAt(0)?.toString(16)}}`;
}
