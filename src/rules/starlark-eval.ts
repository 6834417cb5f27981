// Runs a parsed `.rules` file, within bounds of steps and depth, for the calls of its builtins.

import { StarlarkError } from "./rules-error";
import { attributeOf, bind, GLOBALS } from "./starlark-globals";
import type { Argument, Clause, Expression, Parameter, Span, Statement } from "./starlark-tree";
import {
  dictKey,
  display,
  isTrue,
  itemAt,
  itemsOf,
  listOf,
  operate,
  position,
  sliceOf,
  typeName,
  type CallArguments,
  type FunctionValue,
  type Value,
} from "./starlark-values";

/** Statements, expressions and turns of loops. */
const MAX_STEPS = 1_000_000;
const MAX_CALLS = 50;
/** Expressions within expressions, those of called functions included. */
const MAX_DEPTH = 1500;
/** A name this many letters away may have been meant. */
const NEAR = 2;

type Scope = {
  readonly names: Map<string, Value>;
  readonly parent: Scope | undefined;
  /** The function around, for the trace of an error. */
  readonly inside: string;
  readonly run: { steps: number; calls: number; depth: number };
};

type Outcome = { readonly type: "break" | "continue" } | { readonly type: "return"; readonly value: Value };

/** @throws StarlarkError */
export function runStarlark(statements: readonly Statement[], builtins: readonly FunctionValue[]): void {
  const run = { steps: 0, calls: 0, depth: 0 };
  const names = [...GLOBALS, ...builtins].map((builtin) => [builtin.name, builtin] as const);
  const globals: Scope = { names: new Map(names), parent: undefined, inside: "<module>", run };
  runBlock(statements, { names: new Map(), parent: globals, inside: "<module>", run });
}

function runBlock(statements: readonly Statement[], scope: Scope): Outcome | undefined {
  for (const statement of statements) {
    const outcome = runStatement(statement, scope);
    if (outcome !== undefined) return outcome;
  }
  return undefined;
}

function runStatement(statement: Statement, scope: Scope): Outcome | undefined {
  step(scope, statement);
  switch (statement.type) {
    case "expression":
      evaluate(statement.value, scope);
      return undefined;
    case "assign": {
      const value = evaluate(statement.value, scope);
      const { operator, target } = statement;
      const result =
        operator === undefined ? value : operate(operator, evaluate(target, scope), value, statement);
      assign(target, result, scope);
      return undefined;
    }
    case "pass":
      return undefined;
    case "break":
    case "continue":
      return { type: statement.type };
    case "return":
      return {
        type: "return",
        value: statement.value === undefined ? null : evaluate(statement.value, scope),
      };
    case "if":
      return runBlock(
        isTrue(evaluate(statement.condition, scope)) ? statement.body : statement.otherwise,
        scope,
      );
    case "for":
      return runLoop(statement, scope);
    case "def":
      scope.names.set(
        statement.name,
        makeFunction(statement.name, statement.parameters, statement.body, scope),
      );
      return undefined;
    default:
      return statement satisfies never;
  }
}

function runLoop(loop: Statement & { readonly type: "for" }, scope: Scope): Outcome | undefined {
  for (const item of itemsOf(evaluate(loop.list, scope), loop.list)) {
    step(scope, loop);
    assign(loop.target, item, scope);
    const outcome = runBlock(loop.body, scope);
    if (outcome?.type === "return") return outcome;
    if (outcome?.type === "break") break;
  }
  return undefined;
}

