// What every `.rules` file can use besides its own builtins: the functions of Starlark and the methods of its values.

import { StarlarkError } from "./rules-error";
import type { Parameter, Span } from "./starlark-tree";
import {
  checkSize,
  compare,
  dictKey,
  display,
  isSequence,
  isTrue,
  itemsOf,
  listOf,
  position,
  repr,
  typeName,
  type CallArguments,
  type DictValue,
  type FunctionValue,
  type ListValue,
  type Value,
} from "./starlark-values";

/** The values of a function's parameters. Throws when one is missing or an argument is left over. */
export function bind(
  name: string,
  parameters: readonly Parameter[],
  fallbacks: ReadonlyMap<string, Value>,
  { positional, named }: CallArguments,
  at: Span,
): Map<string, Value> {
  const names = new Map<string, Value>();
  const rest = [...positional];
  const left = new Map(named);
  for (const { name: parameter, kind } of parameters) {
    if (kind === "args") names.set(parameter, { type: "tuple", items: rest.splice(0) });
    else if (kind === "kwargs") {
      names.set(parameter, { type: "dict", entries: new Map(left) });
      left.clear();
    } else {
      if (rest.length > 0 && left.has(parameter)) {
        throw new StarlarkError(`Argument \`${parameter}\` occurs more than once`, at);
      }
      const value =
        rest.length > 0 ? rest.shift() : (left.get(parameter) ?? fallbackOf(parameter, left, fallbacks));
      if (value === undefined) {
        throw new StarlarkError(`Missing parameter \`${parameter}\` for call to \`${name}\``, at);
      }
      left.delete(parameter);
      names.set(parameter, value);
    }
  }
  refuseExtra(name, rest.length, [...left.keys()], at);
  return names;
}

/** None that was given counts as given. */
function fallbackOf(
  name: string,
  given: ReadonlyMap<string, Value>,
  fallbacks: ReadonlyMap<string, Value>,
): Value | undefined {
  return given.has(name) ? null : fallbacks.get(name);
}

/** Throws when a call has arguments that nothing takes. */
export function refuseExtra(name: string, positional: number, named: readonly string[], at: Span): void {
  if (positional > 0) {
    throw new StarlarkError(`Found ${positional} extra positional argument(s) for call to ${name}`, at);
  }
  if (named.length > 0) {
    const names = named.map((word) => `\`${word}\``).join(" ");
    throw new StarlarkError(`Found ${names} extra named parameter(s) for call to ${name}`, at);
  }
}

export const GLOBALS: readonly FunctionValue[] = [
  native("all", 1, 1, ([list = null], at) => itemsOf(list, at).every(isTrue)),
  native("any", 1, 1, ([list = null], at) => itemsOf(list, at).some(isTrue)),
  native("bool", 0, 1, ([value = false]) => isTrue(value)),
  native("dict", 0, 1, ([entries], at) => ({ type: "dict", entries: pairs(entries, at) })),
  native("enumerate", 1, 2, ([list = null, start = 0], at) =>
    listOf(itemsOf(list, at).map((item, index) => tuple(index + int(start, at), item))),
  ),
  native("fail", 0, Infinity, (values, at) => {
    throw new StarlarkError(`fail: ${values.map(display).join(" ")}`, at);
  }),
  native("int", 1, 1, ([value = null], at) => toInt(value, at)),
  native("len", 1, 1, ([value = null], at) =>
    typeof value === "string" ? value.length : itemsOf(value, at).length,
  ),
  native("list", 0, 1, ([list = listOf([])], at) => listOf(itemsOf(list, at))),
  native("max", 1, Infinity, (values, at) => extreme(values, 1, at)),
  native("min", 1, Infinity, (values, at) => extreme(values, -1, at)),
  native("range", 1, 3, (values, at) => range(values, at)),
  native("repr", 1, 1, ([value = null]) => repr(value)),
  native("reversed", 1, 1, ([list = null], at) => listOf(itemsOf(list, at).toReversed())),
  { type: "function", name: "sorted", call: sorted },
  native("str", 1, 1, ([value = null]) => display(value)),
  native("tuple", 0, 1, ([list = listOf([])], at) => tuple(...itemsOf(list, at))),
  native("type", 1, 1, ([value = null]) => typeName(value)),
  native("zip", 0, Infinity, (values, at) => zip(values.map((list) => itemsOf(list, at)))),
];

/** A method bound to its value. Throws when there is none of that name. */
export function attributeOf(value: Value, name: string, at: Span): Value {
  const method = methodsOf(value)?.get(name);
  if (method !== undefined)
    return { type: "function", name, call: (args, place) => method(value, args, place) };
  throw new StarlarkError(`Object of type \`${typeName(value)}\` has no attribute \`${name}\``, at);
}

type Method = (self: Value, args: CallArguments, at: Span) => Value;

