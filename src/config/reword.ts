// Says in a sentence why a value does not fit the schema, in the words of config.md 6, and which keys the schema does not know.

import type { SchemaNode } from "./schema";
import { isTable } from "./toml-text";
import type { PathStep } from "./toml-scan";

export type Fault = {
  /** What to point at. */
  readonly path: readonly PathStep[];
  /** The table in `in ...` below the message, when it is not `path`. */
  readonly shownPath?: readonly PathStep[];
  /** First line of the message. */
  readonly message: string;
  /** What would be right, for people; undefined when the message says it. */
  readonly help?: string | undefined;
  /** True to mark the key instead of its value. */
  readonly marksKey?: boolean;
};

/** The first thing, in the order of the document, that does not fit; undefined if all does. */
export function firstFault(
  node: SchemaNode,
  value: unknown,
  path: readonly PathStep[] = [],
): Fault | undefined {
  if (node.anyOf !== undefined) return unionFault(node, node.anyOf, value, path);
  if (node.enum !== undefined) return wordFault(node, node.enum, value, path);
  if (node.type === undefined) return undefined;
  if (!hasType(node.type, value)) return { path, message: wrongType(value, node), help: helpFor(node, path) };
  if (typeof value === "number") return rangeFault(node, value, path);
  if (Array.isArray(value))
    return firstOf(value, (item, index) => firstFault(node.items ?? {}, item, [...path, index]));
  return isTable(value) ? tableFault(node, value, path) : undefined;
}

/**
 * The first key, in the order of the document, that the schema does not know. Tables that say what their other keys
 * hold (maps, and tables left open on purpose) know all keys.
 */
export function firstUnknownKey(
  node: SchemaNode,
  value: unknown,
  path: readonly PathStep[] = [],
): readonly PathStep[] | undefined {
  const fitting = node.anyOf?.find((branch) => branch.type === "object") ?? node;
  if (Array.isArray(value)) {
    return firstOf(value, (item, index) => firstUnknownKey(fitting.items ?? {}, item, [...path, index]));
  }
  if (!isTable(value)) return undefined;
  return firstOf(Object.entries(value), ([key, inner]) => {
    const child = childNode(fitting, key);
    return child === undefined ? [...path, key] : firstUnknownKey(child, inner, [...path, key]);
  });
}

/** A value in the words of the reference: ``integer `5` ``, `string "x"`, `sequence`. `raw` is its text in the file. */
export function describeValue(value: unknown, raw?: string): string {
  if (typeof value === "string") return `string ${JSON.stringify(value)}`;
  if (typeof value === "boolean") return `boolean \`${value}\``;
  if (typeof value === "number") {
    const isFloat = !Number.isInteger(value) || (raw !== undefined && /^[+-]?\d[\d_]*(\.|[eE])/.test(raw));
    const text = isFloat && Number.isInteger(value) ? `${value}.0` : String(value);
    return `${isFloat ? "floating point" : "integer"} \`${text}\``;
  }
  return Array.isArray(value) ? "sequence" : "map";
}

/** ``expected one of `a`, `b` ``, in the three forms the reference has. */
export function expectedWords(words: readonly string[]): string {
  const quoted = words.map((word) => `\`${word}\``);
  if (quoted.length === 1) return `expected ${quoted[0]}`;
  if (quoted.length === 2) return `expected ${quoted.join(" or ")}`;
  return `expected one of ${quoted.join(", ")}`;
}

function childNode(node: SchemaNode, key: string): SchemaNode | undefined {
  const properties = node.properties ?? {};
  if (Object.hasOwn(properties, key)) return properties[key];
  if (node.additionalProperties === false) return undefined;
  return node.additionalProperties ?? (node.properties === undefined ? {} : undefined);
}

function hasType(type: NonNullable<SchemaNode["type"]>, value: unknown): boolean {
  switch (type) {
    case "integer":
      return Number.isInteger(value);
    case "array":
      return Array.isArray(value);
    case "object":
      return isTable(value);
    case "string":
    case "boolean":
    case "number":
      return typeof value === type;
    default:
      return type satisfies never;
  }
}

/** Words and a table together are the reference's enum whose table form is named after its key. */
function unionFault(
  node: SchemaNode,
  branches: readonly SchemaNode[],
  value: unknown,
  path: readonly PathStep[],
): Fault | undefined {
  const named = node.examples;
  if (named !== undefined && typeof value === "string") {
    if (branches.some((branch) => branch.enum?.includes(value))) return undefined;
    if (named.includes(value)) {
      return {
        path,
        message: "invalid type: unit variant, expected newtype variant",
        help: node.description,
      };
    }
    return { path, message: `unknown variant \`${value}\`, ${expectedWords(named)}` };
  }
  if (named !== undefined && isTable(value)) {
    const unknown = Object.keys(value).find((key) => !named.includes(key));
    if (unknown !== undefined) {
      return {
        path: [...path, unknown],
        shownPath: path,
        message: `unknown variant \`${unknown}\`, ${expectedWords(named)}`,
      };
    }
  }
  const fitting = branches.filter((branch) =>
    branch.enum ? typeof value === "string" : hasBranchType(branch, value),
  );
  const faults = fitting.map((branch) => firstFault(branch, value, path));
  if (faults.includes(undefined)) return undefined;
  return faults[0] ?? { path, message: wrongType(value, node), help: helpFor(node, path) };
}

