// Takes one rule out of the text of a `.rules` file; comments, order and every other rule stay.

import { parseRules } from "../../rules/parse";
import { tokenize } from "../../rules/starlark-lex";
import { parseStarlark } from "../../rules/starlark-parse";
import type { Span } from "../../rules/starlark-tree";

export type Removal =
  | { readonly type: "removed"; readonly text: string }
  /** Completes "The rule cannot be taken out: ". */
  | { readonly type: "entangled"; readonly reason: string };

/** @param call the call that makes the rule, as `parseRules` gives it; in `text` without a BOM */
export function withoutRule(text: string, call: Span): Removal {
  const bom = text.startsWith("\ufeff") ? "\ufeff" : "";
  const body = text.slice(bom.length);
  const before = callsOf(body);
  const alone = parseStarlark(body).some(
    (statement) => statement.type === "expression" && same(statement.value, call),
  );
  if (!alone || before.filter((other) => same(other, call)).length !== 1) {
    return { type: "entangled", reason: "a loop, a condition or a function makes it" };
  }
  const left = withoutStatement(body, call);
  const expected = describe(body).toSpliced(
    before.findIndex((other) => same(other, call)),
    1,
  );
  return Bun.deepEquals(describe(left), expected)
    ? { type: "removed", text: bom + left }
    : { type: "entangled", reason: "other rules depend on it" };
}

/** Of whole lines nothing but their comments is left; what shares the line with the statement stays. */
function withoutStatement(text: string, { pos, end }: Span): string {
  const lineStart = text.lastIndexOf("\n", pos - 1) + 1;
  const newline = text.indexOf("\n", end);
  const lineEnd = newline === -1 ? text.length : newline + 1;
  const [, separator = "", after = ""] = /^([ \t]*;?[ \t]*)([^]*)$/.exec(text.slice(end, lineEnd)) ?? [];
  const head = text.slice(lineStart, pos);
  if (head.trim() !== "") return text.slice(0, pos).replace(/;[ \t]*$/, "") + text.slice(end);
  if (!/^(#|\s*$)/.test(after)) return text.slice(0, pos) + text.slice(end + separator.length);
  const ending = text.slice(0, lineEnd).endsWith("\r\n") ? "\r\n" : "\n";
  const comments = [...commentsIn(text, { pos, end }), ...(after.startsWith("#") ? [after.trimEnd()] : [])];
  return text.slice(0, lineStart) + comments.map((line) => line + ending).join("") + text.slice(lineEnd);
}

/** What stands between the tokens is blank space and comments. */
function commentsIn(text: string, { pos, end }: Span): readonly string[] {
  const inside = tokenize(text).filter((token) => token.pos >= pos && token.end <= end);
  return inside.flatMap((token, at) => {
    const gap = text.slice(token.end, inside[at + 1]?.pos ?? end);
    return gap.match(/#[^\r\n]*/g) ?? [];
  });
}

function callsOf(text: string): readonly Span[] {
  const parsed = parseRules(text, "");
  return parsed.type === "rules" ? [...parsed.prefixCalls, ...parsed.networkCalls] : [];
}

/** In the order of `callsOf`. */
function describe(text: string): readonly unknown[] {
  const parsed = parseRules(text, "");
  return parsed.type === "rules" ? [...parsed.rules.prefixRules, ...parsed.rules.networkRules] : [parsed];
}

function same(a: Span, b: Span): boolean {
  return a.pos === b.pos && a.end === b.end;
}
