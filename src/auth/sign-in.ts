// What every way of signing in to ChatGPT ends with: a code for tokens, the workspace checked, the login kept (login-notify.md 4.2).

import { UserError, messageOf } from "../util/user-error";
import { chatgptAuth, type AuthTokens } from "./auth-json";
import { CLIENT_ID, ISSUER, askIssuer, errorDetail, isText, type Asker, type IssuerAnswer } from "./issuer";
import { accountClaims, planName } from "./jwt";
import { revokeTokens } from "./logout";
import type { AuthStore } from "./store";

export type SignInOptions = Asker & {
  readonly store: AuthStore;
  /** The login must belong to one of them; undefined: to any (`allowedWorkspaces`). */
  readonly workspaces: readonly string[] | undefined;
  /** Ends the wait for the user. */
  readonly signal: AbortSignal;
  readonly issuer?: string | undefined;
  readonly clientId?: string | undefined;
  /** A line for the log of logins; the caller keeps secrets out of it. */
  readonly log?: (line: string) => void;
};

export type LoginResult =
  | {
      readonly type: "signed_in";
      readonly email: string | undefined;
      /** For people: `Plus`. */
      readonly plan: string | undefined;
    }
  | { readonly type: "cancelled" }
  /** `message`: one line, without what was attempted before it. */
  | { readonly type: "failed"; readonly message: string };

/** A failed login: `code` is for its page in the browser. */
export class SignInError extends UserError {
  readonly code: string;

  constructor(message: string, code: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}

export type CodeGrant = {
  readonly code: string;
  readonly verifier: string;
  readonly redirectUri: string;
};

type FreshTokens = Omit<AuthTokens, "accountId">;

/** Without a slash at its end. */
export function issuerOf({ issuer = ISSUER }: Pick<SignInOptions, "issuer">): string {
  return issuer.replace(/\/+$/, "");
}

export function clientIdOf({ clientId = CLIENT_ID }: Pick<SignInOptions, "clientId">): string {
  return clientId;
}

/** @throws Error `token endpoint returned status <status>: <detail>`, or what the network said */
export async function exchangeCode(grant: CodeGrant, options: SignInOptions): Promise<FreshTokens> {
  const answer = await askTokens(
    {
      grant_type: "authorization_code",
      code: grant.code,
      redirect_uri: grant.redirectUri,
      client_id: clientIdOf(options),
      code_verifier: grant.verifier,
    },
    options,
  );
  if (!answer.ok) {
    throw new Error(`token endpoint returned status ${answer.statusText}: ${errorDetail(answer)}`);
  }
  const { id_token: idToken, access_token: accessToken, refresh_token: refreshToken } = answer.fields;
  if (!isText(idToken) || !isText(accessToken) || !isText(refreshToken)) {
    throw new Error("the token endpoint did not send all of id_token, access_token and refresh_token");
  }
  return { idToken, accessToken, refreshToken };
}

/** An API key for an id token; undefined when the account has none to give, which keeps nobody from signing in. */
export async function exchangeForApiKey(
  idToken: string,
  options: SignInOptions,
): Promise<string | undefined> {
  try {
    const answer = await askTokens(
      {
        grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
        client_id: clientIdOf(options),
        requested_token: "openai-api-key",
        subject_token: idToken,
        subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
      },
      options,
    );
    const key = answer.fields["access_token"];
    return answer.ok && isText(key) ? key : undefined;
  } catch (error) {
    options.log?.(`no API key for the id token: ${messageOf(error)}`);
    return undefined;
  }
}

/** @throws SignInError when the tokens belong to another workspace than the configuration allows */
export function checkWorkspace(idToken: string, workspaces: readonly string[] | undefined): void {
  if (workspaces === undefined) return;
  const { accountId } = accountClaims(idToken);
  if (accountId === undefined) {
    throw new SignInError(
      "Login is restricted to a specific workspace, but the token did not include an chatgpt_account_id claim.",
      "workspace_restriction",
    );
  }
  if (workspaces.includes(accountId)) return;
  throw new SignInError(
    `Login is restricted to workspace id(s) ${workspaces.join(", ")}.`,
    "workspace_restriction",
  );
}

/** Keeps the login; the tokens that it replaces are revoked. @throws UserError when it cannot be kept */
export async function keepLogin(
  tokens: FreshTokens,
  apiKey: string | undefined,
  options: SignInOptions,
): Promise<LoginResult> {
  const { store } = options;
  const old = await store.locked(async () => {
    const replaced = await store.load();
    await store.save(chatgptAuth(tokens, apiKey, new Date()));
    return replaced;
  });
  if (old?.type === "stored" && old.tokens?.refreshToken !== tokens.refreshToken) {
    await revokeTokens(old, options);
  }
  const { email, plan } = accountClaims(tokens.idToken);
  return { type: "signed_in", email, plan: plan === undefined ? undefined : planName(plan) };
}

function askTokens(form: Readonly<Record<string, string>>, options: SignInOptions): Promise<IssuerAnswer> {
  const { signal } = options;
  return askIssuer({ url: `${issuerOf(options)}/oauth/token`, form, signal }, options);
}
