// Changes to the user's config.toml on behalf of a client: checked before, and nothing else in the file touched (app-server.md 9).

import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Config, ConfigLayer, TomlTable } from "../../config/config";
import { editConfigFile, editToml, type ConfigEdit } from "../../config/edit";
import { canonical } from "../../config/home";
import { validateConfig } from "../../config/validate";
import { ConfigTomlError, isTable, parseToml, valueAt } from "../../config/toml-text";
import { tryLock } from "../../exec/libc";
import { messageOf, UserError } from "../../util/user-error";
import { configFor } from "../app-threads/open-thread";
import type { Place } from "./client";
import { layerVersion, sourceOut } from "./layer-out";
import { refuse } from "./params";

export type WishedEdit = {
  readonly keyPath: string;
  readonly value: unknown;
  readonly mergeStrategy: "replace" | "upsert";
};

export type WritePlace = {
  readonly filePath: string | undefined;
  readonly expectedVersion: string | undefined;
};

type WriteError = "configLayerReadonly" | "configVersionConflict" | "configValidationError";

/** @throws RpcFailure with `config_write_error_code`; the file then is as it was */
export async function writeConfig(
  wished: readonly WishedEdit[],
  { filePath, expectedVersion }: WritePlace,
  place: Place,
): Promise<object> {
  const before = await configFor({}, place);
  const path = before.userConfigPath;
  if (filePath !== undefined && canonical(resolve(filePath)) !== canonical(path)) {
    throw failure("configLayerReadonly", "Only writes to the user config are allowed");
  }
  const user = userLayer(before);
  if (expectedVersion !== undefined && expectedVersion !== layerVersion(user?.toml ?? {})) {
    throw failure(
      "configVersionConflict",
      "Configuration was modified since last read. Fetch latest version and retry.",
    );
  }
  const paths = wished.map(({ keyPath }) => segmentsOf(keyPath));
  const text = statSync(path, { throwIfNoEntry: false }) === undefined ? "" : readFileSync(path, "utf8");
  const edits = wished.flatMap(({ value, mergeStrategy }, at) =>
    editsOf(paths[at] ?? [], value, mergeStrategy),
  );
  check(text, edits, user);
  editConfigFile(path, edits, { tryLock });
  const after = await configFor({}, place);
  const overridden = paths.map((keys) => overriding(after, keys)).find((found) => found !== undefined);
  return {
    status: overridden === undefined ? "ok" : "okOverridden",
    version: layerVersion(userLayer(after)?.toml ?? {}),
    filePath: path,
    overriddenMetadata: overridden ?? null,
  };
}

function failure(code: WriteError, message: string): Error {
  return refuse(message, { config_write_error_code: code });
}

function userLayer({ layers }: Config): ConfigLayer | undefined {
  return layers.find(({ source }) => source.type === "user");
}

/** `a.b."c.d"` */
function segmentsOf(keyPath: string): readonly string[] {
  if (keyPath.trim() === "") throw failure("configValidationError", "keyPath must not be empty");
  const segments: string[] = [];
  const pattern = /\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^."']*))\s*(\.|$)/y;
  for (;;) {
    const found = pattern.exec(keyPath);
    if (found === null) throw failure("configValidationError", `invalid keyPath: ${keyPath}`);
    const [, quoted, literal, bare = "", end] = found;
    const segment = quoted === undefined ? (literal ?? bare.trim()) : quoted.replace(/\\(.)/g, "$1");
    if (segment === "") throw failure("configValidationError", "keyPath segments must not be empty");
    segments.push(segment);
    if (end === "") return segments;
    if (pattern.lastIndex === keyPath.length) {
      throw failure("configValidationError", "keyPath segments must not be empty");
    }
  }
}

/** `upsert` leaves what is in a table and not in the new one. Null takes a key away. */
function editsOf(
  path: readonly string[],
  value: unknown,
  strategy: WishedEdit["mergeStrategy"],
): readonly ConfigEdit[] {
  if (value === null) return [{ type: "delete", path }];
  if (strategy === "replace" || !isTable(value) || Object.keys(value).length === 0) {
    return [{ type: "set", path, value: withoutNulls(value) }];
  }
  return Object.entries(value).flatMap(([key, inner]) => editsOf([...path, key], inner, strategy));
}

/** TOML has none. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((entry) => entry !== null).map(withoutNulls);
  if (!isTable(value)) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutNulls(inner)]));
}

/** @throws RpcFailure for a file that could not be read afterwards */
function check(text: string, edits: readonly ConfigEdit[], user: ConfigLayer | undefined): void {
  try {
    const edited = editToml(text, edits);
    const toml: TomlTable = parseToml(edited);
    if (user !== undefined) validateConfig(toml, [{ ...user, toml, text: edited }]);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const reason = error instanceof ConfigTomlError ? error.detail : messageOf(error);
    const known =
      error instanceof UserError || error.name === "TomlSyntaxError" || error instanceof TypeError;
    if (!known && !/cannot be (set|removed)/.test(reason)) throw error;
    throw failure("configValidationError", `Invalid configuration: ${reason}`);
  }
}

/** What is written does not count where a layer above says something else. */
function overriding({ layers, toml }: Config, path: readonly string[]): object | undefined {
  const at = layers.findIndex(({ source }) => source.type === "user");
  const above = layers.findLast(
    (layer, index) =>
      index > at && layer.disabledReason === undefined && valueAt(layer.toml, path) !== undefined,
  );
  if (above === undefined) return undefined;
  const { source } = above;
  const name = "file" in source ? source.file : "the command line";
  return {
    message: `Overridden by ${name}`,
    overridingLayer: { name: sourceOut(source), version: layerVersion(above.toml) },
    effectiveValue: valueAt(toml, path) ?? null,
  };
}