function assign(target: Expression, value: Value, scope: Scope): void {
  switch (target.type) {
    case "name":
      scope.names.set(target.name, value);
      return;
    case "tuple":
    case "list": {
      const items = itemsOf(value, target);
      if (items.length !== target.items.length) {
        const message = `Unpacked ${items.length} values but expected ${target.items.length}`;
        throw new StarlarkError(message, target);
      }
      for (const [at, inner] of target.items.entries()) assign(inner, items[at] ?? null, scope);
      return;
    }
    case "index": {
      const object = evaluate(target.object, scope);
      const index = evaluate(target.index, scope);
      if (object !== null && typeof object === "object" && object.type === "dict") {
        object.entries.set(dictKey(index, target), value);
      } else if (object !== null && typeof object === "object" && object.type === "list") {
        object.items[position(index, object.items.length, target)] = value;
      } else {
        throw new StarlarkError(`Type \`${typeName(object)}\` cannot be assigned by index`, target);
      }
      return;
    }
    default:
      throw new StarlarkError("left-hand side of assignment cannot be assigned to", target);
  }
}

function evaluate(expression: Expression, scope: Scope): Value {
  return deeper(scope, expression, () => valueOf(expression, scope));
}

/** An error passes through without counting back: it ends the run. */
function deeper<T>(scope: Scope, at: Span, run: () => T): T {
  step(scope, at);
  if (++scope.run.depth > MAX_DEPTH) throw new StarlarkError("nested too deeply", at);
  const result = run();
  scope.run.depth--;
  return result;
}

function valueOf(expression: Expression, scope: Scope): Value {
  switch (expression.type) {
    case "literal":
      return expression.value;
    case "fstring":
      return expression.parts
        .map((part) => (typeof part === "string" ? part : display(evaluate(part, scope))))
        .join("");
    case "name":
      return lookUp(expression.name, expression, scope);
    case "list":
    case "tuple":
      return { type: expression.type, items: expression.items.map((item) => evaluate(item, scope)) };
    case "dict":
      return {
        type: "dict",
        entries: new Map(
          expression.entries.map(([key, value]) => [
            dictKey(evaluate(key, scope), key),
            evaluate(value, scope),
          ]),
        ),
      };
    case "list_comprehension": {
      const items: Value[] = [];
      comprehend(expression.clauses, inner(scope), (local) => items.push(evaluate(expression.item, local)));
      return listOf(items);
    }
    case "dict_comprehension": {
      const entries = new Map<string | number | boolean, Value>();
      comprehend(expression.clauses, inner(scope), (local) => {
        const key = dictKey(evaluate(expression.key, local), expression.key);
        entries.set(key, evaluate(expression.value, local));
      });
      return { type: "dict", entries };
    }
    case "unary": {
      const value = evaluate(expression.operand, scope);
      if (expression.operator === "not") return !isTrue(value);
      if (typeof value !== "number") {
        const message = `Operation \`${expression.operator}\` not supported on type \`${typeName(value)}\``;
        throw new StarlarkError(message, expression);
      }
      return expression.operator === "-" ? -value : expression.operator === "~" ? ~value : value;
    }
    case "binary": {
      const left = evaluate(expression.left, scope);
      if (expression.operator === "and") return isTrue(left) ? evaluate(expression.right, scope) : left;
      if (expression.operator === "or") return isTrue(left) ? left : evaluate(expression.right, scope);
      return operate(expression.operator, left, evaluate(expression.right, scope), expression);
    }
    case "conditional":
      return evaluate(isTrue(evaluate(expression.condition, scope)) ? expression.yes : expression.no, scope);
    case "lambda": {
      const body: Statement = { ...expression.body, type: "return", value: expression.body };
      return makeFunction("lambda", expression.parameters, [body], scope);
    }
    case "call":
      return call(expression, scope);
    case "attribute":
      return attributeOf(evaluate(expression.object, scope), expression.name, expression);
    case "index":
      return itemAt(evaluate(expression.object, scope), evaluate(expression.index, scope), expression);
    case "slice": {
      const bound = (part: Expression | undefined) => (part === undefined ? null : evaluate(part, scope));
      const object = evaluate(expression.object, scope);
      return sliceOf(
        object,
        bound(expression.from),
        bound(expression.to),
        bound(expression.step),
        expression,
      );
    }
    default:
      return expression satisfies never;
  }
}

