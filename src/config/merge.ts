// Puts config layers over one another: deep merge of tables, after each layer's paths were made absolute (config.md 2).

import { join, resolve } from "node:path";
import type { TomlTable } from "./config";
import { configPathKeys } from "./schema" with { type: "macro" };
import { isTable, valueAt } from "./toml-text";
import { homeFolder } from "../util/home-folder";

const PATH_KEYS: readonly (readonly string[])[] = configPathKeys();

/** Key by key for tables; any other value, arrays included, replaces what was there. Neither argument is changed. */
export function mergeTables(base: TomlTable, over: TomlTable): TomlTable {
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(over)) {
    const old = merged.get(key);
    merged.set(key, isTable(old) && isTable(value) ? mergeTables(old, value) : value);
  }
  return Object.fromEntries(merged);
}

/**
 * A layer ready to be merged: relative paths resolved against `folder`, a leading `~` expanded, and older spellings of
 * keys renamed.
 */
export function prepareLayer(layer: TomlTable, folder: string, home: string = homeFolder()): TomlTable {
  const absolute = (path: string) => absolutePath(path, folder, home);
  const prepared = PATH_KEYS.reduce((table, keys) => mapAt(table, keys, absolute), layer);
  return withAuthFolder(renameMemoriesKey(prepared), folder);
}

/** An absolute path from one a user wrote. Variables are not expanded. */
export function absolutePath(path: string, folder: string, home: string): string {
  if (path === "~") return home;
  return path.startsWith("~/") ? join(home, path.slice(2)) : resolve(folder, path);
}

function mapAt(table: TomlTable, keys: readonly string[], change: (text: string) => string): TomlTable {
  const changed = mapValue(table, keys, change);
  return isTable(changed) ? changed : table;
}

function mapValue(value: unknown, keys: readonly string[], change: (text: string) => string): unknown {
  const [key, ...rest] = keys;
  if (key === undefined) return typeof value === "string" ? change(value) : value;
  if (Array.isArray(value)) return key === "*" ? value.map((item) => mapValue(item, rest, change)) : value;
  if (!isTable(value)) return value;
  if (key !== "*" && !Object.hasOwn(value, key)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      key === "*" || key === name ? mapValue(inner, rest, change) : inner,
    ]),
  );
}

/** The token command of a provider runs beside the file that names it, unless it says where (config.md 8.3). */
function withAuthFolder(layer: TomlTable, folder: string): TomlTable {
  const providers = valueAt(layer, ["model_providers"]);
  if (!isTable(providers)) return layer;
  const placed = Object.entries(providers).map(([id, provider]): [string, unknown] => {
    const auth = valueAt(provider, ["auth"]);
    if (!isTable(provider) || !isTable(auth)) return [id, provider];
    if (!Object.hasOwn(auth, "command") || Object.hasOwn(auth, "cwd")) return [id, provider];
    return [id, { ...provider, auth: { ...auth, cwd: folder } }];
  });
  return { ...layer, model_providers: Object.fromEntries(placed) };
}

const OLD_MEMORIES_KEY = "no_memories_if_mcp_or_web_search";

function renameMemoriesKey(layer: TomlTable): TomlTable {
  const memories = valueAt(layer, ["memories"]);
  if (!isTable(memories) || !Object.hasOwn(memories, OLD_MEMORIES_KEY)) return layer;
  const { [OLD_MEMORIES_KEY]: old, ...rest } = memories;
  return { ...layer, memories: { disable_on_external_context: old, ...rest } };
}
