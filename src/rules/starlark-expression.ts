// Parses the expressions of a `.rules` file.

import {
  accept,
  atEnd,
  cursorOver,
  expect,
  fail,
  identifier,
  isNext,
  nested,
  next,
  peek,
  since,
  tokenize,
  unexpected,
  type Cursor,
  type EmbeddedText,
  type Token,
} from "./starlark-lex";
import type { Argument, BinaryOperator, Clause, Expression, Parameter } from "./starlark-tree";

/** From loose to tight. */
const LEVELS: readonly (readonly string[])[] = [
  ["or"],
  ["and"],
  ["in", "not in", "==", "!=", "<", "<=", ">", ">="],
  ["|"],
  ["^"],
  ["&"],
  ["<<", ">>"],
  ["+", "-"],
  ["*", "/", "//", "%"],
];
const COMPARISON = 2;

/** `a` or `a, b`; without parentheses this is a tuple. */
export function expressionList(cursor: Cursor): Expression {
  const start = peek(cursor);
  const first = expression(cursor);
  if (!isNext(cursor, ",")) return first;
  const items = [first];
  while (accept(cursor, ",") && startsExpression(cursor)) items.push(expression(cursor));
  return { type: "tuple", items, ...since(cursor, start) };
}

/** What stands between `for` and `in`, where `in` is no operator. */
export function loopTarget(cursor: Cursor): Expression {
  const start = peek(cursor);
  const items = [binary(cursor, COMPARISON + 1)];
  const single = !isNext(cursor, ",");
  while (accept(cursor, ",") && !isNext(cursor, "in")) items.push(binary(cursor, COMPARISON + 1));
  const [first] = items;
  const target: Expression =
    single && first !== undefined ? first : { type: "tuple", items, ...since(cursor, start) };
  checkTarget(target, "=");
  return target;
}

export function expression(cursor: Cursor): Expression {
  return nested(cursor, () => {
    const start = peek(cursor);
    if (accept(cursor, "lambda")) {
      const parameters = parameterList(cursor, ":");
      expect(cursor, ":");
      return { type: "lambda", parameters, body: expression(cursor), ...since(cursor, start) };
    }
    const yes = binary(cursor, 0);
    if (!accept(cursor, "if")) return yes;
    const condition = binary(cursor, 0);
    expect(cursor, "else");
    return { type: "conditional", condition, yes, no: expression(cursor), ...since(cursor, start) };
  });
}

function binary(cursor: Cursor, level: number): Expression {
  const operators = LEVELS[level];
  if (operators === undefined) return unary(cursor);
  const start = peek(cursor);
  if (level === COMPARISON && accept(cursor, "not")) {
    const operand = nested(cursor, () => binary(cursor, COMPARISON));
    return { type: "unary", operator: "not", operand, ...since(cursor, start) };
  }
  let left = binary(cursor, level + 1);
  for (;;) {
    const operator = takeOperator(cursor, operators);
    if (operator === undefined) return left;
    const right = binary(cursor, level + 1);
    left = { type: "binary", operator, left, right, ...since(cursor, start) };
    if (level === COMPARISON && takeOperator(cursor, operators) !== undefined) {
      fail("Parse error: comparisons cannot be chained", since(cursor, start));
    }
  }
}

function takeOperator(cursor: Cursor, operators: readonly string[]): BinaryOperator | undefined {
  const token = peek(cursor);
  if (token.type !== "symbol") return undefined;
  const after = cursor.tokens[cursor.at + 1];
  const text =
    token.text === "not" && after?.type === "symbol" && after.text === "in" ? "not in" : token.text;
  if (!operators.includes(text)) return undefined;
  cursor.at += text === "not in" ? 2 : 1;
  return text as BinaryOperator; // Every word of LEVELS is one.
}

function unary(cursor: Cursor): Expression {
  const start = peek(cursor);
  for (const operator of ["-", "+", "~"] as const) {
    if (accept(cursor, operator)) {
      return nested(cursor, () => ({
        type: "unary",
        operator,
        operand: unary(cursor),
        ...since(cursor, start),
      }));
    }
  }
  let value = atom(cursor);
  for (;;) {
    if (isNext(cursor, "(")) value = callOf(cursor, value);
    else if (isNext(cursor, "[")) value = subscript(cursor, value);
    else if (accept(cursor, ".")) {
      value = { type: "attribute", object: value, name: identifier(cursor), ...since(cursor, start) };
    } else return value;
  }
}

export function callOf(cursor: Cursor, callee: Expression): Expression {
  expect(cursor, "(");
  const args: Argument[] = [];
  while (!isNext(cursor, ")")) {
    const token = peek(cursor);
    const next = cursor.tokens[cursor.at + 1];
    if (accept(cursor, "**")) args.push({ kind: "kwargs", name: "", value: expression(cursor) });
    else if (accept(cursor, "*")) args.push({ kind: "args", name: "", value: expression(cursor) });
    else if (token.type === "name" && next?.type === "symbol" && next.text === "=") {
      cursor.at += 2;
      args.push({ kind: "named", name: token.text, value: expression(cursor) });
    } else {
      if (args.some((arg) => arg.kind !== "positional")) {
        fail("Parse error: positional argument after non positional", token);
      }
      args.push({ kind: "positional", name: "", value: expression(cursor) });
    }
    if (!accept(cursor, ",")) break;
  }
  expect(cursor, ")");
  return { type: "call", callee, args, ...since(cursor, callee) };
}

