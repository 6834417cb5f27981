// The words the config schema is written in: a described string, number, list, table. Runs only while building.

import { type, type Type } from "arktype";

/*
 * Every word takes the sentence that `codex config schema` and error messages show. `configure(..., "self")` keeps that
 * sentence on the key instead of copying it to every alternative.
 */

export const text = (description: string) => type("string").configure({ description }, "self");

export const flag = (description: string) => type("boolean").configure({ description }, "self");

/** Any whole number. */
export const integer = (description: string) => type("number.integer").configure({ description }, "self");

/** A whole number from 0 up. */
export const count = (description: string) => type("number.integer >= 0").configure({ description }, "self");

/** A TCP port. */
export const port = (description: string) =>
  type("0 <= number.integer <= 65535").configure({ description }, "self");

export const decimal = (description: string) => type("number").configure({ description }, "self");

export const texts = (description: string) => type("string[]").configure({ description }, "self");

/** A table of the user's own names, each with a string. */
export const textMap = (description: string) =>
  type({ "[string]": "string" }).configure({ description }, "self");

/** A path: made absolute against the folder of its file before layers are merged (`PATH_KEYS`). */
export const path = (description: string) =>
  type("string").configure({ description, format: "path" }, "self");

export const paths = (description: string) =>
  type("string").configure({ format: "path" }, "self").array().configure({ description }, "self");

/** Parsed and ignored, or looked into by code: anything goes. */
export const anything = (description: string) => type("unknown").configure({ description }, "self");

/** A table that is read without looking inside. */
export const anyTable = (description: string) =>
  type({ "[string]": "unknown" }).configure({ description }, "self");

/** One of a few words. arktype sorts them; `examples` keeps the order that error messages show. */
export const choice = <const Words extends readonly string[]>(
  description: string,
  ...words: Words
): Type<Words[number]> => {
  const wide: readonly string[] = words;
  const union: Type<string> = type.enumerated(...wide);
  // The union of exactly these words; arktype cannot infer it from a generic tuple.
  return union.configure({ description, examples: words }, "self") as unknown as Type<Words[number]>;
};

/** A table that knows its keys and refuses others; `examples` keeps the order that error messages show. */
export const closedTable = <Value>(
  description: string,
  tables: Readonly<Record<string, Type<Value>>>,
): Type<Readonly<Record<string, Value>>> => {
  const keys = Object.entries(tables).map(([name, value]): [string, unknown] => [`${name}?`, value]);
  // Built from a list of names, so its shape is stated here instead of inferred.
  return type(Object.fromEntries([["+", "reject"], ...keys])).configure(
    { description, examples: Object.keys(tables) },
    "self",
  ) as unknown as Type<Readonly<Record<string, Value>>>;
};

/**
 * Says what the keys hold that a table does not name. arktype would hold its index signatures against the named keys
 * too; JSON Schema's `additionalProperties`, which this becomes, is only for the others.
 */
export const withOthers = <Table extends Type<object>>(
  description: string,
  table: Table,
  others: Type<unknown>,
): Table => {
  const meta: object = { description, others: others.toJsonSchema() };
  return table.configure(meta, "self");
};
