// Parses the text of a `.rules` file: the statements of Starlark, all but `load` (approvals.md 12.8).

import {
  checkTarget,
  callOf,
  expression,
  expressionList,
  loopTarget,
  parameterList,
} from "./starlark-expression";
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
  type Token,
} from "./starlark-lex";
import type { BinaryOperator, Expression, Statement } from "./starlark-tree";

/** @throws StarlarkError at the first thing that is not Starlark */
export function parseStarlark(text: string): readonly Statement[] {
  const cursor = cursorOver(tokenize(text));
  const statements: Statement[] = [];
  while (!atEnd(cursor)) statements.push(...statement(cursor));
  return statements;
}

/** One compound statement, or all the small ones of a line. */
function statement(cursor: Cursor): Statement[] {
  const token = peek(cursor);
  switch (token.type === "symbol" ? token.text : "") {
    case "def":
      return [definition(cursor)];
    case "for":
      return [loop(cursor)];
    case "if":
      return [conditional(cursor)];
    default:
      return statementLine(cursor);
  }
}

function statementLine(cursor: Cursor): Statement[] {
  const statements: Statement[] = [];
  do {
    if (peek(cursor).type === "newline") break;
    statements.push(smallStatement(cursor));
  } while (accept(cursor, ";"));
  if (peek(cursor).type !== "newline") unexpected(cursor, "new line");
  next(cursor);
  return statements;
}

function smallStatement(cursor: Cursor): Statement {
  const start = peek(cursor);
  const word = start.type === "symbol" ? start.text : "";
  switch (word) {
    case "pass":
      next(cursor);
      return { type: "pass", ...since(cursor, start) };
    case "break":
    case "continue":
      next(cursor);
      if (cursor.loops === 0) fail(`\`${word}\` cannot be used outside of a \`for\` loop`, start);
      return { type: word, ...since(cursor, start) };
    case "return":
      return returnStatement(cursor, start);
    case "load":
      return loadStatement(cursor, start);
    default:
      return assignment(cursor, start);
  }
}

function returnStatement(cursor: Cursor, start: Token): Statement {
  next(cursor);
  const bare = peek(cursor).type === "newline" || isNext(cursor, ";");
  const value = bare ? undefined : expressionList(cursor);
  const span = since(cursor, start);
  if (cursor.functions === 0) fail("`return` cannot be used outside of a `def` function", span);
  return { type: "return", value, ...span };
}

function loadStatement(cursor: Cursor, start: Token): never {
  next(cursor);
  const callee: Expression = { type: "name", name: "load", ...since(cursor, start) };
  const call = callOf(cursor, callee);
  const [first] = call.type === "call" ? call.args : [];
  const file = first?.value.type === "literal" ? String(first.value.value) : "";
  const message = `No imports are available, you tried \`${file}\` (no call to \`Evaluator.set_loader\`)`;
  return fail(message, call);
}

function assignment(cursor: Cursor, start: Token): Statement {
  const target = expressionList(cursor);
  const token = peek(cursor);
  const operator =
    token.type === "symbol" && /^[^=!<>]*=$|^(<<|>>)=$/.test(token.text) ? token.text : undefined;
  if (operator === undefined) return { type: "expression", value: target, ...since(cursor, start) };
  checkTarget(target, operator);
  next(cursor);
  const value = expressionList(cursor);
  // The token is one of `+=`, `-=`, …; without its last letter it is an operator of LEVELS.
  const binary = operator === "=" ? undefined : (operator.slice(0, -1) as BinaryOperator);
  return { type: "assign", target, operator: binary, value, ...since(cursor, start) };
}

function definition(cursor: Cursor): Statement {
  const start = next(cursor);
  const name = identifier(cursor);
  expect(cursor, "(");
  const parameters = parameterList(cursor, ")");
  expect(cursor, ")");
  if (accept(cursor, "->")) expression(cursor);
  const loops = cursor.loops;
  cursor.loops = 0;
  cursor.functions++;
  const body = block(cursor);
  cursor.functions--;
  cursor.loops = loops;
  return { type: "def", name, parameters, body, ...since(cursor, start) };
}

function loop(cursor: Cursor): Statement {
  const start = next(cursor);
  const target = loopTarget(cursor);
  expect(cursor, "in");
  const list = expressionList(cursor);
  cursor.loops++;
  const body = block(cursor);
  cursor.loops--;
  return { type: "for", target, list, body, ...since(cursor, start) };
}

function conditional(cursor: Cursor): Statement {
  const start = next(cursor);
  const condition = expression(cursor);
  const body = block(cursor);
  const otherwise = isNext(cursor, "elif")
    ? [nested(cursor, () => conditional(cursor))]
    : accept(cursor, "else")
      ? block(cursor)
      : [];
  return { type: "if", condition, body, otherwise, ...since(cursor, start) };
}

function block(cursor: Cursor): readonly Statement[] {
  expect(cursor, ":");
  if (peek(cursor).type !== "newline") return statementLine(cursor);
  next(cursor);
  if (peek(cursor).type !== "indent") unexpected(cursor, "new indentation block");
  next(cursor);
  return nested(cursor, () => {
    const statements: Statement[] = [];
    while (peek(cursor).type !== "dedent" && !atEnd(cursor)) statements.push(...statement(cursor));
    if (!atEnd(cursor)) next(cursor);
    return statements;
  });
}
