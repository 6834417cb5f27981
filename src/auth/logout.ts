// Signs out: forgets the login, after asking the issuer to revoke its tokens (login-notify.md 3.2).

import { messageOf } from "../util/user-error";
import type { StoredAuth } from "./auth-json";
import { CLIENT_ID, ISSUER, askIssuer, type Asker } from "./issuer";
import type { AuthStore } from "./store";

const REVOCATION_MS = 10_000;

type LogoutOptions = Asker & { readonly log?: (line: string) => void };

/** Whether anybody was signed in. @throws UserError when the login cannot be removed */
export async function logOut(store: AuthStore, options: LogoutOptions): Promise<boolean> {
  if ((await store.load()) === undefined) return await store.remove(); // what may be left beside a keyring
  return await store.locked(async () => {
    const stored = await store.load();
    if (stored?.type === "stored") await revokeTokens(stored, options);
    return await store.remove();
  });
}

/** Only the tokens of a ChatGPT login that we manage can be revoked; whether it worked changes nothing for the user. */
export async function revokeTokens({ mode, tokens }: StoredAuth, options: LogoutOptions): Promise<void> {
  if (mode !== "chatgpt" || tokens === undefined) return;
  const json =
    tokens.refreshToken === ""
      ? { token: tokens.accessToken, token_type_hint: "access_token" }
      : { token: tokens.refreshToken, token_type_hint: "refresh_token", client_id: CLIENT_ID };
  if (json.token === "") return;
  try {
    await askIssuer({ url: revocationUrl(options.env), json, deadlineMs: REVOCATION_MS }, options);
  } catch (error) {
    options.log?.(`the tokens were not revoked: ${messageOf(error)}`);
  }
}

function revocationUrl(env: Asker["env"]): string {
  const own = env["CODEX_REVOKE_TOKEN_URL_OVERRIDE"];
  if (own) return own;
  const refresh = env["CODEX_REFRESH_TOKEN_URL_OVERRIDE"];
  return refresh && URL.canParse(refresh) ? new URL("/oauth/revoke", refresh).href : `${ISSUER}/oauth/revoke`;
}
