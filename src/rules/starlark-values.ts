// The values that a `.rules` file computes with: types, comparison, printing and operators of Starlark.

import { StarlarkError } from "./rules-error";
import type { BinaryOperator, Span } from "./starlark-tree";

/** Characters of a string, items of a list. */
const MAX_SIZE = 1_000_000;
/** Lists in lists, when comparing and printing; a list can hold itself. */
const MAX_DEPTH = 64;

export type ListValue = { readonly type: "list"; readonly items: Value[] };
export type TupleValue = { readonly type: "tuple"; readonly items: readonly Value[] };
export type DictValue = { readonly type: "dict"; readonly entries: Map<string | number | boolean, Value> };
export type CallArguments = {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
};
export type FunctionValue = {
  readonly type: "function";
  readonly name: string;
  readonly call: (args: CallArguments, at: Span) => Value;
};
export type Value = null | boolean | number | string | ListValue | TupleValue | DictValue | FunctionValue;

export function listOf(items: Iterable<Value>): ListValue {
  return { type: "list", items: [...items] };
}

export function typeName(value: Value): string {
  if (value === null) return "NoneType";
  switch (typeof value) {
    case "boolean":
      return "bool";
    case "number":
      return "int";
    case "string":
      return "string";
    default:
      return value.type;
  }
}

export function isTrue(value: Value): boolean {
  if (value === null || typeof value !== "object") return Boolean(value);
  if (value.type === "function") return true;
  return value.type === "dict" ? value.entries.size > 0 : value.items.length > 0;
}

/** As it would stand in a file. */
export function repr(value: Value, depth = 0): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (value.type === "function") return `<function ${value.name}>`;
  if (depth > MAX_DEPTH) return "...";
  const inner = (item: Value) => repr(item, depth + 1);
  if (value.type === "dict") {
    return `{${[...value.entries].map(([key, item]) => `${inner(key)}: ${inner(item)}`).join(", ")}}`;
  }
  const text = value.items.map(inner).join(", ");
  if (value.type === "list") return `[${text}]`;
  return value.items.length === 1 ? `(${text},)` : `(${text})`;
}

/** As `str` and `%s` print it. */
export function display(value: Value): string {
  return typeof value === "string" ? value : repr(value);
}

/** The items of a list, a tuple or a dict's keys. A copy: a loop is not disturbed by what it does to the list. */
export function itemsOf(value: Value, at: Span): readonly Value[] {
  if (value !== null && typeof value === "object") {
    if (value.type === "dict") return [...value.entries.keys()];
    if (value.type !== "function") return [...value.items];
  }
  throw new StarlarkError(`Type \`${typeName(value)}\` is not iterable`, at);
}

export function dictKey(value: Value, at: Span): string | number | boolean {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  throw new StarlarkError(`Value of type \`${typeName(value)}\` is not hashable`, at);
}

export function checkSize(size: number, at: Span): void {
  if (size > MAX_SIZE) throw new StarlarkError(`a value with more than ${MAX_SIZE} parts is too large`, at);
}

export function equals(a: Value, b: Value, depth = 0): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object" || depth > MAX_DEPTH)
    return false;
  if (a.type === "dict" && b.type === "dict") {
    return (
      a.entries.size === b.entries.size &&
      [...a.entries].every(
        ([key, item]) => b.entries.has(key) && equals(item, b.entries.get(key) ?? null, depth + 1),
      )
    );
  }
  if ((a.type !== "list" && a.type !== "tuple") || a.type !== b.type) return false;
  const others = b.items;
  return (
    a.items.length === others.length &&
    a.items.every((item, at) => equals(item, others[at] ?? null, depth + 1))
  );
}

/** Negative, 0 or positive. Throws for values that have no order. */
export function compare(a: Value, b: Value, at: Span, depth = 0): number {
  if (typeof a === "string" && typeof b === "string") return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "boolean" && typeof b === "boolean") return Number(a) - Number(b);
  const sequences = isSequence(a) && isSequence(b) && a.type === b.type;
  if (!sequences || depth > MAX_DEPTH) {
    throw new StarlarkError(
      `Operation \`compare\` not supported for types \`${typeName(a)}\` and \`${typeName(b)}\``,
      at,
    );
  }
  for (const [index, item] of a.items.entries()) {
    const other = b.items[index];
    if (other === undefined) return 1;
    const order = compare(item, other, at, depth + 1);
    if (order !== 0) return order;
  }
  return a.items.length - b.items.length;
}

export function isSequence(value: Value): value is ListValue | TupleValue {
  return value !== null && typeof value === "object" && (value.type === "list" || value.type === "tuple");
}

/** All operators but `and` and `or`, which do not always need both sides. */
export function operate(operator: BinaryOperator, a: Value, b: Value, at: Span): Value {
  switch (operator) {
    case "==":
      return equals(a, b);
    case "!=":
      return !equals(a, b);
    case "<":
      return compare(a, b, at) < 0;
    case "<=":
      return compare(a, b, at) <= 0;
    case ">":
      return compare(a, b, at) > 0;
    case ">=":
      return compare(a, b, at) >= 0;
    case "in":
      return contains(b, a, at);
    case "not in":
      return !contains(b, a, at);
    default:
      return combine(operator, a, b, at);
  }
}

function contains(container: Value, value: Value, at: Span): boolean {
  if (typeof container === "string" && typeof value === "string") return container.includes(value);
  return itemsOf(container, at).some((item) => equals(item, value));
}

