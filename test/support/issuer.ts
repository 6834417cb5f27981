// An issuer of ChatGPT logins for tests, on a port of its own: device codes, tokens that rotate, revocation, personal tokens.

import { createHash } from "node:crypto";
import { jwt } from "../auth/jwt";

export type IssuerOptions = {
  /** Polls that find the user not there yet, and the status that says so. */
  readonly pending?: readonly (403 | 404)[];
  /** In place of a device code. */
  readonly deviceRefusal?: number;
  /** Workspace of the accounts; null leaves it out of the tokens. */
  readonly account?: string | null;
  /** Seconds from now at which access tokens run out; none: they do not say. */
  readonly lifetime?: number;
  /** The same of tokens that come of a refresh; default `lifetime`. */
  readonly renewedLifetime?: number;
  /** The answer to a refresh, instead of new tokens. */
  readonly refreshRefusal?: { readonly status: number; readonly body: unknown };
  /** Called when a refresh has been asked for, before the answer. */
  readonly onRefresh?: () => void;
  /** The answer to the exchange of a code, instead of tokens. */
  readonly exchangeRefusal?: { readonly status: number; readonly body: string };
  /** The answer to a refresh has no refresh token. */
  readonly keepsRefreshToken?: boolean;
  /** PEM of a key and a certificate, to be spoken to over TLS. */
  readonly tls?: string;
  /** The account has no API key to give. */
  readonly withoutApiKey?: boolean;
};

export type IssuerRequest = {
  /** `METHOD /path` */
  readonly what: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of the form, the JSON or the query, in order. */
  readonly given: Readonly<Record<string, string>>;
};

export type Issuer = AsyncDisposable & {
  readonly url: string;
  readonly port: number;
  readonly requests: readonly IssuerRequest[];
  /** How often a path was asked for. */
  readonly count: (path: string, grant?: string) => number;
  /** Variables that lead a process here. */
  readonly env: Readonly<Record<string, string>>;
  /** The tokens of an account that is signed in, as `auth.json` holds them. */
  readonly signIn: () => Readonly<Record<string, string | null>>;
  /** Whether an access token is the newest one. */
  readonly isCurrent: (authorization: string | null | undefined) => boolean;
};

type Grant = { readonly challenge: string; readonly redirect: string };

