// Loads the configuration: reads the layers, merges them, checks the result and resolves what follows from it (config.md 2).

import { resolve } from "node:path";
import type { Config, TomlTable } from "./config";
import { resolveFeatures } from "./features";
import { canonical, type Environment } from "./home";
import { profileConfigPath, readLayers, userConfigPath } from "./layers";
import { mergeTables } from "./merge";
import { sessionLayer } from "./overrides";
import { type PermissionFlags, resolvePermissions } from "./permissions";
import { resolveProvider } from "./providers";
import type { ConfigToml } from "./schema";
import { ConfigTomlError, isTable, valueAt } from "./toml-text";
import { homeFolder } from "../util/home-folder";

export type LoadOptions = {
  /** Absolute (`findCodexHome`). */
  readonly codexHome: string;
  /** Absolute: the process's folder or that of -C. */
  readonly cwd: string;
  readonly env: Environment;
  /** Raw `key=value` of -c, in order. */
  readonly overrides: readonly string[];
  readonly enable: readonly string[];
  readonly disable: readonly string[];
  /** NAME of --profile. */
  readonly profile?: string | undefined;
  /** --strict-config. */
  readonly strict?: boolean | undefined;
  /** Leave out the user's and the profile's file. */
  readonly ignoreUserConfig?: boolean | undefined;
  readonly flags: PermissionFlags & {
    readonly model?: string | undefined;
    readonly modelProvider?: string | undefined;
    /** Relative ones are resolved against `cwd`. */
    readonly addDirs?: readonly string[] | undefined;
    readonly bypassHookTrust?: boolean | undefined;
  };
  /** Overrides of a client, as a table, on top of `overrides` (app-server threads). */
  readonly sessionConfig?: TomlTable | undefined;
  /** Where the system's config.toml is, instead of /etc/codex. */
  readonly systemFolder?: string | undefined;
};

const UNREVIEWED =
  "`--dangerously-bypass-hook-trust` is enabled. Enabled hooks may run without review for this invocation.";

/**
 * Loads and checks the configuration.
 * @throws ConfigTomlError when a file or the merged result is faulty
 * @throws UserError for faulty overrides and for names of providers, profiles and features that are not there
 */
export async function loadConfig(options: LoadOptions): Promise<Config> {
  const { codexHome, env, flags, profile } = options;
  const cwd = canonical(options.cwd);
  const overrides = sessionLayer(options.overrides, options.enable, options.disable);
  const read = readLayers({
    codexHome,
    cwd,
    home: homeFolder(env),
    sessionFlags: mergeTables(overrides, options.sessionConfig ?? {}),
    profile,
    ignoreUserConfig: options.ignoreUserConfig ?? false,
    systemFolder: options.systemFolder,
  });
  const enabled = read.layers.filter((layer) => layer.disabledReason === undefined);
  if (profile !== undefined) refuseLegacyProfile(profile, codexHome, read.layers[1]?.toml ?? {});
  const merged = enabled.reduce<TomlTable>((below, layer) => mergeTables(below, layer.toml), {});
  const toml = await checked(merged, enabled, options.strict ?? false);
  const { features, deprecations } = resolveFeatures(toml);
  const provider = resolveProvider(flags.modelProvider ?? toml.model_provider, toml, env, cwd);
  const userPath = userConfigPath(codexHome);
  const addDirs = (flags.addDirs ?? []).map((folder) => resolve(cwd, folder));
  const place = { cwd, codexHome, home: homeFolder(env), addDirs };
  const permissions = resolvePermissions(toml, enabled, read.trust, flags, place);
  return {
    codexHome,
    cwd,
    toml,
    layers: read.layers,
    deprecations,
    features,
    model: flags.model ?? toml.model,
    modelProviderId: provider.id,
    provider,
    ...permissions,
    warnings: [...read.warnings, ...permissions.warnings, ...(flags.bypassHookTrust ? [UNREVIEWED] : [])],
    writableRootsFlag: addDirs,
    bypassHookTrust: flags.bypassHookTrust ?? false,
    projectRoot: read.projectRoot,
    trust: read.trust,
    projectTrustKey: read.projectTrustKey,
    userConfigPath: userPath,
    activeConfigPath: profile === undefined ? userPath : profileConfigPath(codexHome, profile),
  };
}

/** An empty config is right; the validator is only loaded when there is something to check. */
async function checked(merged: TomlTable, layers: Config["layers"], strict: boolean): Promise<ConfigToml> {
  if (Object.keys(merged).length === 0) return {};
  const { checkStrictly, validateConfig } = await import("./validate");
  if (strict) checkStrictly(layers);
  return validateConfig(merged, layers);
}

function refuseLegacyProfile(profile: string, codexHome: string, user: TomlTable): void {
  const isNamed = user["profile"] === profile;
  const hasTable = isTable(valueAt(user, ["profiles", profile]));
  if (!isNamed && !hasTable) return;
  const file = userConfigPath(codexHome);
  throw new ConfigTomlError(
    `--profile \`${profile}\` cannot be used while ${file} contains legacy \`profile = "${profile}"\` or ` +
      `\`[profiles.${profile}]\` config; move those settings into ${profileConfigPath(codexHome, profile)} and ` +
      "remove the legacy profile selector/table. See https://developers.openai.com/codex/config-advanced#profiles " +
      "for more information.",
    { positioned: false },
  );
}