function subscript(cursor: Cursor, object: Expression): Expression {
  expect(cursor, "[");
  const part = () => (isNext(cursor, ":") || isNext(cursor, "]") ? undefined : expressionList(cursor));
  const from = part();
  if (from !== undefined && accept(cursor, "]")) {
    return { type: "index", object, index: from, ...since(cursor, object) };
  }
  expect(cursor, ":");
  const to = part();
  const step = accept(cursor, ":") ? part() : undefined;
  expect(cursor, "]");
  return { type: "slice", object, from, to, step, ...since(cursor, object) };
}

function atom(cursor: Cursor): Expression {
  const token = next(cursor);
  switch (token.type) {
    case "int":
      return { type: "literal", value: token.value, ...since(cursor, token) };
    case "string":
      return { type: "literal", value: token.value, ...since(cursor, token) };
    case "fstring": {
      const parts = token.parts.map((part) => (typeof part === "string" ? part : embedded(cursor, part)));
      return { type: "fstring", parts, ...since(cursor, token) };
    }
    case "name":
      return { type: "name", name: token.text, ...since(cursor, token) };
    case "symbol":
      return bracket(cursor, token, token.text);
    default:
      cursor.at--;
      return unexpected(cursor, "expression");
  }
}

function bracket(cursor: Cursor, start: Token, symbol: string): Expression {
  const literals = new Map([
    ["True", true],
    ["False", false],
    ["None", null],
  ]);
  const value = literals.get(symbol);
  if (value !== undefined) return { type: "literal", value, ...since(cursor, start) };
  switch (symbol) {
    case "(": {
      if (accept(cursor, ")")) return { type: "tuple", items: [], ...since(cursor, start) };
      const inner = expressionList(cursor);
      expect(cursor, ")");
      return { ...inner, ...since(cursor, start) };
    }
    case "[":
      return listOf(cursor, start);
    case "{":
      return dictOf(cursor, start);
    default:
      cursor.at--;
      return unexpected(cursor, "expression");
  }
}

function listOf(cursor: Cursor, start: Token): Expression {
  const items: Expression[] = [];
  while (!isNext(cursor, "]")) {
    items.push(expression(cursor));
    const [item] = items;
    if (items.length === 1 && item !== undefined && isNext(cursor, "for")) {
      const clauses = comprehensionClauses(cursor);
      expect(cursor, "]");
      return { type: "list_comprehension", item, clauses, ...since(cursor, start) };
    }
    if (!accept(cursor, ",")) break;
  }
  expect(cursor, "]");
  return { type: "list", items, ...since(cursor, start) };
}

function dictOf(cursor: Cursor, start: Token): Expression {
  const entries: (readonly [Expression, Expression])[] = [];
  while (!isNext(cursor, "}")) {
    const key = expression(cursor);
    expect(cursor, ":");
    const value = expression(cursor);
    if (entries.length === 0 && isNext(cursor, "for")) {
      const clauses = comprehensionClauses(cursor);
      expect(cursor, "}");
      return { type: "dict_comprehension", key, value, clauses, ...since(cursor, start) };
    }
    entries.push([key, value]);
    if (!accept(cursor, ",")) break;
  }
  expect(cursor, "}");
  return { type: "dict", entries, ...since(cursor, start) };
}

function comprehensionClauses(cursor: Cursor): readonly Clause[] {
  const clauses: Clause[] = [];
  for (;;) {
    if (accept(cursor, "for")) {
      const target = loopTarget(cursor);
      expect(cursor, "in");
      clauses.push({ type: "for", target, list: binary(cursor, 0) });
    } else if (accept(cursor, "if")) {
      clauses.push({ type: "if", condition: binary(cursor, 0) });
    } else return clauses;
  }
}

function startsExpression(cursor: Cursor): boolean {
  const token = peek(cursor);
  if (token.type === "symbol") return /^([([{+~-]|lambda|not|True|False|None)$/.test(token.text);
  return ["name", "int", "string", "fstring"].includes(token.type);
}

/** The expression between the braces of an f-string. */
function embedded(outer: Cursor, { text, offset }: EmbeddedText): Expression {
  const cursor = { ...cursorOver(tokenize(text, offset)), nesting: outer.nesting + 1 };
  const value = expressionList(cursor);
  if (peek(cursor).type === "newline") next(cursor);
  return atEnd(cursor) ? value : unexpected(cursor, "end of the expression");
}

export function checkTarget(target: Expression, operator: string): void {
  if (target.type === "name" || target.type === "index") return;
  const pattern = (target.type === "tuple" || target.type === "list") && operator === "=";
  if (!pattern) return fail("Parse error: left-hand side of assignment cannot be assigned to", target);
  for (const item of target.items) checkTarget(item, operator);
}

export function parameterList(cursor: Cursor, close: string): readonly Parameter[] {
  const parameters: Parameter[] = [];
  while (!isNext(cursor, close)) {
    const start = peek(cursor);
    const kind = accept(cursor, "**") ? "kwargs" : accept(cursor, "*") ? "args" : "plain";
    const name = identifier(cursor);
    if (parameters.some((parameter) => parameter.name === name)) {
      fail(`Parse error: duplicated parameter name \`${name}\``, start);
    }
    if (close === ")" && accept(cursor, ":")) expression(cursor);
    const last = parameters.at(-1);
    if (
      kind === "plain" &&
      !isNext(cursor, "=") &&
      (last?.fallback !== undefined || last?.kind === "kwargs")
    ) {
      fail("positional parameter after non positional", start);
    }
    const fallback = kind === "plain" && accept(cursor, "=") ? expression(cursor) : undefined;
    parameters.push({ name, kind, fallback });
    if (!accept(cursor, ",")) break;
  }
  return parameters;
}
