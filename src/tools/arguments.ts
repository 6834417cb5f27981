// Reads a call's JSON arguments against the tool's schema; a mismatch is a text for the model, never a throw.

/** The part of JSON Schema that tool parameters use. */
export type ParameterSchema = {
  readonly properties: Readonly<Record<string, PropertySchema>>;
  readonly required?: readonly string[];
};

type PropertySchema = {
  readonly type: string;
  readonly enum?: readonly string[];
  readonly items?: unknown;
  readonly description?: string;
};

export type Arguments = { readonly [name: string]: unknown };

/** Arguments that fit the schema's required names and primitive types, or the error text of agent.md 8. */
export function readArguments(text: string, schema: ParameterSchema): { ok: Arguments } | { error: string } {
  let value: unknown;
  try {
    value = JSON.parse(text === "" ? "{}" : text);
  } catch (error) {
    return failure(error instanceof Error ? error.message : String(error), text);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return failure(`invalid type: ${describe(value)}, expected an object`, text);
  }
  const given: Arguments = { ...value };
  for (const name of schema.required ?? []) {
    if (given[name] === undefined) return failure(`missing field \`${name}\``, text);
  }
  for (const [name, property] of Object.entries(schema.properties)) {
    const argument = given[name];
    if (argument === undefined || argument === null) continue;
    const problem = mismatch(argument, property);
    if (problem !== null) return failure(problem, text);
  }
  return { ok: given };
}

function mismatch(value: unknown, property: PropertySchema): string | null {
  const fits = EXPECTED[property.type]?.test(value) ?? true;
  if (!fits) return `invalid type: ${describe(value)}, expected ${EXPECTED[property.type]?.name}`;
  if (property.enum !== undefined && typeof value === "string" && !property.enum.includes(value)) {
    const allowed = property.enum.map((variant) => `\`${variant}\``).join(", ");
    return `unknown variant \`${value}\`, expected one of ${allowed}`;
  }
  return null;
}

const EXPECTED: Readonly<Record<string, { name: string; test: (value: unknown) => boolean }>> = {
  string: { name: "a string", test: (value) => typeof value === "string" },
  number: { name: "a number", test: (value) => typeof value === "number" },
  integer: { name: "an integer", test: (value) => Number.isInteger(value) },
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

function failure(problem: string, text: string): { error: string } {
  const lines = text.split("\n");
  const position = `line ${lines.length} column ${lines.at(-1)?.length ?? 0}`;
  return { error: `failed to parse function arguments: ${problem} at ${position}` };
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
