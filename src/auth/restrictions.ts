// Holds the login against what the configuration demands of it; one that does not fit is removed (login-notify.md 2.1).

import { rmSync } from "node:fs";
import type { Config } from "../config/config";
import { authFile, jwtPayload, readAuth, type StoredAuth } from "./store";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Checked before a session begins. Removes a stored login that is not allowed; a variable is the user's to remove, and
 * leaves the stored one as it is.
 * @param options.exec true for `codex exec`, which alone honours CODEX_API_KEY
 * @returns what to tell the user, who then cannot go on; undefined when all is well or nobody is signed in
 */
export function loginRefusal(
  config: Pick<Config, "codexHome" | "toml">,
  env: Environment,
  options: { readonly exec: boolean },
): string | undefined {
  const { forced_login_method: method, forced_chatgpt_workspace_id: workspace } = config.toml;
  if (method === undefined && workspace === undefined) return undefined;
  const login = currentLogin(config.codexHome, env, options.exec);
  if (login === undefined) return undefined;
  const reason = wrongMethod(login, method) ?? wrongWorkspace(login, workspace);
  if (reason === undefined) return undefined;
  if (login.stored) rmSync(authFile(config.codexHome), { force: true });
  return `${reason} Logging out.`;
}

type Login = {
  /** `account_token`: belongs to a person's account, but no workspace is asked of it. */
  readonly kind: "api_key" | "account_token" | "chatgpt";
  /** Of `chatgpt`. */
  readonly workspace?: string | undefined;
  /** In `auth.json`, and not in a variable. */
  readonly stored: boolean;
};

function currentLogin(codexHome: string, env: Environment, exec: boolean): Login | undefined {
  if (exec && env["CODEX_API_KEY"]?.trim()) return { kind: "api_key", stored: false };
  if (env["CODEX_ACCESS_TOKEN"]?.trim()) return { kind: "account_token", stored: false };
  const stored = readAuth(codexHome);
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
        : { kind: "chatgpt", workspace: workspaceOf(stored.tokens), stored: true };
    default:
      return stored.mode satisfies never;
  }
}

/** As the token itself says: the file beside it could say anything. */
function workspaceOf({ idToken }: NonNullable<StoredAuth["tokens"]>): string | undefined {
  const claims = jwtPayload(idToken)?.["https://api.openai.com/auth"];
  if (typeof claims !== "object" || claims === null || !("chatgpt_account_id" in claims)) return undefined;
  return typeof claims.chatgpt_account_id === "string" ? claims.chatgpt_account_id : undefined;
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

function wrongWorkspace(login: Login, allowed: string | readonly string[] | undefined): string | undefined {
  if (allowed === undefined || login.kind !== "chatgpt") return undefined;
  const ids = typeof allowed === "string" ? [allowed] : allowed;
  if (login.workspace !== undefined && ids.includes(login.workspace)) return undefined;
  const found =
    login.workspace === undefined ? "lack a workspace identifier" : `belong to ${login.workspace}`;
  return `Login is restricted to workspace(s) ${ids.join(", ")}, but current credentials ${found}.`;
}
