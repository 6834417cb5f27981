// Which credential a request carries (config.md 8.4, login-notify.md 2), and the address that goes with it.

import type { Config, ProviderInfo } from "../config/config";
import { jwtPayload, readAuth, type StoredAuth } from "./store";

export type Credential = {
  readonly type: "bearer";
  readonly token: string;
  readonly source:
    | "env_key"
    | "provider_token"
    | "api_key_variable"
    | "access_token_variable"
    | "api_key"
    | "chatgpt"
    | "personal_access_token";
  /** Of a ChatGPT login: sent as `ChatGPT-Account-ID`. */
  readonly accountId?: string;
  /** Of a ChatGPT login of a government workspace: sent as `X-OpenAI-Fedramp: true`. */
  readonly isFedramp?: boolean;
};

/** A credential was asked for and is not there. It fails the turn, not the start. */
export type CredentialError = { readonly type: "error"; readonly message: string };

type Environment = Readonly<Record<string, string | undefined>>;

const CHATGPT_BASE_URL = "https://chatgpt.com/backend-api/codex";

/**
 * The credential for the session's provider: its own key or token first, then the session's login. A custom provider
 * without a key of its own gets the stored login too. Undefined: requests go out without `Authorization`.
 * @param options.exec true for `codex exec`, which alone honours CODEX_API_KEY
 */
export function findCredential(
  config: Pick<Config, "codexHome" | "provider">,
  env: Environment,
  options: { readonly exec: boolean },
): Credential | CredentialError | undefined {
  const { provider } = config;
  if (provider.auth !== undefined) {
    const message = `model_providers.${provider.id}: \`auth\` commands are not supported by this version; use \`env_key\` or \`experimental_bearer_token\``;
    return { type: "error", message };
  }
  if (provider.envKey !== undefined) return fromVariable(provider, provider.envKey, env);
  if (provider.experimentalBearerToken !== undefined) {
    return bearer(provider.experimentalBearerToken, "provider_token");
  }
  const key = options.exec ? env["CODEX_API_KEY"]?.trim() : undefined;
  if (key) return bearer(key, "api_key_variable");
  const token = env["CODEX_ACCESS_TOKEN"]?.trim();
  if (token) return bearer(token, "access_token_variable");
  const stored = readAuth(config.codexHome);
  return stored?.type === "stored" ? fromStore(stored) : undefined;
}

/** The address of a provider: ChatGPT logins have another one than API keys, unless the config names one. */
export function baseUrlFor(provider: ProviderInfo, credential: Credential | undefined): string {
  const isAccount = credential?.source === "chatgpt" || credential?.source === "personal_access_token";
  return provider.baseUrlIsDefault && isAccount ? CHATGPT_BASE_URL : provider.baseUrl;
}

function fromVariable(provider: ProviderInfo, name: string, env: Environment): Credential | CredentialError {
  const value = env[name]?.trim();
  if (value) return bearer(value, "env_key");
  const instructions = provider.envKeyInstructions === undefined ? "" : ` ${provider.envKeyInstructions}`;
  return { type: "error", message: `Missing environment variable: \`${name}\`.${instructions}` };
}

function fromStore(auth: StoredAuth): Credential | undefined {
  switch (auth.mode) {
    case "apikey":
      return auth.apiKey === undefined ? undefined : bearer(auth.apiKey, "api_key");
    case "personalAccessToken":
      return auth.personalAccessToken === undefined
        ? undefined
        : bearer(auth.personalAccessToken, "personal_access_token");
    case "agentIdentity":
      return undefined;
    case "chatgpt":
    case "chatgptAuthTokens": {
      if (auth.tokens === undefined) return undefined;
      const claims = jwtPayload(auth.tokens.idToken)?.["https://api.openai.com/auth"];
      const account = typeof claims === "object" && claims !== null ? claims : {};
      const isFedramp =
        "chatgpt_account_is_fedramp" in account && account.chatgpt_account_is_fedramp === true;
      return {
        ...bearer(auth.tokens.accessToken, "chatgpt"),
        ...(auth.tokens.accountId === undefined ? {} : { accountId: auth.tokens.accountId }),
        ...(isFedramp ? { isFedramp } : {}),
      };
    }
    default:
      return auth.mode satisfies never;
  }
}

function bearer(token: string, source: Credential["source"]): Credential {
  return { type: "bearer", token, source };
}