export function startIssuer(options: IssuerOptions = {}): Issuer {
  const requests: IssuerRequest[] = [];
  const grants = new Map<string, Grant>();
  const refreshTokens = new Set<string>();
  const pending = [...(options.pending ?? [])];
  let made = 0;
  let current = "";

  const newTokens = (lifetime = options.lifetime) => {
    made += 1;
    const exp = lifetime === undefined ? {} : { exp: Math.floor(Date.now() / 1000) + lifetime };
    current = jwt({ ...exp, n: made, "https://api.openai.com/auth": { chatgpt_plan_type: "plus" } });
    refreshTokens.add(`rt-${made}`);
    return { id_token: idToken(options.account), access_token: current, refresh_token: `rt-${made}` };
  };

  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    ...(options.tls !== undefined && { tls: { key: options.tls, cert: options.tls } }),
    async fetch(request) {
      const { pathname, searchParams } = new URL(request.url);
      const given = request.method === "POST" ? await bodyOf(request) : Object.fromEntries(searchParams);
      requests.push({ what: `${request.method} ${pathname}`, headers: request.headers.toJSON(), given });
      switch (pathname) {
        case "/api/accounts/deviceauth/usercode":
          if (options.deviceRefusal !== undefined) return new Response("", { status: options.deviceRefusal });
          return Response.json({ device_auth_id: "dev-1", user_code: "ABCD-12345", interval: "0" });
        case "/api/accounts/deviceauth/token":
          return deviceToken();
        case "/oauth/authorize":
          return authorize(given);
        case "/oauth/token":
          return token(given);
        case "/oauth/revoke":
          return Response.json({});
        case "/v1/user-auth-credential/whoami":
          return whoami(request);
      }
      return new Response("nothing here", { status: 404 });
    },
  });
  const url = `${options.tls === undefined ? "http" : "https"}://127.0.0.1:${server.port}`;

  function deviceToken(): Response {
    const status = pending.shift();
    if (status !== undefined) return new Response("", { status });
    grants.set("device-code", { challenge: challengeOf("v"), redirect: `${url}/deviceauth/callback` });
    return Response.json({
      authorization_code: "device-code",
      code_challenge: challengeOf("v"),
      code_verifier: "v",
    });
  }

  function authorize(given: Readonly<Record<string, string>>): Response {
    const code = crypto.randomUUID();
    const redirect = given["redirect_uri"] ?? "";
    grants.set(code, { challenge: given["code_challenge"] ?? "", redirect });
    return Response.redirect(`${redirect}?${new URLSearchParams({ code, state: given["state"] ?? "" })}`);
  }

  function token(given: Readonly<Record<string, string>>): Response {
    switch (given["grant_type"]) {
      case "refresh_token": {
        const { refreshRefusal } = options;
        options.onRefresh?.();
        if (refreshRefusal !== undefined) {
          return Response.json(refreshRefusal.body, { status: refreshRefusal.status });
        }
        if (!refreshTokens.delete(given["refresh_token"] ?? "")) {
          return Response.json({ error: { code: "refresh_token_reused" } }, { status: 401 });
        }
        const { refresh_token: refreshToken, ...others } = newTokens(options.renewedLifetime);
        if (options.keepsRefreshToken === true) return Response.json(others);
        return Response.json({ ...others, refresh_token: refreshToken });
      }
      case "authorization_code": {
        const { exchangeRefusal } = options;
        if (exchangeRefusal !== undefined) {
          return new Response(exchangeRefusal.body, { status: exchangeRefusal.status });
        }
        const grant = grants.get(given["code"] ?? "");
        const proven = grant?.challenge === challengeOf(given["code_verifier"] ?? "");
        if (grant === undefined || !proven || grant.redirect !== given["redirect_uri"]) {
          return Response.json(
            { error: "invalid_grant", error_description: "not this code" },
            { status: 400 },
          );
        }
        return Response.json(newTokens());
      }
      default:
        return options.withoutApiKey === true
          ? Response.json({ error: "no" }, { status: 400 })
          : Response.json({ access_token: "sk-exchanged" });
    }
  }

  function whoami(request: Request): Response {
    if (request.headers.get("authorization") !== "Bearer at-good") return new Response("", { status: 401 });
    return Response.json({
      email: "pat@example.com",
      chatgpt_user_id: "u",
      chatgpt_account_id: "acct-pat",
      chatgpt_plan_type: "team",
      chatgpt_account_is_fedramp: true,
    });
  }

  return {
    url,
    port: server.port ?? 0,
    requests,
    count: (path, grant) =>
      requests.filter(
        ({ what, given }) =>
          what.endsWith(` ${path}`) && (grant === undefined || given["grant_type"] === grant),
      ).length,
    env: {
      CODEX_REFRESH_TOKEN_URL_OVERRIDE: `${url}/oauth/token`,
      CODEX_AUTHAPI_BASE_URL: url,
    },
    signIn: () => ({
      ...newTokens(),
      account_id: options.account === undefined ? "acct-1" : options.account,
    }),
    isCurrent: (authorization) => current !== "" && authorization === `Bearer ${current}`,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

/** An id token as the issuer makes them. */
export function idToken(account: string | null = "acct-1"): string {
  return jwt({
    email: "me@example.com",
    "https://api.openai.com/auth": {
      chatgpt_plan_type: "plus",
      ...(account === null ? {} : { chatgpt_account_id: account }),
    },
  });
}

function challengeOf(verifier: string): string {
  return createHash("sha256").update(verifier).digest("base64url");
}

async function bodyOf(request: Request): Promise<Record<string, string>> {
  const text = await request.text();
  if (text.startsWith("{")) return JSON.parse(text) as Record<string, string>; // what we send holds texts only
  return Object.fromEntries(new URLSearchParams(text));
}
