// Personal access tokens: who they belong to, which the issuer alone knows (login-notify.md 4.5).

import { UserError, messageOf } from "../util/user-error";
import { personalTokenAuth } from "./auth-json";
import { askIssuer, isText, type Asker } from "./issuer";
import type { AuthStore } from "./store";

export type TokenOwner = {
  readonly email: string;
  readonly plan: string;
  readonly accountId: string;
  readonly isFedramp: boolean;
};

const PREFIX = "at-";
const AUTH_API = "https://auth.openai.com/api/accounts";

/** Other tokens are those of agents, which this version does not verify. */
export function isPersonalToken(token: string): boolean {
  return token.startsWith(PREFIX);
}

/** @throws UserError when the issuer does not know the token, or cannot be asked */
export async function tokenOwner(token: string, asker: Asker): Promise<TokenOwner> {
  const base = (asker.env["CODEX_AUTHAPI_BASE_URL"] || AUTH_API).replace(/\/+$/, "");
  const request = {
    url: `${base}/v1/user-auth-credential/whoami`,
    method: "GET",
    headers: { authorization: `Bearer ${token}` },
  } as const;
  const answer = await askIssuer(request, asker).catch((error: unknown) => {
    throw new UserError(`failed to request personal access token metadata: ${messageOf(error)}`, {
      cause: error,
    });
  });
  if (!answer.ok) {
    throw new UserError(`personal access token metadata request failed with status ${answer.statusText}`);
  }
  const {
    email,
    chatgpt_user_id: user,
    chatgpt_account_id: accountId,
    chatgpt_plan_type: plan,
    chatgpt_account_is_fedramp: isFedramp,
  } = answer.fields;
  if (
    !isText(email) ||
    !isText(user) ||
    !isText(accountId) ||
    !isText(plan) ||
    typeof isFedramp !== "boolean"
  ) {
    throw new UserError("failed to decode personal access token metadata: a field is missing");
  }
  return { email, plan, accountId, isFedramp };
}

/** Checks the token and keeps it in place of any other login. @throws UserError */
export async function savePersonalToken(token: string, store: AuthStore, asker: Asker): Promise<TokenOwner> {
  if (!isPersonalToken(token)) {
    throw new UserError(
      "only personal access tokens, which begin with `at-`, can be used in this version; use `codex login` for other accounts",
    );
  }
  const owner = await tokenOwner(token, asker);
  await store.locked(() => store.save(personalTokenAuth(token)));
  return owner;
}
