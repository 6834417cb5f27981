// Holds the login against what the configuration demands of it; one that does not fit is removed (login-notify.md 2.1).

import type { Config } from "../config/config";
import type { StoredAuth } from "./auth-json";
import { accountClaims } from "./jwt";
import type { AuthStore } from "./store";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Checked before a session begins. Removes a stored login that is not allowed; a variable is the user's to remove, and
 * leaves the stored one as it is.
 * @param options.exec true for `codex exec`, which alone honours CODEX_API_KEY
 * @returns what to tell the user, who then cannot go on; undefined when all is well or nobody is signed in
 */
export async function loginRefusal(
  { toml }: Pick<Config, "toml">,
  store: AuthStore,
  env: Environment,
  options: { readonly exec: boolean },
): Promise<string | undefined> {
  const { forced_login_method: method } = toml;
  const workspaces = allowedWorkspaces(toml);
  if (method === undefined && workspaces === undefined) return undefined;
  const login = await currentLogin(store, env, options.exec);
  if (login === undefined) return undefined;
  const reason = wrongMethod(login, method) ?? wrongWorkspace(login, workspaces);
  if (reason === undefined) return undefined;
  if (login.stored) await store.locked(store.remove);
  return `${reason} Logging out.`;
}

/** The workspaces that a ChatGPT login may belong to; undefined when any will do. */
export function allowedWorkspaces({
  forced_chatgpt_workspace_id: id,
}: Config["toml"]): readonly string[] | undefined {
  return typeof id === "string" ? [id] : id;
}

type Login = {
  /** `account_token`: belongs to a person's account, but no workspace is asked of it. */
  readonly kind: "api_key" | "account_token" | "chatgpt";
  /** Of `chatgpt`. */
  readonly workspace?: string | undefined;
  /** And not in a variable. */
  readonly stored: boolean;
};

async function currentLogin(store: AuthStore, env: Environment, exec: boolean): Promise<Login | undefined> {
  if (exec && env["CODEX_API_KEY"]?.trim()) return { kind: "api_key", stored: false };
  if (env["CODEX_ACCESS_TOKEN"]?.trim()) return { kind: "account_token", stored: false };
  const stored = await store.load();
  return stored?.type === "stored" ? storedLogin(stored) : undefined;
}

function storedLogin(stored: StoredAuth): Login | undefined {
  switch (stored.mode) {
    case "apikey":
      return { kind: "api_key", stored: true };
    case "personalAccessToken":
    case "agentIdentity":
      return { kind: "account_token", stored: true };
    case "chatgpt":
    case "chatgptAuthTokens":
      return stored.tokens === undefined
        ? undefined
        : // As the token itself says: the file beside it could say anything.
          { kind: "chatgpt", workspace: accountClaims(stored.tokens.idToken).accountId, stored: true };
    default:
      return stored.mode satisfies never;
  }
}

function wrongMethod(login: Login, method: "chatgpt" | "api" | undefined): string | undefined {
  if (method === "api" && login.kind !== "api_key") {
    return "API key login is required, but ChatGPT is currently being used.";
  }
  if (method === "chatgpt" && login.kind === "api_key") {
    return "ChatGPT login is required, but an API key is currently being used.";
  }
  return undefined;
}

function wrongWorkspace(login: Login, allowed: readonly string[] | undefined): string | undefined {
  if (allowed === undefined || login.kind !== "chatgpt") return undefined;
  if (login.workspace !== undefined && allowed.includes(login.workspace)) return undefined;
  const found =
    login.workspace === undefined ? "lack a workspace identifier" : `belong to ${login.workspace}`;
  return `Login is restricted to workspace(s) ${allowed.join(", ")}, but current credentials ${found}.`;
}
