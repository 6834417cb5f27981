// Which tools, or which beginnings and compactions, a hook is for: the `matcher` of its group (agent.md 15).

export type Matcher = (names: readonly string[]) => boolean;

/** Words of letters, digits and `_`, with `|` between them, are names; all else is a regular expression. */
const NAMES = /^[A-Za-z0-9_|]+$/;
/** Flags in front of an expression, as the established CLI takes them. */
const LEADING_FLAGS = /^\(\?([ims]+)\)/;

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
  const expression = new RegExp(text.replace(LEADING_FLAGS, ""), [...new Set(`u${flags}`)].join(""));
  return (names) => names.some((name) => expression.test(name));
}
