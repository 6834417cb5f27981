// The login that the requests of a thread carry: found once, renewed in time, recovered after a 401 (login-notify.md 2 and 6).

import type { Config } from "../config/config";
import { once } from "../util/once";
import { UserError } from "../util/user-error";
import type { StoredAuth } from "./auth-json";
import type { RunCommand } from "./bearer-command";
import { fixedCredential, storedCredential, type Credential, type CredentialError } from "./credentials";
import type { Asker } from "./issuer";
import { expiryOf } from "./jwt";
import type { AuthStore } from "./store";

export type LoginSession = {
  /** What the next request carries; undefined: nothing. Never rejects. */
  readonly current: () => Promise<Credential | CredentialError | undefined>;
  /** Whose it is. Nothing is renewed or run to tell. Never rejects. */
  readonly kind: () => Promise<LoginKind>;
  /** Something to tell the user of the login, once; undefined when there is nothing. */
  readonly notice: () => string | undefined;
  /** For one response of the model: each call is the next thing to try after a 401. */
  readonly recovery: () => () => Promise<Recovery | undefined>;
};

/** A ChatGPT account; the provider's own command; or what says nothing of its owner, such as a key, or no login at all. */
export type LoginKind = "account" | "command" | "other";

/** Undefined in its place: there is nothing left to try, and the 401 counts. */
export type Recovery =
  | { readonly type: "credential"; readonly credential: Credential }
  /** `message` is for the user; `final`: nothing helps but signing in. */
  | { readonly type: "failed"; readonly message: string; readonly final: boolean };

export type LoginSessionOptions = Asker & {
  readonly config: Pick<Config, "provider">;
  readonly store: AuthStore;
  /** Whether CODEX_API_KEY counts, as it does for `codex exec` alone. */
  readonly exec: boolean;
  readonly run: RunCommand;
};

const EXPIRES_SOON_MS = 5 * 60_000;
const OLD_MS = 8 * 24 * 3_600_000;

/**
 * A login that is found stays the login of the session, whoever signs in elsewhere meanwhile; without one, the store is
 * looked at again before every request.
 */
export function loginSession(options: LoginSessionOptions): LoginSession {
  const { provider } = options.config;
  if (provider.auth !== undefined) return commandSession(options);
  const fixed = fixedCredential(provider, options.env, options);
  const plain = {
    kind: async (): Promise<LoginKind> => "other",
    recovery: () => nothing,
    notice: none,
  };
  if (fixed?.type === "error") return { ...plain, current: async () => fixed };
  if (fixed !== undefined) {
    let owned: Credential | CredentialError | undefined;
    const current = async () =>
      owned?.type === "bearer" ? owned : (owned = await withOwner(fixed, options));
    return { ...plain, current };
  }
  return storedSession(options);
}

