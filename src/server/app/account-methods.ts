// Who is signed in, how one signs in and out, and what is left of the limits (app-server.md 9).

import { saveApiKey } from "../../auth/api-key";
import type { StoredAuth } from "../../auth/auth-json";
import { accountClaims } from "../../auth/jwt";
import { logOut } from "../../auth/logout";
import { authStore, type AuthStore } from "../../auth/store";
import type { Config } from "../../config/config";
import { tryLock } from "../../exec/libc";
import { configFor } from "../app-threads/open-thread";
import { boolean, optional, required, string, struct, withDefault } from "../rpc/decode";
import { INTERNAL_ERROR, RpcFailure, type Answer } from "../rpc/message";
import { messageOf } from "../../util/user-error";
import { answering, experimentalOnly, method, type App, type Call, type Method } from "./app";
import { accountLogins, type AccountLogins } from "./account-logins";
import { readRateLimits } from "./account-limits";
import { anything, refuse, tagged } from "./params";

const PLANS = (
  "free go plus pro prolite team self_serve_business_usage_based business enterprise_cbp_usage_based " +
  "enterprise edu unknown"
).split(" ");
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

type Wish =
  | { readonly type: "apiKey"; readonly apiKey: string }
  | { readonly type: "chatgpt" | "chatgptDeviceCode" | "chatgptAuthTokens" };

const loginParams = tagged<Wish>("LoginAccountParams", {
  apiKey: (value) => ({
    type: "apiKey",
    ...struct("LoginAccountParams", { apiKey: required(string) })(value),
  }),
  chatgpt: (value) => ({
    type: "chatgpt",
    ...struct("LoginAccountParams", { codexStreamlinedLogin: withDefault(boolean, false) })(value),
  }),
  chatgptDeviceCode: () => ({ type: "chatgptDeviceCode" }),
  chatgptAuthTokens: (value) => ({
    type: "chatgptAuthTokens",
    ...struct("LoginAccountParams", { accessToken: required(string), chatgptAccountId: required(string) })(
      value,
    ),
  }),
});

/** One after another: each looks at, or changes, the same login. */
const key = () => "account";

export const ACCOUNT_METHODS: readonly (readonly [string, Method])[] = [
  method(
    "account/read",
    struct("GetAccountParams", { refreshToken: withDefault(boolean, false) }),
    async ({ refreshToken }, call) => {
      const place = await signing(call);
      if (!place.config.provider.requiresOpenaiAuth) return { account: null, requiresOpenaiAuth: false };
      const stored = await (refreshToken ? renewedLogin : storedLogin)(place);
      return { account: stored === undefined ? null : accountOf(stored), requiresOpenaiAuth: true };
    },
    { key },
  ),
  answering("account/login/start", loginParams, startLogin, { key }),
  method(
    "account/login/cancel",
    struct("CancelLoginAccountParams", { loginId: required(string) }),
    async ({ loginId }, { app }) => {
      if (!UUID.test(loginId)) throw refuse(`invalid login id: ${loginId}`);
      return { status: loginsOf(app).cancel(loginId) ? "canceled" : "notFound" };
    },
  ),
  answering(
    "account/logout",
    anything,
    async (_, call) => {
      const { app } = call;
      const { store, asker } = await signing(call);
      loginsOf(app).cancelAll();
      try {
        await logOut(store, asker);
      } catch (error) {
        throw new RpcFailure(INTERNAL_ERROR, `logout failed: ${messageOf(error)}`);
      }
      const told = { authMode: null, planType: null };
      return { result: {}, after: () => void app.clients.broadcast("account/updated", told) };
    },
    { key },
  ),
  method("account/rateLimits/read", anything, async (_, call) => {
    const { config, store } = await signing(call);
    return await readRateLimits(config, store, call);
  }),
  method(
    "getAuthStatus",
    struct("GetAuthStatusParams", { includeToken: optional(boolean), refreshToken: optional(boolean) }),
    async ({ includeToken, refreshToken = false }, call) => {
      const place = await signing(call);
      const { requiresOpenaiAuth } = place.config.provider;
      const stored = requiresOpenaiAuth
        ? await (refreshToken ? renewedLogin : storedLogin)(place)
        : undefined;
      if (stored === undefined) return { authMethod: null, authToken: null, requiresOpenaiAuth };
      const authToken = includeToken === true ? tokenOf(stored) : null;
      return { authMethod: stored.mode, authToken, requiresOpenaiAuth };
    },
    { key },
  ),
];

