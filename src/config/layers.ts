// Reads every config layer in its order, lowest first: system, user, profile, project folders, session flags, legacy managed (config.md 2).

import { readFileSync, statSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { osErrorText } from "../util/os-error";
import type { ConfigLayer, LayerSource, TomlTable, TrustLevel } from "./config";
import { canonical } from "./home";
import { mergeTables, prepareLayer } from "./merge";
import { TomlSyntaxError } from "./toml-scan";
import {
  ConfigTomlError,
  isTable,
  parseToml,
  parseTomlFile,
  position,
  syntaxMessage,
  valueAt,
} from "./toml-text";
import { trustKey, trustOf } from "./trust";

const SYSTEM_FOLDER = "/etc/codex";

export type LayerOptions = {
  /** Absolute. */
  readonly codexHome: string;
  /** Absolute and canonical. */
  readonly cwd: string;
  readonly home: string;
  readonly sessionFlags: TomlTable;
  readonly profile: string | undefined;
  readonly ignoreUserConfig: boolean;
  /** Where the system's config is; /etc/codex, or the Windows counterpart, when undefined. */
  readonly systemFolder: string | undefined;
};

export type Layers = {
  readonly layers: readonly ConfigLayer[];
  readonly warnings: readonly string[];
  readonly projectRoot: string;
  readonly trust: TrustLevel | undefined;
  readonly projectTrustKey: string;
};

/**
 * Reads the layers. Missing files are empty layers; folders of untrusted projects are named but not applied.
 * @throws ConfigTomlError for a file that cannot be read or parsed
 */
export function readLayers(options: LayerOptions): Layers {
  const { codexHome, cwd, profile } = options;
  const systemFolder = options.systemFolder ?? defaultSystemFolder();
  const files: LayerSource[] = [{ type: "system", file: join(systemFolder, "config.toml") }];
  if (!options.ignoreUserConfig) {
    files.push({ type: "user", file: userConfigPath(codexHome) });
    if (profile !== undefined) {
      files.push({ type: "profile", file: profileConfigPath(codexHome, profile), profile });
    }
  }
  const read = (source: LayerSource & { readonly file: string }) => readLayer(source, options.home);
  const own = files.flatMap((source) => (source.type === "session_flags" ? [] : [read(source)]));
  const flags: ConfigLayer = {
    source: { type: "session_flags" },
    toml: prepareLayer(options.sessionFlags, cwd, options.home),
    text: undefined,
    disabledReason: undefined,
  };
  const base = [...own, flags].reduce<TomlTable>((merged, { toml }) => mergeTables(merged, toml), {});
  const projectRoot = findProjectRoot(cwd, rootMarkers(base["project_root_markers"]));
  const projects = base["projects"];
  const project = projectFolders(projectRoot, cwd)
    .filter((folder) => canonical(join(folder, ".codex")) !== codexHome)
    .map((folder) => readProjectLayer(folder, projectRoot, projects, options));
  const managedFolder = process.platform === "win32" ? codexHome : systemFolder;
  const managed = read({ type: "legacy_managed", file: join(managedFolder, "managed_config.toml") });
  return {
    layers: [...own, ...project.map(({ layer }) => layer), flags, managed],
    warnings: [
      ...requirementsWarning(systemFolder),
      ...project.flatMap(({ warning }) => (warning === undefined ? [] : [warning])),
    ],
    projectRoot,
    trust: trustOf(projects, cwd, projectRoot),
    projectTrustKey: trustKey(cwd),
  };
}

export function userConfigPath(codexHome: string): string {
  return join(codexHome, "config.toml");
}

export function profileConfigPath(codexHome: string, profile: string): string {
  return join(codexHome, `${profile}.config.toml`);
}

/** The nearest folder, from `cwd` up, that holds one of the markers; `cwd` when none does. */
export function findProjectRoot(cwd: string, markers: readonly string[]): string {
  for (let at = cwd; ; at = dirname(at)) {
    if (markers.some((marker) => statSync(join(at, marker), { throwIfNoEntry: false }) !== undefined))
      return at;
    if (at === dirname(at)) return cwd;
  }
}

/** Limits that an administrator has set and that nothing here enforces must not be passed over in silence. */
function requirementsWarning(systemFolder: string): readonly string[] {
  const file = join(systemFolder, "requirements.toml");
  if (statSync(file, { throwIfNoEntry: false }) === undefined) return [];
  return [`${file} is not read by this version: the limits it sets are not enforced.`];
}

function defaultSystemFolder(): string {
  return process.platform === "win32"
    ? join(process.env["ProgramData"] ?? "C:\\ProgramData", "OpenAI", "Codex")
    : SYSTEM_FOLDER;
}

function rootMarkers(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((marker) => typeof marker === "string") : [".git"];
}

/** The folders from the root down to `cwd` that have a `.codex` folder. */
function projectFolders(root: string, cwd: string): readonly string[] {
  const steps = relative(root, cwd)
    .split(sep)
    .filter((step) => step !== "");
  const folders = steps.reduce((chain, step) => [...chain, join(chain.at(-1) ?? root, step)], [root]);
  return folders.filter((folder) =>
    statSync(join(folder, ".codex"), { throwIfNoEntry: false })?.isDirectory(),
  );
}

function readLayer(source: LayerSource & { readonly file: string }, home: string): ConfigLayer {
  const text = readText(source.file);
  const toml = text === undefined ? {} : parseTomlFile(text, source.file);
  return { source, toml: prepareLayer(toml, dirname(source.file), home), text, disabledReason: undefined };
}

function readText(file: string): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(file));
  } catch (error) {
    if (isMissing(error)) return undefined;
    const reason = error instanceof TypeError ? "it is not valid UTF-8" : osErrorText(error);
    throw new ConfigTomlError(`Failed to read config file ${file}: ${reason}`, { positioned: false });
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}