function inner(scope: Scope): Scope {
  return { ...scope, names: new Map(), parent: scope };
}

function comprehend(clauses: readonly Clause[], scope: Scope, emit: (scope: Scope) => void): void {
  const [clause, ...rest] = clauses;
  if (clause === undefined) return emit(scope);
  if (clause.type === "if") {
    if (isTrue(evaluate(clause.condition, scope)))
      deeper(scope, clause.condition, () => comprehend(rest, scope, emit));
    return;
  }
  for (const item of itemsOf(evaluate(clause.list, scope), clause.list)) {
    assign(clause.target, item, scope);
    deeper(scope, clause.list, () => comprehend(rest, scope, emit));
  }
}

function lookUp(name: string, at: Span, scope: Scope): Value {
  const known: string[] = [];
  for (let current: Scope | undefined = scope; current !== undefined; current = current.parent) {
    const value = current.names.get(name);
    if (value !== undefined) return value;
    known.push(...current.names.keys());
  }
  const near = known
    .map((other) => ({ other, distance: editDistance(name, other) }))
    .filter(({ distance }) => distance <= NEAR)
    .sort((a, b) => a.distance - b.distance);
  const hint = near[0] === undefined ? "" : `, did you mean \`${near[0].other}\`?`;
  throw new StarlarkError(`Variable \`${name}\` not found${hint}`, at);
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const change = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(change, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

function call(expression: Expression & { readonly type: "call" }, scope: Scope): Value {
  const callee = evaluate(expression.callee, scope);
  if (callee === null || typeof callee !== "object" || callee.type !== "function") {
    throw new StarlarkError(`Operation \`call()\` not supported on type \`${typeName(callee)}\``, expression);
  }
  const args = evaluateArguments(expression.args, scope);
  const { run } = scope;
  if (run.calls >= MAX_CALLS) throw new StarlarkError("Starlark call stack overflow", expression);
  run.calls++;
  try {
    return callee.call(args, expression);
  } catch (error) {
    if (error instanceof StarlarkError) error.frames.unshift({ at: expression, inside: scope.inside });
    throw error;
  } finally {
    run.calls--;
  }
}

function evaluateArguments(args: readonly Argument[], scope: Scope): CallArguments {
  const positional: Value[] = [];
  const named = new Map<string, Value>();
  const add = (name: string, value: Value, at: Span) => {
    if (named.has(name)) throw new StarlarkError(`Argument \`${name}\` occurs more than once`, at);
    named.set(name, value);
  };
  for (const argument of args) {
    const value = evaluate(argument.value, scope);
    if (argument.kind === "positional") positional.push(value);
    else if (argument.kind === "named") add(argument.name, value, argument.value);
    else if (argument.kind === "args") positional.push(...itemsOf(value, argument.value));
    else if (value !== null && typeof value === "object" && value.type === "dict") {
      for (const [name, item] of value.entries) add(String(name), item, argument.value);
    } else throw new StarlarkError("The argument provided for **kwargs must be a dictionary", argument.value);
  }
  return { positional, named };
}

function makeFunction(
  name: string,
  parameters: readonly Parameter[],
  body: readonly Statement[],
  scope: Scope,
): FunctionValue {
  const fallbacks = new Map(
    parameters.flatMap((parameter) =>
      parameter.fallback === undefined
        ? []
        : [[parameter.name, evaluate(parameter.fallback, scope)] as const],
    ),
  );
  return {
    type: "function",
    name,
    call: (args, at) => {
      const names = bind(name, parameters, fallbacks, args, at);
      const outcome = runBlock(body, { names, parent: scope, inside: name, run: scope.run });
      return outcome?.type === "return" ? outcome.value : null;
    },
  };
}

function step({ run }: Scope, at: Span): void {
  if (++run.steps > MAX_STEPS) throw new StarlarkError(`more than ${MAX_STEPS} steps are too many`, at);
}
