// What has to be settled before the first conversation: who is signed in, and whether the project is trusted (tui.md 1).

import { fixedCredential } from "../../auth/credentials";
import { loginLog } from "../../auth/login-log";
import { allowedWorkspaces, loginRefusal } from "../../auth/restrictions";
import { authStore, type AuthStore } from "../../auth/store";
import type { Config } from "../../config/config";
import { tryLock } from "../../exec/libc";
import { UserError } from "../../util/user-error";
import type { Screen } from "../terminal/screen";
import type { Theme } from "../terminal/theme";

export type OnboardOptions = {
  readonly screen: Screen;
  readonly theme: Theme;
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly originator: string;
  /** Loads the configuration anew: that of a trusted project counts too. */
  readonly reload: () => Promise<Config>;
};

export type Onboarded = { readonly type: "ready"; readonly config: Config } | { readonly type: "quit" };

/**
 * Asks only what is open.
 * @throws UserError when the login is one that the configuration does not allow
 */
export async function onboard(options: OnboardOptions): Promise<Onboarded> {
  const { screen, theme, env } = options;
  let { config } = options;
  const store = authStore(config, { tryLock });
  const refusal = await loginRefusal(config, store, env, { exec: false });
  if (refusal !== undefined) throw new UserError(refusal, { prefixed: false });
  if (await needsSignIn(config, store, env)) {
    const { welcome } = await import("./welcome");
    const workspaces = allowedWorkspaces(config.toml);
    const end = await welcome({ ...options, store, workspaces, log: loginLog(config) });
    if (end === "quit") return { type: "quit" };
    config = await options.reload();
  }
  if (config.trust === undefined) {
    const { askTrust } = await import("./trust");
    if ((await askTrust({ screen, theme, config })) === "quit") return { type: "quit" };
    config = await options.reload();
  }
  return { type: "ready", config };
}

/** Only providers that want an OpenAI login, and only where nothing stands for one. */
async function needsSignIn(
  { provider }: Config,
  store: AuthStore,
  env: OnboardOptions["env"],
): Promise<boolean> {
  if (!provider.requiresOpenaiAuth || provider.auth !== undefined) return false;
  if (fixedCredential(provider, env, { exec: false }) !== undefined) return false;
  return (await store.load())?.type !== "stored";
}
