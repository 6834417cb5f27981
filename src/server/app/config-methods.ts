// The configuration as clients see it: its values, where each comes from, and its layers (app-server.md 9).

import type { Config, ConfigLayer } from "../../config/config";
import { isTable } from "../../config/toml-text";
import { configFor } from "../app-threads/open-thread";
import { boolean, list, oneOf, optional, required, string, struct, withDefault } from "../rpc/decode";
import { folder } from "../rpc/folder";
import { method, type Method } from "./app";
import { writeConfig } from "./config-writes";
import { layerVersion, sourceOut } from "./layer-out";
import { anything } from "./params";

/** Keys that are told although nobody has set them. */
const KNOWN_KEYS = (
  "model review_model model_context_window model_auto_compact_token_limit model_auto_compact_token_limit_scope " +
  "model_provider approval_policy approvals_reviewer sandbox_mode sandbox_workspace_write " +
  "forced_chatgpt_workspace_id forced_login_method web_search tools instructions developer_instructions " +
  "compact_prompt model_reasoning_effort model_reasoning_summary model_verbosity service_tier analytics apps " +
  "desktop profile"
).split(" ");

const edit = {
  keyPath: required(string),
  value: required(anything),
  mergeStrategy: required(oneOf("replace", "upsert")),
};
const place = { filePath: optional(string), expectedVersion: optional(string) };

/** Reading and writing take their turns. */
const key = () => "config";

export const CONFIG_METHODS: readonly (readonly [string, Method])[] = [
  method(
    "config/read",
    struct("ConfigReadParams", { includeLayers: withDefault(boolean, false), cwd: optional(string) }),
    async ({ includeLayers, cwd }, { app }) => {
      const config = await configFor({ ...(cwd !== undefined && { cwd: folder(cwd) }) }, app.place);
      const unset = Object.fromEntries(KNOWN_KEYS.map((name) => [name, null]));
      return {
        config: { ...unset, ...config.toml },
        origins: originsOf(config.layers),
        layers: includeLayers ? listedLayers(config, cwd !== undefined).map(layerOut) : null,
      };
    },
    { key },
  ),
  method(
    "config/value/write",
    struct("ConfigValueWriteParams", { ...edit, ...place }),
    async ({ filePath, expectedVersion, ...one }, { app }) =>
      await writeConfig([one], { filePath, expectedVersion }, app.place),
    { key },
  ),
  method(
    "config/batchWrite",
    struct("ConfigBatchWriteParams", {
      edits: required(list(struct("ConfigEdit", edit))),
      ...place,
      reloadUserConfig: withDefault(boolean, false),
    }),
    async ({ edits, filePath, expectedVersion, reloadUserConfig }, { app }) => {
      const written = await writeConfig(edits, { filePath, expectedVersion }, app.place);
      if (reloadUserConfig) {
        await Promise.all(app.threads.all().map((live) => live.reloadServers()));
      }
      return written;
    },
    { key },
  ),
  method("configRequirements/read", anything, async () => ({ requirements: null })),
];

/** Highest precedence first; those of a project for a client that asked for its folder. */
function listedLayers({ layers }: Config, withProjects: boolean): readonly ConfigLayer[] {
  return layers
    .filter(({ source, text, toml }) => {
      if (source.type === "project") return withProjects;
      if (source.type === "session_flags") return Object.keys(toml).length > 0;
      return source.type !== "legacy_managed" || text !== undefined;
    })
    .toReversed();
}

function layerOut({ source, toml, disabledReason }: ConfigLayer): object {
  return {
    name: sourceOut(source),
    version: layerVersion(toml),
    config: toml,
    ...(disabledReason !== undefined && { disabledReason }),
  };
}

/** For every value that counts, the layer it comes from. */
function originsOf(layers: readonly ConfigLayer[]): Readonly<Record<string, unknown>> {
  const origins: Record<string, unknown> = {};
  for (const { source, toml, disabledReason } of layers) {
    if (disabledReason !== undefined) continue;
    const origin = { name: sourceOut(source), version: layerVersion(toml) };
    for (const path of leaves(toml, [])) origins[path] = origin;
  }
  return origins;
}

function* leaves(value: unknown, path: readonly string[]): Generator<string, void> {
  if (!isTable(value)) {
    yield path.join(".");
    return;
  }
  for (const [name, inner] of Object.entries(value)) yield* leaves(inner, [...path, name]);
}
