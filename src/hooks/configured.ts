// Whether any hooks are set, found out cheaply: who has none pays for no more than this.

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Config, ConfigLayer, TomlTable } from "../config/config";
import { inMainCheckout } from "../config/trust";

/** Where a layer may hold hooks. */
export type HookPlace = {
  readonly layer: ConfigLayer;
  /** Its `config.toml`, or how flags are named. */
  readonly file: string;
  /** Its `hooks.json`; undefined where none is looked for. */
  readonly json: string | undefined;
};

/** How the command line is named in keys and messages. */
const COMMAND_LINE = "<command line>";

export function hasHooks(config: Config): boolean {
  if (config.features.get("hooks") === false) return false;
  return hookPlaces(config).some((place) => {
    const { layer, file, json } = place;
    const inToml = isElsewhere(place) ? existsSync(file) : setsHooks(layer.toml);
    return inToml || (json !== undefined && existsSync(json));
  });
}

/** Whether `file` is another than the layer was read from: that of the main checkout, for a linked worktree. */
export function isElsewhere({ layer: { source }, file }: HookPlace): boolean {
  return source.type === "project" && source.file !== file;
}

/** Of the layers in force, lowest first. A linked worktree takes the hooks of the main checkout (config.md 3). */
export function hookPlaces({ layers }: Pick<Config, "layers">): readonly HookPlace[] {
  return layers
    .filter(({ disabledReason }) => disabledReason === undefined)
    .map((layer) => {
      const { source } = layer;
      switch (source.type) {
        case "session_flags":
          return { layer, file: COMMAND_LINE, json: undefined };
        case "profile":
        case "legacy_managed":
          return { layer, file: source.file, json: undefined };
        case "system":
        case "user":
          return { layer, file: source.file, json: join(dirname(source.file), "hooks.json") };
        case "project": {
          const folder = join(inMainCheckout(source.folder), ".codex");
          return { layer, file: join(folder, "config.toml"), json: join(folder, "hooks.json") };
        }
        default:
          return source satisfies never;
      }
    });
}

/** State about hooks of other files is no hook. */
function setsHooks({ hooks }: TomlTable): boolean {
  return typeof hooks === "object" && hooks !== null && Object.keys(hooks).some((key) => key !== "state");
}
