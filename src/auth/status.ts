// Who is signed in, for people: `codex login status` and the card of `/status` (login-notify.md 3.1).

import { maskedKey } from "./api-key";
import type { StoredAuth } from "./auth-json";
import { accountClaims, planName } from "./jwt";
import type { AuthStore } from "./store";

export type LoginStatus =
  | { readonly type: "none" }
  | { readonly type: "api_key"; readonly masked: string }
  | {
      readonly type: "chatgpt";
      readonly email: string | undefined;
      /** For people: `Plus`. */
      readonly plan: string | undefined;
      readonly accountId: string | undefined;
    }
  | { readonly type: "personal_access_token" }
  | { readonly type: "agent_identity" }
  /** The store cannot be read. */
  | { readonly type: "broken"; readonly message: string };

/** Of the stored login alone: variables that hold keys do not count. Never rejects. */
export async function loginStatus(store: AuthStore): Promise<LoginStatus> {
  const stored = await store.load();
  if (stored === undefined) return { type: "none" };
  return stored.type === "invalid" ? { type: "broken", message: stored.message } : statusOf(stored);
}

/** One line: `Logged in using ChatGPT`. */
export function statusText(status: LoginStatus): string {
  switch (status.type) {
    case "none":
      return "Not logged in";
    case "api_key":
      return `Logged in using an API key - ${status.masked}`;
    case "chatgpt":
      return "Logged in using ChatGPT";
    case "personal_access_token":
      return "Logged in using personal access token";
    case "agent_identity":
      return "Logged in using access token";
    case "broken":
      return `Error checking login status: ${status.message}`;
    default:
      return status satisfies never;
  }
}

function statusOf({ mode, apiKey, tokens }: StoredAuth): LoginStatus {
  switch (mode) {
    case "apikey":
      return { type: "api_key", masked: maskedKey(apiKey ?? "") };
    case "personalAccessToken":
      return { type: "personal_access_token" };
    case "agentIdentity":
      return { type: "agent_identity" };
    case "chatgpt":
    case "chatgptAuthTokens": {
      if (tokens === undefined) return { type: "none" };
      const { email, plan } = accountClaims(tokens.idToken);
      const shown = plan === undefined ? undefined : planName(plan);
      return { type: "chatgpt", email, plan: shown, accountId: tokens.accountId };
    }
    default:
      return mode satisfies never;
  }
}
