// Signs in with the browser: OAuth with PKCE, and a server on this machine for the way back (login-notify.md 4.1).

import { createHash, randomBytes } from "node:crypto";
import { messageOf } from "../util/user-error";
import { openCallbackServer, type CallbackServer } from "./callback-server";
import { ISSUER } from "./issuer";
import { accountClaims } from "./jwt";
import {
  SignInError,
  checkWorkspace,
  clientIdOf,
  exchangeCode,
  exchangeForApiKey,
  issuerOf,
  keepLogin,
  type LoginResult,
  type SignInOptions,
} from "./sign-in";

export type BrowserLoginOptions = SignInOptions & {
  /** Whether something took the address; a failure is the user's to mend, who has been shown it. */
  readonly openBrowser: (url: string) => Promise<boolean>;
  /** Shows the user where to go; called once, when the server listens. */
  readonly onUrl: (url: string, port: number) => void | Promise<void>;
  /** Addresses that the user pastes: where a browser on another machine ended. Read until the login is over. */
  readonly pasted?: (signal: AbortSignal) => AsyncGenerator<string, void>;
  /** Tells the user that a pasted text was not the address that is waited for. */
  readonly onWrongPaste?: () => void | Promise<void>;
  /** The browser came back without a code; the login fails. */
  readonly onRefusal?: (message: string) => void;
  /** To listen at, the first that is free; those that the issuer knows. */
  readonly ports?: readonly number[];
};

const VERIFIER_BYTES = 64;
const STATE_BYTES = 32;
const SCOPE = "openid profile email offline_access api.connectors.read api.connectors.invoke";

/** Resolves when the user has signed in or has not; failures are values. An aborted signal cancels. */
export async function browserLogin(options: BrowserLoginOptions): Promise<LoginResult> {
  const verifier = randomBytes(VERIFIER_BYTES).toString("base64url");
  const state = randomBytes(STATE_BYTES).toString("base64url");
  let result: LoginResult = { type: "cancelled" };
  const over = new AbortController();
  try {
    await using server = await openCallbackServer({
      state,
      signal: options.signal,
      ...(options.ports !== undefined && { ports: options.ports }),
      onRefusal: options.onRefusal,
      complete: async (code, redirectUri) => {
        const completed = await complete({ code, verifier, redirectUri }, options);
        ({ result } = completed);
        return completed.shown;
      },
    });
    const url = authorizeUrl({ redirectUri: server.redirectUri, verifier, state }, options);
    options.log?.(`waiting for the browser on port ${server.port}: ${url}`);
    await options.onUrl(url, server.port);
    void openSilently(url, options);
    const pasting = followPastes(server, options, over.signal);
    await server.finished.finally(() => over.abort());
    await pasting;
    options.log?.("signed in");
    return result;
  } catch (error) {
    options.log?.(`failed: ${messageOf(error)}`);
    if (options.signal.aborted) return { type: "cancelled" };
    return { type: "failed", message: messageOf(error) };
  }
}

async function complete(
  grant: { readonly code: string; readonly verifier: string; readonly redirectUri: string },
  options: SignInOptions,
): Promise<{ readonly result: LoginResult; readonly shown: Readonly<Record<string, string>> }> {
  const tokens = await exchangeCode(grant, options).catch((error: unknown) => {
    throw new SignInError(`Token exchange failed: ${messageOf(error)}`, "token_exchange_failed", {
      cause: error,
    });
  });
  checkWorkspace(tokens.idToken, options.workspaces);
  const apiKey = await exchangeForApiKey(tokens.idToken, options);
  const result = await keepLogin(tokens, apiKey, options).catch((error: unknown) => {
    options.log?.(messageOf(error));
    throw new SignInError("Sign-in completed but credentials could not be saved locally.", "persist_failed", {
      cause: error,
    });
  });
  const claims = accountClaims(tokens.idToken);
  const shown = {
    id_token: tokens.idToken,
    needs_setup: String(claims.needsSetup),
    org_id: claims.organizationId ?? "",
    project_id: claims.projectId ?? "",
    plan_type: accountClaims(tokens.accessToken).plan ?? "",
    platform_url:
      issuerOf(options) === ISSUER ? "https://platform.openai.com" : "https://platform.api.openai.org",
  };
  return { result, shown };
}

function authorizeUrl(
  login: { readonly redirectUri: string; readonly verifier: string; readonly state: string },
  options: SignInOptions,
): string {
  const { workspaces } = options;
  const query: readonly (readonly [string, string])[] = [
    ["response_type", "code"],
    ["client_id", clientIdOf(options)],
    ["redirect_uri", login.redirectUri],
    ["scope", SCOPE],
    ["code_challenge", createHash("sha256").update(login.verifier).digest("base64url")],
    ["code_challenge_method", "S256"],
    ["id_token_add_organizations", "true"],
    ["codex_cli_simplified_flow", "true"],
    ["state", login.state],
    ["originator", options.originator],
    ...(workspaces === undefined ? [] : [["allowed_workspace_id", workspaces.join(",")] as const]),
  ];
  const text = query.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
  return `${issuerOf(options)}/oauth/authorize?${text}`;
}

async function openSilently(url: string, { openBrowser, log }: BrowserLoginOptions): Promise<void> {
  try {
    if (!(await openBrowser(url))) log?.("no browser took the address");
  } catch (error) {
    log?.(`the browser was not opened: ${messageOf(error)}`);
  }
}

async function followPastes(
  server: CallbackServer,
  { pasted, onWrongPaste }: BrowserLoginOptions,
  over: AbortSignal,
): Promise<void> {
  if (pasted === undefined) return;
  for await (const text of pasted(over)) {
    if (text.trim() === "") continue;
    if ((await server.take(text)) === "taken") return;
    await onWrongPaste?.();
  }
}