function storedSession(options: LoginSessionOptions): LoginSession {
  const { store } = options;
  let held: StoredAuth | undefined;
  let owned: Credential | CredentialError | undefined;
  /** Why the issuer gives no new tokens for a refresh token, whatever is tried. */
  const refused = new Map<string, string>();

  const find = async (): Promise<StoredAuth | undefined> => {
    const stored = held ?? (await store.load());
    return stored?.type === "stored" ? stored : undefined;
  };

  const renewHeld = async (auth: StoredAuth): Promise<Recovery | undefined> => {
    const token = auth.tokens?.refreshToken ?? "";
    const known = refused.get(token);
    if (known !== undefined) return { type: "failed", message: known, final: true };
    const { renew } = await import("./refresh");
    const renewal = await renew(auth, store, options);
    switch (renewal.type) {
      case "renewed":
        held = renewal.auth;
        return retryWith(held);
      case "permanent":
        refused.set(token, renewal.message);
        return { type: "failed", message: renewal.message, final: true };
      case "transient":
        return { type: "failed", message: renewal.message, final: false };
      default:
        return renewal satisfies never;
    }
  };

  const reload = async (auth: StoredAuth): Promise<Recovery | undefined> => {
    const { ACCOUNT_MISMATCH, isSameAccount } = await import("./refresh");
    const stored = await store.load();
    if (stored?.type !== "stored" || !isSameAccount(stored, auth)) {
      return { type: "failed", message: ACCOUNT_MISMATCH, final: true };
    }
    held = stored;
    return retryWith(stored);
  };

  return {
    notice: store.notice,
    async kind() {
      const auth = await find();
      return auth !== undefined && storedCredential(auth)?.source === "chatgpt" ? "account" : "other";
    },
    async current() {
      await store.saveAgain();
      held = await find();
      if (held === undefined) return undefined;
      // A login that cannot be renewed is still used: the server decides whether it will do.
      if (isManaged(held) && isDue(held, Date.now())) await renewHeld(held);
      const credential = storedCredential(held);
      if (credential?.source !== "personal_access_token") return credential;
      return owned?.type === "bearer" ? owned : (owned = await withOwner(credential, options));
    },
    recovery() {
      let reloaded = false;
      let renewed = false;
      return async () => {
        if (held === undefined || !isManaged(held) || renewed) return undefined;
        if (!reloaded) {
          reloaded = true;
          return await reload(held);
        }
        const recovery = await renewHeld(held);
        renewed = recovery?.type !== "failed" || recovery.final;
        return recovery;
      };
    },
  };
}

/** The provider's own command, run again after a 401. */
function commandSession({ config: { provider }, run }: LoginSessionOptions): LoginSession {
  const command = once(async () => {
    const { tokenCommand } = await import("./bearer-command");
    if (provider.auth === undefined) throw new Error("the provider has no command for its token");
    return tokenCommand(provider.auth, provider.id, run);
  });
  const asCredential = async (token: Promise<string>): Promise<Credential | CredentialError> => {
    try {
      return { type: "bearer", token: await token, source: "provider_command" };
    } catch (error) {
      if (error instanceof UserError) return { type: "error", message: error.message };
      throw error;
    }
  };
  return {
    notice: none,
    kind: async () => "command",
    current: async () => await asCredential((await command()).token()),
    recovery() {
      let tried = false;
      return async () => {
        if (tried) return undefined;
        tried = true;
        const credential = await asCredential((await command()).newToken());
        return credential.type === "error"
          ? { type: "failed", message: credential.message, final: true }
          : { type: "credential", credential };
      };
    },
  };
}

/** Adds to a personal access token the account that it belongs to, which is asked of the issuer. */
async function withOwner(credential: Credential, asker: Asker): Promise<Credential | CredentialError> {
  const { source, token } = credential;
  if (source !== "access_token_variable" && source !== "personal_access_token") return credential;
  const { isPersonalToken, tokenOwner } = await import("./access-token");
  if (!isPersonalToken(token)) return credential;
  try {
    const { accountId, isFedramp } = await tokenOwner(token, asker);
    return { ...credential, accountId, ...(isFedramp && { isFedramp }) };
  } catch (error) {
    if (error instanceof UserError) return { type: "error", message: error.message };
    throw error;
  }
}

/** Tokens that are ours to renew. */
function isManaged({ mode, tokens }: StoredAuth): boolean {
  return mode === "chatgpt" && tokens !== undefined;
}

function isDue({ tokens, lastRefresh }: StoredAuth, now: number): boolean {
  const expiry = tokens === undefined ? undefined : expiryOf(tokens.accessToken);
  if (expiry !== undefined) return expiry <= now + EXPIRES_SOON_MS;
  return lastRefresh !== undefined && now - Date.parse(lastRefresh) > OLD_MS;
}

function retryWith(auth: StoredAuth): Recovery | undefined {
  const credential = storedCredential(auth);
  return credential === undefined ? undefined : { type: "credential", credential };
}

async function nothing(): Promise<undefined> {
  return undefined;
}

function none(): undefined {
  return undefined;
}
