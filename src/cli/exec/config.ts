// Loads the configuration of a non-interactive run: the start-up steps 2 to 5 of exec.md 1, each with its own refusal.

import { realpathSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Config } from "../../config/config";
import { findCodexHome } from "../../config/home";
import { loadConfig, type LoadOptions } from "../../config/load";
import { sessionLayer } from "../../config/overrides";
import { recordTrust } from "../../config/edit";
import { tryLock } from "../../exec/libc";
import { osErrorText } from "../../util/os-error";
import { UserError } from "../../util/user-error";
import { LOCAL_MODELS } from "../oss/local-models";
import type { ExecFlags } from "./flags";

export type Environment = Readonly<Record<string, string | undefined>>;

/** With the options that would load it again. */
export type LoadedConfig = { readonly config: Config; readonly options: LoadOptions };

/**
 * The approval policy is `never` whatever the configuration says: there is nobody to ask.
 * @throws UserError
 */
export async function loadExecConfig(flags: ExecFlags, env: Environment): Promise<LoadedConfig> {
  const options = await loadOptions(flags, env, "never");
  return { config: await loadConfig(options), options };
}

/** What a command line says about the configuration. @throws UserError */
export async function loadOptions(
  flags: ExecFlags,
  env: Environment,
  approvalPolicy: LoadOptions["flags"]["approvalPolicy"],
): Promise<LoadOptions> {
  sessionLayer(flags.overrides, flags.enable, flags.disable);
  const options: LoadOptions = {
    codexHome: findCodexHome(env),
    cwd: workingRoot(flags.cd),
    env,
    overrides: flags.overrides,
    enable: flags.enable,
    disable: flags.disable,
    profile: flags.profile,
    strict: flags.strictConfig,
    ignoreUserConfig: flags.ignoreUserConfig,
    flags: {
      model: flags.model,
      sandboxMode: flags.sandboxMode,
      approvalPolicy,
      addDirs: flags.addDirs,
      bypass: flags.bypass,
      bypassHookTrust: flags.bypassHookTrust,
    },
  };
  return flags.oss ? await withLocalProvider(options, flags.localProvider) : options;
}

/**
 * A project that a new session may write to becomes a trusted one, as by the question of the interactive UI
 * (config.md 3.1). With `--ignore-user-config` the file is neither read nor written.
 */
export async function trustProject({ config, options }: LoadedConfig): Promise<Config> {
  return needsTrust(config) && options.ignoreUserConfig !== true ? await withTrust(config, options) : config;
}

/** `-C DIR`, relative to the process's directory; canonical. */
function workingRoot(cd: string | undefined): string {
  try {
    const folder = realpathSync(resolve(cd ?? "."));
    if (statSync(folder).isDirectory()) return folder;
  } catch (error) {
    throw new UserError(osErrorText(error));
  }
  throw new UserError("Not a directory (os error 20)");
}

/** `--oss`: the provider is a flag, or a key of the configuration, which for that has to be read first. */
async function withLocalProvider(options: LoadOptions, named: string | undefined): Promise<LoadOptions> {
  const provider = named ?? (await loadConfig(options)).toml.oss_provider;
  if (provider === undefined) {
    throw new UserError(
      "No default OSS provider configured. Use --local-provider=provider or set oss_provider to one of: " +
        "lmstudio, ollama in config.toml",
    );
  }
  const model = options.flags.model ?? LOCAL_MODELS.get(provider);
  return { ...options, flags: { ...options.flags, modelProvider: provider, model } };
}

function needsTrust(config: Config): boolean {
  const { type } = config.sandboxPolicy;
  return config.trust === undefined && (type === "workspace-write" || type === "danger-full-access");
}

/** Loads again, because a trusted project's own configuration now counts. Trust that cannot be saved holds for this run. */
async function withTrust(config: Config, options: LoadOptions): Promise<Config> {
  const key = config.projectTrustKey;
  const saved = await savesTrust(config.userConfigPath, key);
  const trusted = { projects: { [key]: { trust_level: "trusted" } } };
  return await loadConfig(saved ? options : { ...options, sessionConfig: trusted });
}

async function savesTrust(configPath: string, key: string): Promise<boolean> {
  try {
    await recordTrust(configPath, key, { tryLock });
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}