/** Keys that a project may not set for its users, in the order the warning names them (config.md 3). */
const NOT_FOR_PROJECTS = [
  ...["openai_base_url", "chatgpt_base_url", "apps_mcp_product_sku", "model_provider", "model_providers"],
  ...["notify", "profile", "profiles", "experimental_realtime_ws_base_url", "otel"],
];

function readProjectLayer(
  folder: string,
  projectRoot: string,
  projects: unknown,
  options: LayerOptions,
): { readonly layer: ConfigLayer; readonly warning: string | undefined } {
  const file = join(folder, ".codex", "config.toml");
  const source: LayerSource = { type: "project", file, folder };
  const level = trustOf(projects, folder, projectRoot);
  const disabledReason =
    level === "trusted" ? undefined : distrust(level, trustKey(folder), options.codexHome);
  const text = disabledReason === undefined ? readText(file) : readQuietly(file);
  const parsed = text === undefined ? {} : parseProjectFile(text, file, disabledReason !== undefined);
  const ignored = NOT_FOR_PROJECTS.filter((key) => Object.hasOwn(parsed, key));
  const allowed = Object.entries(parsed).filter(([key]) => !NOT_FOR_PROJECTS.includes(key));
  const toml = prepareLayer(Object.fromEntries(allowed), dirname(file), options.home);
  const warning =
    ignored.length === 0 || disabledReason !== undefined
      ? undefined
      : `Ignored unsupported project-local config keys in ${file}: ${ignored.join(", ")}. ` +
        "If you want these settings to apply, manually set them in your user-level config.toml.";
  return { layer: { source, toml: withoutPersonalState(toml), text, disabledReason }, warning };
}

function readQuietly(file: string): string | undefined {
  try {
    return readText(file);
  } catch (error) {
    if (error instanceof ConfigTomlError) return undefined;
    throw error;
  }
}

/** A broken file of a project that is not trusted counts as empty. */
function parseProjectFile(text: string, file: string, isDisabled: boolean): TomlTable {
  try {
    return parseToml(text);
  } catch (error) {
    if (!(error instanceof TomlSyntaxError)) throw error;
    if (isDisabled) return {};
    const [line, column] = position(text, error.offset, "").split(":").slice(1);
    const snippet = syntaxMessage(error, text, file).split("\n").slice(1).join("\n");
    throw new ConfigTomlError(
      `Error parsing project config file ${file}: TOML parse error at line ${line}, column ${column}\n` +
        `${snippet}\n${error.message}`,
      { positioned: false },
    );
  }
}

/** What a project says about reviewed hooks and chosen skills is the user's to say. */
function withoutPersonalState(toml: TomlTable): TomlTable {
  const without = (table: TomlTable, section: string, key: string): TomlTable => {
    const inner = valueAt(table, [section]);
    if (!isTable(inner) || !Object.hasOwn(inner, key)) return table;
    const { [key]: _, ...rest } = inner;
    return { ...table, [section]: rest };
  };
  return without(without(toml, "hooks", "state"), "skills", "config");
}

function distrust(level: TrustLevel | undefined, key: string, codexHome: string): string {
  const config = userConfigPath(codexHome);
  return level === "untrusted"
    ? `${key} is marked as untrusted in ${config}. To load project-local config, hooks, and exec policies, mark it trusted.`
    : `To load project-local config, hooks, and exec policies, add ${key} as a trusted project in ${config}.`;
}
