// Renews the tokens of a ChatGPT login, so that of any number of processes only one spends the refresh token (login-notify.md 6).

import { messageOf } from "../util/user-error";
import { hasSameTokens, renewedAuth, type AuthTokens, type StoredAuth } from "./auth-json";
import { CLIENT_ID, ISSUER, askIssuer, errorDetail, isRecord, isText, type Asker } from "./issuer";
import type { IssuerAnswer } from "./issuer";
import type { AuthStore } from "./store";

export type Renewal =
  | { readonly type: "renewed"; readonly auth: StoredAuth }
  /** Trying again is no use until somebody signs in. `message` is for the user. */
  | { readonly type: "permanent"; readonly message: string }
  | { readonly type: "transient"; readonly message: string };

/** How long another process that spent our token without the lock may take to write down what it got for it. */
const LATE_WRITER_MS = 2000;
const LATE_WRITER_POLL_MS = 100;

const FAILED = "Your access token could not be refreshed";
const AGAIN = "Please log out and sign in again.";

const PERMANENT: ReadonlyMap<string, string> = new Map([
  ["refresh_token_expired", `${FAILED} because your refresh token has expired. ${AGAIN}`],
  ["refresh_token_reused", `${FAILED} because your refresh token was already used. ${AGAIN}`],
  ["refresh_token_invalidated", `${FAILED} because your refresh token was revoked. ${AGAIN}`],
]);

/** The store holds another account by now, or none. */
export const ACCOUNT_MISMATCH = `${FAILED} because you have since logged out or signed in to another account. Please sign in again.`;

/**
 * Gets new tokens for `held`, the login that this process uses, from whoever has them: another process that has renewed
 * them already, or the issuer. Never rejects.
 */
export async function renew(held: StoredAuth, store: AuthStore, asker: Asker): Promise<Renewal> {
  try {
    return await store.locked(async () => {
      const stored = await store.load();
      if (stored?.type !== "stored" || !isSameAccount(stored, held)) return mismatch();
      if (!hasSameTokens(stored, held)) return { type: "renewed", auth: stored };
      return await renewAtIssuer(stored, store, asker);
    });
  } catch (error) {
    return transient(messageOf(error));
  }
}

export function isSameAccount(one: StoredAuth, other: StoredAuth): boolean {
  return one.mode === other.mode && one.tokens?.accountId === other.tokens?.accountId;
}

async function renewAtIssuer(auth: StoredAuth, store: AuthStore, asker: Asker): Promise<Renewal> {
  const { tokens } = auth;
  if (tokens === undefined) return mismatch();
  const answer = await askIssuer(
    {
      url: asker.env["CODEX_REFRESH_TOKEN_URL_OVERRIDE"] || `${ISSUER}/oauth/token`,
      json: { client_id: CLIENT_ID, grant_type: "refresh_token", refresh_token: tokens.refreshToken },
    },
    asker,
  );
  if (!answer.ok) return (await fromLateWriter(answer, auth, store)) ?? failureOf(answer);
  const renewed = renewedAuth(auth, freshTokens(answer.fields), new Date());
  await store.keep(renewed, auth);
  return { type: "renewed", auth: renewed };
}

/** A program that knows no lock may have spent the token a moment ago: what it wrote is as good as an answer. */
async function fromLateWriter(
  answer: IssuerAnswer,
  held: StoredAuth,
  store: AuthStore,
): Promise<Renewal | undefined> {
  if (codeOf(answer) !== "refresh_token_reused") return undefined;
  for (let waited = 0; waited <= LATE_WRITER_MS; waited += LATE_WRITER_POLL_MS) {
    const stored = await store.load();
    if (stored?.type === "stored" && isSameAccount(stored, held) && !hasSameTokens(stored, held)) {
      return { type: "renewed", auth: stored };
    }
    await Bun.sleep(LATE_WRITER_POLL_MS);
  }
  return undefined;
}

function failureOf(answer: IssuerAnswer): Renewal {
  const known = PERMANENT.get(codeOf(answer));
  if (known !== undefined) return { type: "permanent", message: known };
  if (answer.status === 401) return { type: "permanent", message: `${FAILED}. ${AGAIN}` };
  return transient(`${answer.statusText}: ${errorDetail(answer)}`);
}

function codeOf({ fields }: IssuerAnswer): string {
  const { error, code } = fields;
  const found = isRecord(error) ? error["code"] : (error ?? code);
  return isText(found) ? found.toLowerCase() : "";
}

function freshTokens(fields: IssuerAnswer["fields"]): Partial<AuthTokens> {
  const { id_token: idToken, access_token: accessToken, refresh_token: refreshToken } = fields;
  return {
    ...(isText(idToken) && { idToken }),
    ...(isText(accessToken) && { accessToken }),
    ...(isText(refreshToken) && { refreshToken }),
  };
}

function mismatch(): Renewal {
  return { type: "permanent", message: ACCOUNT_MISMATCH };
}

function transient(detail: string): Renewal {
  return { type: "transient", message: `Failed to refresh token: ${detail}` };
}
