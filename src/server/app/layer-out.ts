// A layer of the configuration as clients know it: its name, and its version, which changes when anything in it does (app-server.md 9).

import type { LayerSource, TomlTable } from "../../config/config";
import { isTable } from "../../config/toml-text";

export function layerVersion(toml: TomlTable): string {
  return `sha256:${Bun.SHA256.hash(JSON.stringify(sorted(toml)), "hex")}`;
}

export function sourceOut(source: LayerSource): object {
  switch (source.type) {
    case "system":
      return { type: "system", file: source.file };
    case "user":
      return { type: "user", file: source.file, profile: null };
    case "profile":
      return { type: "user", file: source.file, profile: source.profile };
    case "project":
      return { type: "project", dotCodexFolder: source.file.replace(/[\\/]config\.toml$/, "") };
    case "session_flags":
      return { type: "sessionFlags" };
    case "legacy_managed":
      return { type: "legacyManagedConfigTomlFromFile", file: source.file };
    default:
      return source satisfies never;
  }
}

/** The order of keys is nobody's setting. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isTable(value)) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, inner]) => [name, sorted(inner)]));
}
