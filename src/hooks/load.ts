// Finds all hooks that are set, in hooks.json and [hooks] of every layer in force, and says which of them may run (agent.md 15).

import { readFileSync } from "node:fs";
import type { Config, LayerSource } from "../config/config";
import { parseTomlFile } from "../config/toml-text";
import type { Hook } from "../protocol/hooks";
import { positionText, readJson } from "../util/json-reader";
import { osErrorText } from "../util/os-error";
import { UserError } from "../util/user-error";
import { hookPlaces, isElsewhere, type HookPlace } from "./configured";
import { handlersIn, isTable, type Handler } from "./handlers";
import { definitionHash } from "./trust";

export type FoundHooks = {
  /** In the order in which they are numbered. */
  readonly hooks: readonly Hook[];
  /** What cannot be used, with its file and its place there. All else is. */
  readonly warnings: readonly string[];
};

/** Reads the files now. Never throws for what stands in them. */
export function findHooks(config: Config): FoundHooks {
  const hooks: Hook[] = [];
  const warnings: string[] = [];
  const state: Readonly<Record<string, HookState>> = config.toml.hooks?.state ?? {};
  for (const place of hookPlaces(config)) {
    const inJson = place.json === undefined ? undefined : jsonHooks(place.json, warnings);
    const fromJson = inJson === undefined ? [] : handlersIn(inJson, place.json ?? "", warnings);
    const fromToml = handlersIn(tomlHooks(place, warnings), place.file, warnings);
    if (fromJson.length > 0 && fromToml.length > 0) {
      warnings.push(
        `loading hooks from both ${place.json} and ${place.file}; prefer a single representation for this layer`,
      );
    }
    const add = (handler: Handler, file: string): void => {
      hooks.push(hookOf(handler, { file, order: hooks.length, layer: place.layer.source, state }));
    };
    for (const handler of fromJson) add(handler, place.json ?? "");
    for (const handler of fromToml) add(handler, place.file);
  }
  return { hooks, warnings };
}

type HookState = { readonly enabled?: boolean; readonly trusted_hash?: string };

function hookOf(
  { definition, event, index }: Handler,
  found: {
    readonly file: string;
    readonly order: number;
    readonly layer: LayerSource;
    readonly state: Readonly<Record<string, HookState>>;
  },
): Hook {
  const { file, order, layer, state } = found;
  const key = `${file}:${definition.event}:${index.group}:${index.handler}`;
  const hash = definitionHash(definition);
  const known = Object.hasOwn(state, key) ? state[key] : undefined;
  const isManaged = layer.type === "system" || layer.type === "legacy_managed";
  const trusted = known?.trusted_hash;
  return {
    event,
    key,
    file,
    source: sourceOf(layer),
    matcher: definition.matcher,
    command: definition.command,
    timeout: definition.timeout,
    statusMessage: definition.statusMessage,
    hash,
    order,
    trust: isManaged
      ? "managed"
      : trusted === undefined
        ? "untrusted"
        : trusted === hash
          ? "trusted"
          : "modified",
    enabled: isManaged || known?.enabled !== false,
  };
}

function sourceOf({ type }: LayerSource): Hook["source"] {
  switch (type) {
    case "system":
    case "legacy_managed":
      return "system";
    case "user":
    case "profile":
      return "user";
    case "project":
      return "project";
    case "session_flags":
      return "flags";
    default:
      return type satisfies never;
  }
}

/** Undefined when there is no such file, or nothing in it that can be used. */
function jsonHooks(file: string, warnings: string[]): unknown {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
      return undefined;
    const reason = error instanceof TypeError ? "it is not valid UTF-8" : osErrorText(error);
    warnings.push(`failed to read hooks config ${file}: ${reason}`);
    return undefined;
  }
  const node = readJson(text);
  if (node.type === "error") {
    warnings.push(`failed to parse hooks config ${file}: ${node.problem} at ${positionText(text, node.at)}`);
    return undefined;
  }
  if (isTable(node.value)) {
    if (node.value["hooks"] === undefined) warnings.push(`${file} has no \`hooks\`: nothing in it is used`);
    return node.value["hooks"];
  }
  warnings.push(`failed to parse hooks config ${file}: it must hold an object with \`hooks\``);
  return undefined;
}

/** A worktree's own file has been read as its layer; that of the main checkout has not. */
function tomlHooks(place: HookPlace, warnings: string[]): unknown {
  const { layer, file } = place;
  if (!isElsewhere(place)) return layer.toml["hooks"];
  try {
    return parseTomlFile(readFileSync(file, "utf8"), file)["hooks"];
  } catch (error) {
    if (error instanceof UserError) warnings.push(error.message);
    else if (!(error instanceof Error && "code" in error && error.code === "ENOENT"))
      warnings.push(`failed to read hooks config ${file}: ${osErrorText(error)}`);
    return undefined;
  }
}