function methodsOf(value: Value): ReadonlyMap<string, Method> | undefined {
  if (typeof value === "string") return STRING_METHODS;
  if (value === null || typeof value !== "object") return undefined;
  return value.type === "list" ? LIST_METHODS : value.type === "dict" ? DICT_METHODS : undefined;
}

/** A function of arguments by place only. */
function native(
  name: string,
  min: number,
  max: number,
  run: (values: readonly Value[], at: Span) => Value,
): FunctionValue {
  return { type: "function", name, call: (args, at) => run(counted(name, min, max, args, at), at) };
}

function counted(name: string, min: number, max: number, args: CallArguments, at: Span): readonly Value[] {
  const { positional, named } = args;
  if (positional.length < min) {
    throw new StarlarkError(
      `Missing positional parameter ${positional.length + 1} for call to \`${name}\``,
      at,
    );
  }
  refuseExtra(name, Math.max(0, positional.length - max), [...named.keys()], at);
  return positional;
}

function tuple(...items: readonly Value[]): Value {
  return { type: "tuple", items };
}

function int(value: Value, at: Span): number {
  if (typeof value === "number") return value;
  throw new StarlarkError(`Expected an int, got \`${typeName(value)}\``, at);
}

function toInt(value: Value, at: Span): number {
  if (typeof value === "number" || typeof value === "boolean") return Number(value);
  if (typeof value === "string" && /^[-+]?\d{1,15}$/.test(value.trim())) return Number(value);
  throw new StarlarkError(`Cannot parse \`${display(value)}\` as an integer`, at);
}

function pairs(value: Value | undefined, at: Span): DictValue["entries"] {
  if (value === undefined) return new Map();
  if (isDict(value)) return new Map(value.entries);
  return new Map(
    itemsOf(value, at).map((pair) => {
      const [key = null, item = null] = itemsOf(pair, at);
      return [dictKey(key, at), item];
    }),
  );
}

function isDict(value: Value): value is DictValue {
  return value !== null && typeof value === "object" && value.type === "dict";
}

function extreme(values: readonly Value[], sign: 1 | -1, at: Span): Value {
  const [first = null] = values;
  const items = values.length === 1 ? itemsOf(first, at) : values;
  const [start] = items;
  if (start === undefined) throw new StarlarkError("max or min of nothing", at);
  return items.reduce((best, item) => (compare(item, best, at) * sign > 0 ? item : best), start);
}

function range(values: readonly Value[], at: Span): Value {
  const [a = 0, b = a, stride = 1] = values.map((value) => int(value, at));
  const [from, to] = values.length === 1 ? [0, a] : [a, b];
  if (stride === 0) throw new StarlarkError("The step of a range cannot be zero", at);
  const length = Math.max(0, Math.ceil((to - from) / stride));
  checkSize(length, at);
  return listOf(Array.from({ length }, (_, index) => from + index * stride));
}

function sorted(args: CallArguments, at: Span): Value {
  const { positional, named } = args;
  const rest = new Map(named);
  const key = rest.get("key") ?? null;
  const reverse = rest.get("reverse") ?? false;
  const extra = [...rest.keys()].filter((name) => name !== "key" && name !== "reverse");
  const [list = null] = counted("sorted", 1, 1, { positional, named: new Map() }, at);
  refuseExtra("sorted", 0, extra, at);
  const keyOf = (item: Value): Value =>
    key !== null && typeof key === "object" && key.type === "function"
      ? key.call({ positional: [item], named: new Map() }, at)
      : item;
  const entries = itemsOf(list, at).map((item) => ({ item, key: keyOf(item) }));
  entries.sort((a, b) => compare(a.key, b.key, at) * (isTrue(reverse) ? -1 : 1));
  return listOf(entries.map(({ item }) => item));
}

function zip(lists: readonly (readonly Value[])[]): Value {
  const length = lists.length === 0 ? 0 : Math.min(...lists.map((list) => list.length));
  return listOf(Array.from({ length }, (_, at) => tuple(...lists.map((list) => list[at] ?? null))));
}

function stringMethod(
  min: number,
  max: number,
  run: (self: string, values: readonly Value[], at: Span) => Value,
): Method {
  return (self, args, at) => run(display(self), counted("method", min, max, args, at), at);
}

function text(value: Value | undefined, at: Span): string {
  if (typeof value === "string") return value;
  throw new StarlarkError(`Expected a string, got \`${typeName(value ?? null)}\``, at);
}

/** Words at blanks, or parts at a separator. */
function split(self: string, separator: Value | undefined, at: Span): Value {
  if (separator === undefined || separator === null)
    return listOf(self.split(/\s+/).filter((word) => word !== ""));
  return listOf(self.split(text(separator, at)));
}