function combine(operator: BinaryOperator, a: Value, b: Value, at: Span): Value {
  if (typeof a === "number" && typeof b === "number") {
    const result = calculate(operator, a, b, at);
    if (result !== undefined) return result;
  }
  if (operator === "+") {
    if (typeof a === "string" && typeof b === "string") {
      checkSize(a.length + b.length, at);
      return a + b;
    }
    if (isSequence(a) && isSequence(b) && a.type === b.type) {
      checkSize(a.items.length + b.items.length, at);
      return { type: a.type, items: [...a.items, ...b.items] };
    }
  }
  if (operator === "*") {
    if (typeof b === "number") return repeat(a, b, at);
    if (typeof a === "number") return repeat(b, a, at);
  }
  if (operator === "%" && typeof a === "string") return percentFormat(a, b, at);
  if (operator === "|" && isDict(a) && isDict(b))
    return { type: "dict", entries: new Map([...a.entries, ...b.entries]) };
  return unsupported(operator, a, b, at);
}

function isDict(value: Value): value is DictValue {
  return value !== null && typeof value === "object" && value.type === "dict";
}

function unsupported(operator: string, a: Value, b: Value, at: Span): never {
  throw new StarlarkError(
    `Operation \`${operator}\` not supported for types \`${typeName(a)}\` and \`${typeName(b)}\``,
    at,
  );
}

function calculate(operator: BinaryOperator, a: number, b: number, at: Span): number | undefined {
  if ((operator === "//" || operator === "%") && b === 0) throw new StarlarkError("Division by zero", at);
  const result = arithmetic(operator, a, b);
  if (result !== undefined && !Number.isSafeInteger(result)) throw new StarlarkError("Integer overflow", at);
  return result;
}

function arithmetic(operator: BinaryOperator, a: number, b: number): number | undefined {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "//":
      return Math.floor(a / b);
    case "%":
      return a - b * Math.floor(a / b);
    case "|":
      return a | b;
    case "&":
      return a & b;
    case "^":
      return a ^ b;
    case "<<":
      return a * 2 ** b;
    case ">>":
      return Math.floor(a / 2 ** b);
    default:
      return undefined;
  }
}

function repeat(value: Value, times: number, at: Span): Value {
  const count = Math.max(0, times);
  if (typeof value === "string") {
    checkSize(value.length * count, at);
    return value.repeat(count);
  }
  if (!isSequence(value)) return unsupported("*", value, times, at);
  checkSize(value.items.length * count, at);
  return { type: value.type, items: Array.from({ length: count }, () => value.items).flat() };
}

/** `"%s and %d" % (a, b)`; also `%r`, `%x` and `%%`. */
function percentFormat(format: string, value: Value, at: Span): string {
  const values =
    value !== null && typeof value === "object" && value.type === "tuple" ? [...value.items] : [value];
  const text = format.replace(/%([^])?/g, (_, letter: string | undefined) => {
    if (letter === "%") return "%";
    const next = values.shift();
    if (next === undefined) throw new StarlarkError("Not enough parameters in format string", at);
    if (letter === "s") return display(next);
    if (letter === "r") return repr(next);
    if ((letter === "d" || letter === "x") && typeof next === "number")
      return next.toString(letter === "d" ? 10 : 16);
    throw new StarlarkError(`Unsupported conversion \`%${letter ?? ""}\` for type \`${typeName(next)}\``, at);
  });
  if (values.length > 0) throw new StarlarkError("Too many arguments for format string", at);
  checkSize(text.length, at);
  return text;
}

/** `object[index]` */
export function itemAt(object: Value, index: Value, at: Span): Value {
  if (typeof object === "string") return object[position(index, object.length, at)] ?? "";
  if (isSequence(object)) return object.items[position(index, object.items.length, at)] ?? null;
  if (object !== null && typeof object === "object" && object.type === "dict") {
    const value = object.entries.get(dictKey(index, at));
    if (value !== undefined) return value;
    throw new StarlarkError(`Key \`${display(index)}\` was not found`, at);
  }
  throw new StarlarkError(`Operation \`[]\` not supported on type \`${typeName(object)}\``, at);
}

/** A place in a sequence of `length`; negative ones count from the end. */
export function position(index: Value, length: number, at: Span): number {
  if (typeof index !== "number")
    throw new StarlarkError(`An index must be an int, not \`${typeName(index)}\``, at);
  const place = index < 0 ? index + length : index;
  if (place < 0 || place >= length) throw new StarlarkError(`Index \`${index}\` is out of bound`, at);
  return place;
}

/** `object[from:to:step]`; None for a part that is left out. */
export function sliceOf(object: Value, from: Value, to: Value, step: Value, at: Span): Value {
  const bounds = [from, to, step].map((bound) => {
    if (bound !== null && typeof bound !== "number")
      throw new StarlarkError("Bounds of a slice must be ints", at);
    return bound;
  });
  if (step === 0) throw new StarlarkError("The step of a slice cannot be zero", at);
  if (typeof object === "string") return pick([...object], bounds).join("");
  if (isSequence(object)) return { type: object.type, items: pick(object.items, bounds) };
  throw new StarlarkError(`Operation \`[::]\` not supported on type \`${typeName(object)}\``, at);
}

function pick<T>(items: readonly T[], [from, to, step]: readonly (number | null | undefined)[]): T[] {
  const stride = step ?? 1;
  const clamp = (value: number) =>
    Math.min(Math.max(value < 0 ? value + items.length : value, -1), items.length);
  const start = clamp(from ?? (stride > 0 ? 0 : items.length - 1));
  const end = to === null || to === undefined ? (stride > 0 ? items.length : -1) : clamp(to);
  const picked: T[] = [];
  for (let at = start; stride > 0 ? at < end : at > end; at += stride) {
    if (at >= 0) picked.push(...items.slice(at, at + 1));
  }
  return picked;
}
