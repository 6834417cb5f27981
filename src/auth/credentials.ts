// Which credential a request carries (config.md 8.4, login-notify.md 2), and the address that goes with it.

import type { ProviderInfo } from "../config/config";
import type { StoredAuth } from "./auth-json";
import { accountClaims } from "./jwt";

export type Credential = {
  readonly type: "bearer";
  readonly token: string;
  readonly source:
    | "env_key"
    | "provider_token"
    | "provider_command"
    | "api_key_variable"
    | "access_token_variable"
    | "api_key"
    | "chatgpt"
    | "personal_access_token";
  /** Of an account: sent as `ChatGPT-Account-ID`. */
  readonly accountId?: string;
  /** Of an account of a government workspace: sent as `X-OpenAI-Fedramp: true`. */
  readonly isFedramp?: boolean;
};

/** A credential was asked for and is not there. It fails the turn, not the start. */
export type CredentialError = { readonly type: "error"; readonly message: string };

type Environment = Readonly<Record<string, string | undefined>>;

const CHATGPT_BASE_URL = "https://chatgpt.com/backend-api/codex";

/**
 * What goes before a stored login: the provider's own key or token, then the variables that stand for a login. A custom
 * provider without a key of its own gets the login too. Undefined: it is the stored one that counts.
 * @param options.exec true for `codex exec`, which alone honours CODEX_API_KEY
 */
export function fixedCredential(
  provider: ProviderInfo,
  env: Environment,
  options: { readonly exec: boolean },
): Credential | CredentialError | undefined {
  if (provider.envKey !== undefined) return fromVariable(provider, provider.envKey, env);
  if (provider.experimentalBearerToken !== undefined) {
    return bearer(provider.experimentalBearerToken, "provider_token");
  }
  const key = options.exec ? env["CODEX_API_KEY"]?.trim() : undefined;
  if (key) return bearer(key, "api_key_variable");
  const token = env["CODEX_ACCESS_TOKEN"]?.trim();
  return token ? bearer(token, "access_token_variable") : undefined;
}

/** What a stored login sends; undefined when it holds nothing to send. */
export function storedCredential(auth: StoredAuth): Credential | undefined {
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
      const { accountId, accessToken, idToken } = auth.tokens;
      return {
        ...bearer(accessToken, "chatgpt"),
        ...(accountId === undefined ? {} : { accountId }),
        ...(accountClaims(idToken).isFedramp ? { isFedramp: true } : {}),
      };
    }
    default:
      return auth.mode satisfies never;
  }
}

/** The address of a provider: accounts have another one than API keys, unless the config names one. */
export function baseUrlFor(provider: ProviderInfo, credential: Credential | undefined): string {
  const isAccount = credential !== undefined && ACCOUNTS.includes(credential.source);
  return provider.baseUrlIsDefault && isAccount ? CHATGPT_BASE_URL : provider.baseUrl;
}

const ACCOUNTS: readonly Credential["source"][] = [
  ...(["chatgpt", "personal_access_token", "access_token_variable"] as const),
];

function fromVariable(provider: ProviderInfo, name: string, env: Environment): Credential | CredentialError {
  const value = env[name]?.trim();
  if (value) return bearer(value, "env_key");
  const instructions = provider.envKeyInstructions === undefined ? "" : ` ${provider.envKeyInstructions}`;
  return { type: "error", message: `Missing environment variable: \`${name}\`.${instructions}` };
}

function bearer(token: string, source: Credential["source"]): Credential {
  return { type: "bearer", token, source };
}
