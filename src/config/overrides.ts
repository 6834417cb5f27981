// Turns `-c key=value`, `--enable` and `--disable` into one table, the session's own config layer (config.md 5).

import { UserError } from "../util/user-error";
import type { TomlTable } from "./config";
import { isKnownFeature } from "./features";
import { TomlSyntaxError } from "./toml-scan";
import { isTable, parseToml } from "./toml-text";

/**
 * Applies overrides in order, then the enabled features, then the disabled ones: so `--disable` wins over `--enable`,
 * and both over `-c features.X`.
 * @throws UserError on a faulty override or an unknown feature
 */
export function sessionLayer(
  overrides: readonly string[],
  enable: readonly string[],
  disable: readonly string[],
): TomlTable {
  for (const name of [...enable, ...disable]) {
    if (!isKnownFeature(name)) throw new UserError(`Unknown feature flag: ${name}`);
  }
  const pairs = [
    ...overrides.map(parseOverride),
    ...enable.map((name) => ({ path: ["features", name], value: true })),
    ...disable.map((name) => ({ path: ["features", name], value: false })),
  ];
  return pairs.reduce<TomlTable>((table, { path, value }) => withValue(table, path, value), {});
}

/**
 * One `key=value`. The key is split at every dot, without quoting. The value is TOML, or else plain text.
 * @throws UserError `Error parsing -c overrides: ...`
 */
export function parseOverride(raw: string): { readonly path: readonly string[]; readonly value: unknown } {
  const equals = raw.indexOf("=");
  if (equals < 0) throw faulty(`Invalid override (missing '='): ${raw}`);
  const key = raw.slice(0, equals).trim();
  if (key === "") throw faulty(`Empty key in override: ${raw}`);
  const full = key === "use_legacy_landlock" ? "features.use_legacy_landlock" : key;
  return { path: full.split("."), value: parseValue(raw.slice(equals + 1).trim()) };
}

/** A copy of the table with the value at the path; whatever is in the way of the path becomes a table. */
export function withValue(table: TomlTable, path: readonly string[], value: unknown): TomlTable {
  const [key, ...rest] = path;
  if (key === undefined) return table;
  const old = Object.hasOwn(table, key) ? table[key] : undefined;
  return { ...table, [key]: rest.length === 0 ? value : withValue(isTable(old) ? old : {}, rest, value) };
}

function parseValue(text: string): unknown {
  try {
    return parseToml(`_x_ = ${text}`)["_x_"];
  } catch (error) {
    if (!(error instanceof TomlSyntaxError)) throw error;
    return text.replace(/^["']+|["']+$/g, "");
  }
}

function faulty(text: string): UserError {
  return new UserError(`Error parsing -c overrides: ${text}`, { prefixed: false });
}
