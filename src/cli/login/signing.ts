// What every login command starts with: the configuration, where it keeps the login, and who asks (cli.md 5).

import { allowedWorkspaces } from "../../auth/restrictions";
import { loginLog } from "../../auth/login-log";
import { authStore, type AuthStore } from "../../auth/store";
import type { Config } from "../../config/config";
import { sessionLayer } from "../../config/overrides";
import { ConfigTomlError } from "../../config/toml-text";
import { tryLock } from "../../exec/libc";
import { originatorFor } from "../../model/user-agent";
import { UserError } from "../../util/user-error";
import type { Invocation } from "../grammar/spec";
import { loadedConfig } from "../loaded-config";
import { writeOutputNow } from "../output";

const ORIGINATOR = "codex_cli_rs";

export type Signing = {
  readonly config: Config;
  readonly store: AuthStore;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly originator: string;
  readonly workspaces: readonly string[] | undefined;
  readonly log: (line: string) => void;
};

/** @throws UserError when the configuration is faulty */
export async function signing(invocation: Invocation): Promise<Signing> {
  const { env } = process;
  const config = await configOf(invocation);
  return {
    config,
    store: authStore(config, { tryLock }),
    env,
    originator: originatorFor(ORIGINATOR, env),
    workspaces: allowedWorkspaces(config.toml),
    log: loginLog(config),
  };
}

/** A line for the user. Of these commands nothing but the device code goes to stdout. */
export function tell(line: string): void {
  writeOutputNow(2, `${line}\n`);
}

async function configOf(invocation: Invocation): Promise<Config> {
  checkOverrides(invocation);
  try {
    return await loadedConfig(invocation);
  } catch (error) {
    const detail = detailOf(error);
    if (detail === undefined) throw error;
    throw new UserError(`Error loading configuration: ${detail}`, { prefixed: false });
  }
}

/** Undefined for what is worded already, and for what is no fault of the configuration. */
function detailOf(error: unknown): string | undefined {
  if (error instanceof ConfigTomlError) return error.detail;
  return error instanceof UserError && error.prefixed ? error.message : undefined;
}

/** @throws UserError for faulty overrides, which are no fault of the configuration either */
function checkOverrides({ levels }: Invocation): void {
  const every = (name: string) => levels.flatMap((level) => level.values.get(name) ?? []);
  sessionLayer(every("config"), every("enable"), every("disable"));
}
