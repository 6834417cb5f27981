// Writes docs/config.md: its introduction, and every key of config.toml with type, default and meaning, from the schema.

import { configSchema } from "../src/config/validate";
import introduction from "./config-introduction.txt" with { type: "text" };

/** What of JSON Schema the config schema uses. */
type Schema = {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
};

type Row = { readonly key: string; readonly schema: Schema };

/** The page. */
export function configPage(): string {
  const root: Schema = configSchema();
  const top = Object.entries(root.properties ?? {});
  const plain = top.filter(([, schema]) => below(schema).length === 0);
  const tables = top.filter(([, schema]) => below(schema).length > 0);
  const sections = [
    `## Keys at the top level\n\n${table(plain.map(([key, schema]) => ({ key, schema })))}`,
    ...tables.map(([key, schema]) => {
      const about = schema.description === undefined ? "" : `${schema.description}.\n\n`;
      return `## \`[${key}]\`\n\n${about}${table(rows(schema, ""))}`;
    }),
  ];
  return `${introduction.trim()}\n\n${sections.join("\n\n")}\n`;
}

/** Every key at or below a table, names of the user's own as `<name>`. */
function rows(schema: Schema, prefix: string): readonly Row[] {
  return below(schema).flatMap(([name, nested]) => {
    const key = `${prefix}${name}`;
    const deeper = nested.items === undefined ? rows(nested, `${key}.`) : rows(nested.items, `${key}[].`);
    return deeper.length === 0 || nested.anyOf !== undefined ? [{ key, schema: nested }, ...deeper] : deeper;
  });
}

function below(schema: Schema): readonly (readonly [string, Schema])[] {
  const any = schema.additionalProperties;
  const named = Object.entries(schema.properties ?? {});
  if (typeof any !== "object" || Object.keys(any).length === 0) return named;
  return [...named, ["<name>", any]];
}

function table(all: readonly Row[]): string {
  const lines = all.map(({ key, schema }) => {
    const { meaning, standing = schema.type === "boolean" ? "`false`" : "" } = described(
      schema.description ?? "",
    );
    return `| \`${key}\` | ${typeText(schema)} | ${standing} | ${meaning} |`;
  });
  return ["| key | type | default | meaning |", "|---|---|---|---|", ...lines].join("\n");
}

/** A description ends with the default in brackets, where there is one; switches without one are off. */
function described(description: string): { readonly meaning: string; readonly standing?: string } {
  const found = /^(.*) \(([^()]+)\)$/.exec(description.replaceAll("|", "\\|"));
  if (found === null) return { meaning: description.replaceAll("|", "\\|") };
  return { meaning: found[1] ?? "", standing: `\`${found[2]}\`` };
}

function typeText(schema: Schema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`"${value}"\``).join(", ");
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeText).join(" or ");
  if (schema.type === "array") return `list of ${plural(schema.items)}`;
  if (schema.type !== "object") return schema.type ?? "any";
  const values = schema.additionalProperties;
  return typeof values === "object" && values.type === "string" ? "table of strings" : "table";
}

function plural(items: Schema | undefined): string {
  if (items === undefined) return "values";
  return items.type === "string" ? "strings" : items.type === "object" ? "tables" : typeText(items);
}

if (import.meta.main) await Bun.write(`${import.meta.dir}/config.md`, configPage());
