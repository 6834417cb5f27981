// Reads a call's JSON arguments against the tool's schema; a mismatch is a text for the model, never a throw.

import { positionText, readJson, type JsonNode } from "../util/json-reader";

/** The part of JSON Schema that tool parameters use. */
export type ParameterSchema = {
  readonly properties: Readonly<Record<string, PropertySchema>>;
  readonly required?: readonly string[];
};

type PropertySchema = {
  readonly type: string;
  readonly enum?: readonly string[];
  /** Of an array; looked into when it describes objects. */
  readonly items?: unknown;
  readonly description?: string;
};

export type Arguments = { readonly [name: string]: unknown };

/**
 * Arguments that fit the schema's required names and types, or the error text of agent.md 8. More is let pass than there: null
 * stands for an argument that is not given, and a number may have a fraction.
 */
export function readArguments(text: string, schema: ParameterSchema): { ok: Arguments } | { error: string } {
  const node = readJson(text);
  if (node.type === "error") return failure(node.problem, text, node.at);
  const wrong = misfit(node, schema);
  if (wrong !== null) return failure(wrong.problem, text, wrong.at);
  return { ok: { ...(node.value as Arguments) } }; // an object, or it would not fit
}

type Misfit = { readonly problem: string; readonly at: number };

function misfit(node: JsonNode, schema: ParameterSchema): Misfit | null {
  if (node.type !== "object") {
    return { problem: `invalid type: ${describe(node.value)}, expected an object`, at: node.end };
  }
  const given = new Map<string, unknown>();
  for (const { name, nameEnd, node: argument } of node.members) {
    const property = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
    if (property === undefined) continue;
    if (given.has(name)) return { problem: `duplicate field \`${name}\``, at: nameEnd };
    const wrong = argumentMisfit(argument, property);
    if (wrong !== null) return wrong;
    given.set(name, argument.value);
  }
  const missing = schema.required?.find((name) => (given.get(name) ?? null) === null);
  return missing === undefined ? null : { problem: `missing field \`${missing}\``, at: node.end };
}

function argumentMisfit(node: JsonNode, property: PropertySchema): Misfit | null {
  if (node.value === null) return null;
  const problem = mismatch(node.value, property);
  if (problem !== null) return { problem, at: node.end };
  if (node.type !== "array" || !describesObjects(property.items)) return null;
  const { items } = property;
  return node.items.map((item) => misfit(item, items)).find((wrong) => wrong !== null) ?? null;
}

function describesObjects(items: unknown): items is ParameterSchema {
  return typeof items === "object" && items !== null && "properties" in items;
}

function mismatch(value: unknown, property: PropertySchema): string | null {
  const fits = EXPECTED[property.type]?.test(value) ?? true;
  if (!fits) return `invalid type: ${describe(value)}, expected ${EXPECTED[property.type]?.name}`;
  if (property.type === "number" && Number(value) < 0) {
    return `invalid value: ${describe(value)}, expected u64`;
  }
  if (property.enum !== undefined && typeof value === "string" && !property.enum.includes(value)) {
    const allowed = property.enum.map((variant) => `\`${variant}\``).join(", ");
    return `unknown variant \`${value}\`, expected one of ${allowed}`;
  }
  return null;
}

const EXPECTED: Readonly<Record<string, { name: string; test: (value: unknown) => boolean }>> = {
  string: { name: "a string", test: (value) => typeof value === "string" },
  number: { name: "u64", test: (value) => typeof value === "number" },
  integer: { name: "i64", test: (value) => Number.isInteger(value) },
  boolean: { name: "a boolean", test: (value) => typeof value === "boolean" },
  array: { name: "a sequence", test: Array.isArray },
  object: {
    name: "a map",
    test: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  },
};

function describe(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "string") return `string ${JSON.stringify(value)}`;
  if (typeof value === "boolean") return `boolean \`${value}\``;
  if (typeof value === "number")
    return `${Number.isInteger(value) ? "integer" : "floating point"} \`${value}\``;
  return Array.isArray(value) ? "sequence" : "map";
}

function failure(problem: string, text: string, at: number): { error: string } {
  return { error: `failed to parse function arguments: ${problem} at ${positionText(text, at)}` };
}

export function stringArgument(given: Arguments, name: string): string | undefined {
  const value = given[name];
  return typeof value === "string" ? value : undefined;
}

export function numberArgument(given: Arguments, name: string): number | undefined {
  const value = given[name];
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

export function booleanArgument(given: Arguments, name: string): boolean | undefined {
  const value = given[name];
  return typeof value === "boolean" ? value : undefined;
}

/** Undefined when it is no list, or holds something else than strings. */
export function stringsArgument(given: Arguments, name: string): readonly string[] | undefined {
  const value = given[name];
  return Array.isArray(value) && value.every((item) => typeof item === "string") ? value : undefined;
}