function trim(self: string, set: Value | undefined, where: "start" | "end" | "both", at: Span): string {
  const letters = set === undefined || set === null ? " \t\n\r\f\v" : text(set, at);
  let [from, to] = [0, self.length];
  while (where !== "end" && from < to && letters.includes(self[from] ?? "")) from++;
  while (where !== "start" && to > from && letters.includes(self[to - 1] ?? "")) to--;
  return self.slice(from, to);
}

/** `"a {} {0} {name}".format(…)`; `{{` and `}}` stand for braces. */
function format(self: Value, { positional, named }: CallArguments, at: Span): Value {
  let next = 0;
  const result = display(self).replace(/\{\{|\}\}|\{([^{}]*)\}/g, (whole, field: string | undefined) => {
    if (field === undefined) return whole.slice(1);
    const value = /^\d*$/.test(field) ? positional[field === "" ? next++ : Number(field)] : named.get(field);
    if (value === undefined) throw new StarlarkError(`Nothing was given for \`{${field}}\``, at);
    return display(value);
  });
  checkSize(result.length, at);
  return result;
}

const STRING_METHODS: ReadonlyMap<string, Method> = new Map([
  ["elems", stringMethod(0, 0, (self) => listOf(self))],
  ["endswith", stringMethod(1, 1, (self, [end], at) => self.endsWith(text(end, at)))],
  ["find", stringMethod(1, 1, (self, [part], at) => self.indexOf(text(part, at)))],
  ["format", format],
  ["isdigit", stringMethod(0, 0, (self) => /^\d+$/.test(self))],
  [
    "join",
    stringMethod(1, 1, (self, [list = null], at) =>
      itemsOf(list, at)
        .map((item) => text(item, at))
        .join(self),
    ),
  ],
  ["lower", stringMethod(0, 0, (self) => self.toLowerCase())],
  ["lstrip", stringMethod(0, 1, (self, [set], at) => trim(self, set, "start", at))],
  [
    "removeprefix",
    stringMethod(1, 1, (self, [part], at) =>
      self.startsWith(text(part, at)) ? self.slice(text(part, at).length) : self,
    ),
  ],
  [
    "removesuffix",
    stringMethod(1, 1, (self, [part], at) =>
      self.endsWith(text(part, at)) ? self.slice(0, self.length - text(part, at).length) : self,
    ),
  ],
  [
    "replace",
    stringMethod(2, 2, (self, [from, to], at) => self.replaceAll(text(from, at), () => text(to, at))),
  ],
  ["rstrip", stringMethod(0, 1, (self, [set], at) => trim(self, set, "end", at))],
  ["split", stringMethod(0, 1, (self, [separator], at) => split(self, separator, at))],
  ["startswith", stringMethod(1, 1, (self, [start], at) => self.startsWith(text(start, at)))],
  ["strip", stringMethod(0, 1, (self, [set], at) => trim(self, set, "both", at))],
  ["upper", stringMethod(0, 0, (self) => self.toUpperCase())],
]);

function listMethod(
  name: string,
  min: number,
  max: number,
  run: (self: ListValue, values: readonly Value[], at: Span) => Value,
): readonly [string, Method] {
  return [
    name,
    (self, args, at) => {
      if (!isSequence(self) || self.type !== "list") throw new StarlarkError(`\`${name}\` needs a list`, at);
      return run(self, counted(name, min, max, args, at), at);
    },
  ];
}

const LIST_METHODS: ReadonlyMap<string, Method> = new Map([
  listMethod("append", 1, 1, ({ items }, [item = null], at) => {
    checkSize(items.push(item), at);
    return null;
  }),
  listMethod("extend", 1, 1, ({ items }, [list = null], at) => {
    for (const item of itemsOf(list, at)) checkSize(items.push(item), at);
    return null;
  }),
  listMethod(
    "pop",
    0,
    1,
    ({ items }, [index = -1], at) => items.splice(position(index, items.length, at), 1)[0] ?? null,
  ),
]);

function dictMethod(
  name: string,
  min: number,
  max: number,
  run: (entries: DictValue["entries"], values: readonly Value[], at: Span) => Value,
): readonly [string, Method] {
  return [
    name,
    (self, args, at) => {
      if (!isDict(self)) throw new StarlarkError(`\`${name}\` needs a dict`, at);
      return run(self.entries, counted(name, min, max, args, at), at);
    },
  ];
}

const DICT_METHODS: ReadonlyMap<string, Method> = new Map([
  dictMethod(
    "get",
    1,
    2,
    (entries, [key = null, fallback = null], at) => entries.get(dictKey(key, at)) ?? fallback,
  ),
  dictMethod("items", 0, 0, (entries) => listOf([...entries].map(([key, value]) => tuple(key, value)))),
  dictMethod("keys", 0, 0, (entries) => listOf(entries.keys())),
  dictMethod("values", 0, 0, (entries) => listOf(entries.values())),
]);
