// `codex login`: signs in with the browser, a device code, or a key or token from stdin (cli.md 5, login-notify.md 3).

import type { LoginResult } from "../../auth/sign-in";
import { UserError } from "../../util/user-error";
import type { Invocation } from "../grammar/spec";
import { secretFromStdin } from "./secret";
import { signing, tell, type Signing } from "./signing";

const SUCCESS = "Successfully logged in";
const KEY = { flag: "--with-api-key", name: "API key", variable: "OPENAI_API_KEY" };
const TOKEN = { flag: "--with-access-token", name: "access token", variable: "CODEX_ACCESS_TOKEN" };

/** The order of the steps decides which of several flags counts. */
export async function run(invocation: Invocation): Promise<number> {
  const { switches, values } = invocation.levels[1] ?? invocation.levels[0];
  if (switches.has("with-api-key") && switches.has("with-access-token")) {
    tell("Choose one login credential source: --with-api-key or --with-access-token.");
    return 1;
  }
  if (switches.has("device-auth")) {
    const issuer = values.get("experimental_issuer")?.at(-1);
    const clientId = values.get("experimental_client-id")?.at(-1);
    return await withDeviceCode(await signing(invocation), { issuer, clientId });
  }
  if (switches.has("api-key") || values.has("api-key")) {
    tell(
      "The --api-key flag is no longer supported. Pipe the key instead, e.g. " +
        "`printenv OPENAI_API_KEY | codex login --with-api-key`.",
    );
    return 1;
  }
  if (switches.has("with-api-key")) return await withApiKey(invocation);
  if (switches.has("with-access-token")) return await withAccessToken(invocation);
  return await withBrowser(await signing(invocation));
}

async function withApiKey(invocation: Invocation): Promise<number> {
  const key = await secretFromStdin(KEY);
  if (key === undefined) return 1;
  const { config, store, ...asker } = await signing(invocation);
  if (config.toml.forced_login_method === "chatgpt") {
    return refused("API key login is disabled. Use ChatGPT login instead.");
  }
  const { saveApiKey } = await import("../../auth/api-key");
  return await attempt("Error logging in", () => saveApiKey(key, store, asker));
}

async function withAccessToken(invocation: Invocation): Promise<number> {
  const token = await secretFromStdin(TOKEN);
  if (token === undefined) return 1;
  const { config, store, ...asker } = await signing(invocation);
  if (config.toml.forced_login_method === "api") {
    return refused("Access token login is disabled. Use API key login instead.");
  }
  const { savePersonalToken } = await import("../../auth/access-token");
  return await attempt("Error logging in with access token", () => savePersonalToken(token, store, asker));
}

async function withDeviceCode(
  { config, ...asker }: Signing,
  server: { readonly issuer: string | undefined; readonly clientId: string | undefined },
): Promise<number> {
  if (config.toml.forced_login_method === "api") return chatgptDisabled();
  const [{ deviceLogin }, { showDeviceCode }] = await Promise.all([
    import("../../auth/device-login"),
    import("./device-code"),
  ]);
  const signal = new AbortController().signal;
  const result = await deviceLogin({ ...asker, ...server, signal, onCode: showDeviceCode });
  return ended(result, "Error logging in with device code");
}

async function withBrowser({ config, ...asker }: Signing): Promise<number> {
  if (config.toml.forced_login_method === "api") return chatgptDisabled();
  const { logInWithBrowser } = await import("./browser");
  return ended(await logInWithBrowser(asker), "Error logging in");
}

function ended(result: LoginResult, failure: string): number {
  switch (result.type) {
    case "signed_in":
      tell(SUCCESS);
      return 0;
    case "cancelled":
      return refused(`${failure}: Login was not completed`);
    case "failed":
      return refused(`${failure}: ${result.message}`);
    default:
      return result satisfies never;
  }
}

async function attempt(failure: string, save: () => Promise<unknown>): Promise<number> {
  try {
    await save();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return refused(`${failure}: ${error.message}`);
  }
  tell(SUCCESS);
  return 0;
}

function chatgptDisabled(): number {
  return refused("ChatGPT login is disabled. Use API key login instead.");
}

function refused(reason: string): number {
  tell(reason);
  return 1;
}