function hasBranchType(branch: SchemaNode, value: unknown): boolean {
  return branch.type === undefined || hasType(branch.type, value);
}

function wordFault(
  node: SchemaNode,
  words: readonly string[],
  value: unknown,
  path: readonly PathStep[],
): Fault | undefined {
  if (typeof value !== "string") {
    return { path, message: "invalid type: unit variant, expected string only", help: helpFor(node, path) };
  }
  if (words.includes(value)) return undefined;
  return { path, message: `unknown variant \`${value}\`, ${expectedWords(words)}` };
}

function rangeFault(node: SchemaNode, value: number, path: readonly PathStep[]): Fault | undefined {
  const tooLow = node.minimum !== undefined && value < node.minimum;
  const tooHigh = node.maximum !== undefined && value > node.maximum;
  if (!tooLow && !tooHigh) return undefined;
  const message = `invalid value: ${describeValue(value)}, expected ${typeName(node)}`;
  const range =
    node.maximum === undefined ? `at least ${node.minimum}` : `from ${node.minimum} to ${node.maximum}`;
  return { path, message, help: `a whole number, ${range}${purpose(node)}` };
}

function tableFault(
  node: SchemaNode,
  table: Readonly<Record<string, unknown>>,
  path: readonly PathStep[],
): Fault | undefined {
  const inKey = firstOf(Object.entries(table), ([key, inner]) => {
    const child = childNode(node, key);
    if (child !== undefined) return firstFault(child, inner, [...path, key]);
    if (node.additionalProperties !== false) return undefined;
    const known = node.examples ?? Object.keys(node.properties ?? {});
    const message = `unknown field \`${key}\`, ${expectedWords(known)}`;
    return { path: [...path, key], shownPath: path, message, marksKey: true };
  });
  if (inKey !== undefined) return inKey;
  const required = node.examples?.filter((key) => node.required?.includes(key)) ?? node.required;
  const missing = required?.find((key) => !Object.hasOwn(table, key));
  return missing === undefined ? undefined : { path, message: `missing field \`${missing}\`` };
}

function wrongType(value: unknown, node: SchemaNode): string {
  return `invalid type: ${describeValue(value)}, expected ${typeName(node)}`;
}

/** The reference's names of types; for tables with known keys, whose names there are internal, ours. */
function typeName(node: SchemaNode): string {
  if (node.anyOf !== undefined) return node.anyOf.map(typeName).toReversed().join(" or ");
  switch (node.type) {
    case "string":
      return node.format === "path" ? "path string" : "a string";
    case "boolean":
      return "a boolean";
    case "number":
      return "f64";
    case "array":
      return "a sequence";
    case "object":
      return node.properties === undefined ? "a map" : "a table";
    case "integer":
      if (node.maximum === 65_535) return "u16";
      return node.minimum === 0 ? "usize" : node.minimum === 1 ? "a nonzero u64" : "i64";
    case undefined:
      return node.enum === undefined ? "any value" : "a string";
    default:
      return node.type satisfies never;
  }
}

const PLAIN_NAMES = {
  string: "a string",
  boolean: "true or false",
  integer: "a whole number",
  number: "a number",
  array: "a list",
  object: "a table",
};

function helpFor(node: SchemaNode, path: readonly PathStep[]): string | undefined {
  const kinds = (node.anyOf ?? [node]).map((one) =>
    one.enum ? one.enum.map((word) => `"${word}"`).join(", ") : PLAIN_NAMES[one.type ?? "string"],
  );
  if (path.length === 0) return undefined;
  return `${kinds.join(", or ")}${purpose(node)}`;
}

/** Descriptions end with the default in brackets, where there is one. */
function purpose({ description }: SchemaNode): string {
  return description === undefined ? "" : ` (${description.replace(/ \(([^()]+)\)$/, "; default: $1")})`;
}

function firstOf<Item, Result>(
  items: readonly Item[],
  look: (item: Item, index: number) => Result | undefined,
): Result | undefined {
  for (const [index, item] of items.entries()) {
    const result = look(item, index);
    if (result !== undefined) return result;
  }
  return undefined;
}