async function startLogin(wish: Wish, call: Call): Promise<Answer> {
  const { app, client } = call;
  const { config, store, asker } = await signing(call);
  const { forced_login_method: forced } = config.toml;
  switch (wish.type) {
    case "apiKey": {
      if (forced === "chatgpt") throw refuse("API key login is disabled. Use ChatGPT login instead.");
      loginsOf(app).cancelAll();
      try {
        await saveApiKey(wish.apiKey.trim(), store, asker);
      } catch (error) {
        throw new RpcFailure(INTERNAL_ERROR, `failed to save api key: ${messageOf(error)}`);
      }
      return { result: { type: "apiKey" }, after: () => void tellSignedIn(app, null, store) };
    }
    case "chatgpt":
    case "chatgptDeviceCode": {
      if (forced === "api") throw refuse("ChatGPT login is disabled. Use API key login instead.");
      const begun = await loginsOf(app).begin(wish.type, { config, store, asker });
      return {
        result: begun.result,
        after: () =>
          void begun.ended.then(async (error) => {
            if (error === null) await tellSignedIn(app, begun.loginId, store);
            else {
              const told = { loginId: begun.loginId, success: false, error };
              await app.clients.broadcast("account/login/completed", told);
            }
          }),
      };
    }
    case "chatgptAuthTokens":
      if (!client.info.experimental) throw experimentalOnly("account/login/start.chatgptAuthTokens");
      throw refuse("tokens that the client keeps (chatgptAuthTokens) are not in this version");
    default:
      return wish satisfies never;
  }
}

async function tellSignedIn(app: App, loginId: string | null, store: AuthStore): Promise<void> {
  await app.clients.broadcast("account/login/completed", { loginId, success: true, error: null });
  const stored = await store.load();
  const auth = stored?.type === "stored" ? stored : undefined;
  await app.clients.broadcast("account/updated", {
    authMode: auth?.mode ?? null,
    planType: auth === undefined ? null : planOf(auth),
  });
}

/** Undefined when nobody is signed in. */
async function storedLogin({ store }: SigningPlace): Promise<StoredAuth | undefined> {
  const stored = await store.load();
  return stored?.type === "stored" ? stored : undefined;
}

/** The same; one to ChatGPT is renewed first, if that can be. */
async function renewedLogin(place: SigningPlace): Promise<StoredAuth | undefined> {
  const stored = await storedLogin(place);
  if (stored?.mode !== "chatgpt") return stored;
  const { renew } = await import("../../auth/refresh");
  const renewed = await renew(stored, place.store, place.asker);
  return renewed.type === "renewed" ? renewed.auth : stored;
}

type SigningPlace = {
  readonly config: Config;
  readonly store: AuthStore;
  readonly asker: { readonly env: App["place"]["env"]; readonly originator: string };
};

async function signing({ app, client }: Call): Promise<SigningPlace> {
  const config = await configFor({}, app.place);
  const store = authStore(config, { tryLock });
  return { config, store, asker: { env: app.place.env, originator: client.info.name } };
}

function loginsOf(app: App): AccountLogins {
  return app.own("logins", accountLogins);
}

function accountOf(auth: StoredAuth): object | null {
  switch (auth.mode) {
    case "apikey":
    case "personalAccessToken":
    case "agentIdentity":
      return { type: "apiKey" };
    case "chatgpt":
    case "chatgptAuthTokens": {
      if (auth.tokens === undefined) return null;
      const email = accountClaims(auth.tokens.idToken).email ?? "";
      return { type: "chatgpt", email, planType: planOf(auth) ?? "unknown" };
    }
    default:
      return auth.mode satisfies never;
  }
}

function planOf({ tokens }: StoredAuth): string | null {
  if (tokens === undefined) return null;
  const plan = accountClaims(tokens.idToken).plan?.toLowerCase();
  return plan !== undefined && PLANS.includes(plan) ? plan : "unknown";
}

function tokenOf({ mode, apiKey, tokens, personalAccessToken }: StoredAuth): string | null {
  if (mode === "apikey") return apiKey ?? null;
  return (mode === "personalAccessToken" ? personalAccessToken : tokens?.accessToken) ?? null;
}
