// Turns the JSON Schema of a form of an MCP server into pages, and what was filled in into its values (mcp.md 12).

import type { FormValue } from "../../protocol/elicitation";
import type { Filled, Page } from "./form";
import { visible, visibleLine } from "../questions/visible";

type Json = Readonly<Record<string, unknown>>;

export type SchemaForm = {
  readonly pages: readonly Page[];
  /** The defaults. */
  readonly filled: readonly Filled[];
  /** Values by property; those left empty are left out. */
  readonly contentOf: (filled: readonly Filled[]) => Readonly<Record<string, FormValue>>;
};

/** Properties of kinds that forms do not have are asked for as text. */
export function schemaForm(schema: Json): SchemaForm {
  const required = Array.isArray(schema["required"]) ? schema["required"].map(String) : [];
  const properties = isRecord(schema["properties"]) ? schema["properties"] : {};
  const fields = Object.entries(properties).map(([name, property]) =>
    fieldOf(name, isRecord(property) ? property : {}, required.includes(name)),
  );
  return {
    pages: fields.map(({ page }) => page),
    filled: fields.map(({ initial }) => initial),
    contentOf: (filled) =>
      Object.fromEntries(
        fields.flatMap(({ page, valueOf }, index): [string, FormValue][] => {
          const value = valueOf(filled[index] ?? NOTHING);
          return value === undefined ? [] : [[page.id, value]];
        }),
      ),
  };
}

const NOTHING: Filled = { chosen: [], text: "" };

type FormField = {
  readonly page: Page;
  readonly initial: Filled;
  readonly valueOf: (filled: Filled) => FormValue | undefined;
};

function fieldOf(name: string, schema: Json, isRequired: boolean): FormField {
  const { title, description, type } = schema;
  const base = {
    id: name,
    title: `${visibleLine(typeof title === "string" ? title : name)}${isRequired ? " *" : ""}`,
    description: typeof description === "string" ? visible(description) : null,
    isRequired,
  };
  const items = isRecord(schema["items"]) ? schema["items"] : {};
  if (type === "array") return optionsField(base, schema, namedValues(items), "many");
  if (type === "boolean") return optionsField(base, schema, BOOLEANS, "one");
  const values = namedValues(schema);
  return values.length > 0 ? optionsField(base, schema, values, "one") : textField(base, schema);
}

type NamedValue = { readonly value: string | boolean; readonly name: string };

const BOOLEANS: readonly NamedValue[] = [
  { value: true, name: "True" },
  { value: false, name: "False" },
];

/** `enum` with `enumNames`, or `oneOf`/`anyOf` of constants with titles. */
function namedValues(schema: Json): readonly NamedValue[] {
  const alternatives = schema["oneOf"] ?? schema["anyOf"];
  if (Array.isArray(alternatives)) {
    return alternatives.filter(isRecord).flatMap(({ const: value, title }) => {
      if (typeof value !== "string") return [];
      return [{ value, name: typeof title === "string" ? title : value }];
    });
  }
  const { enum: values, enumNames: names } = schema;
  if (!Array.isArray(values)) return [];
  return values.map((value, index) => {
    const name: unknown = Array.isArray(names) ? names[index] : undefined;
    return { value: String(value), name: typeof name === "string" ? name : String(value) };
  });
}

type Base = Omit<Page, "answer">;

function optionsField(
  base: Base,
  schema: Json,
  values: readonly NamedValue[],
  count: "one" | "many",
): FormField {
  const defaults: readonly unknown[] = Array.isArray(schema["default"])
    ? schema["default"]
    : [schema["default"]];
  return {
    page: {
      ...base,
      answer: {
        type: "options",
        options: values.map(({ name }, value) => ({ value, label: visibleLine(name) })),
        count,
        hasNotes: false,
        isSecret: false,
        check: (chosen) => countComplaint(chosen.length, schema),
      },
    },
    initial: {
      text: "",
      chosen: values.flatMap(({ value }, index) => (defaults.includes(value) ? [index] : [])),
    },
    valueOf: ({ chosen }) => {
      const picked = chosen.flatMap((index) => values[index]?.value ?? []);
      if (count === "many") return picked.length === 0 ? undefined : picked.map(String);
      return picked[0];
    },
  };
}

function countComplaint(count: number, schema: Json): string | undefined {
  const { minItems: least, maxItems: most } = schema;
  if (typeof least === "number" && count < least) return `Choose at least ${least}.`;
  if (typeof most === "number" && count > most) return `Choose at most ${most}.`;
  return undefined;
}

function textField(base: Base, schema: Json): FormField {
  const isNumber = schema["type"] === "number" || schema["type"] === "integer";
  const initial = schema["default"];
  const isScalar = typeof initial === "string" || typeof initial === "number";
  return {
    page: {
      ...base,
      answer: {
        type: "text",
        placeholder: isNumber ? "Type a number" : "Type your answer",
        isSecret: schema["format"] === "password" || schema["writeOnly"] === true,
        check: (text) => (isNumber ? numberComplaint(text, schema) : textComplaint(text, schema)),
      },
    },
    initial: { chosen: [], text: isScalar ? String(initial) : "" },
    valueOf: ({ text }) => {
      const typed = text.trim();
      return typed === "" ? undefined : isNumber ? Number(typed) : typed;
    },
  };
}

function numberComplaint(text: string, schema: Json): string | undefined {
  const value = Number(text);
  const { minimum, maximum } = schema;
  if (!Number.isFinite(value)) return "Type a number.";
  if (schema["type"] === "integer" && !Number.isInteger(value)) return "Type a whole number.";
  if (typeof minimum === "number" && value < minimum) return `At least ${minimum}.`;
  if (typeof maximum === "number" && value > maximum) return `At most ${maximum}.`;
  return undefined;
}

function textComplaint(text: string, schema: Json): string | undefined {
  const { minLength, maxLength, format } = schema;
  const length = [...text].length;
  if (typeof minLength === "number" && length < minLength) return `At least ${minLength} characters.`;
  if (typeof maxLength === "number" && length > maxLength) return `At most ${maxLength} characters.`;
  const { test, name } = FORMATS.get(String(format)) ?? {};
  return test === undefined || test(text) ? undefined : `Type ${name}.`;
}

const FORMATS: ReadonlyMap<string, { test: (text: string) => boolean; name: string }> = new Map([
  ["email", { test: (text) => /^[^\s@]+@[^\s@]+$/.test(text), name: "an e-mail address" }],
  ["uri", { test: (text) => URL.canParse(text), name: "an address such as https://example.com" }],
  [
    "date",
    { test: (text) => /^\d{4}-\d\d-\d\d$/.test(text) && isDate(text), name: "a date such as 2026-11-22" },
  ],
  [
    "date-time",
    {
      test: (text) => /^\d{4}-\d\d-\d\dT/.test(text) && isDate(text),
      name: "a time such as 2026-11-22T14:05:00Z",
    },
  ],
]);

function isDate(text: string): boolean {
  return !Number.isNaN(Date.parse(text));
}

function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
