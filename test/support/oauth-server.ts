// An MCP server behind OAuth for tests, and the authorisation server that guards it, in one HTTP server on a port of its own.

import { createHash } from "node:crypto";

export type OAuthServerOptions = {
  /** Where the protected resource says who guards it; `none`: only the authorisation server speaks for itself. */
  readonly metadata?: "challenge" | "well-known" | "none";
  /** Seconds that an access token lasts; default 3600. */
  readonly lifetime?: number;
  /** Scopes that are refused. */
  readonly refusedScopes?: readonly string[];
  /** What a login must have been asked for before a tool can be called. */
  readonly toolScope?: string;
  /** The user says no. */
  readonly denies?: boolean;
};

export type OAuthServer = AsyncDisposable & {
  readonly url: string;
  /** `METHOD /path` with what was in the form or the query, in order. */
  readonly seen: readonly { readonly what: string; readonly given: Readonly<Record<string, unknown>> }[];
  /** Makes the newest access token worthless. */
  readonly revoke: () => void;
};

type Grant = { readonly challenge: string; readonly redirect: string; readonly resource: string | null };

export function startOAuthServer(options: OAuthServerOptions = {}): OAuthServer {
  const { metadata = "challenge", lifetime = 3600, refusedScopes = [], denies = false } = options;
  const { toolScope } = options;
  const seen: { what: string; given: Record<string, unknown> }[] = [];
  const grants = new Map<string, Grant>();
  const refreshable = new Set<string>();
  let valid = "";
  let granted: readonly string[] = [];
  let count = 0;

  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { pathname, searchParams, origin } = new URL(request.url);
      const given =
        request.method === "POST" ? await bodyOf(request) : Object.fromEntries(searchParams.entries());
      seen.push({ what: `${request.method} ${pathname}`, given });
      switch (pathname) {
        case "/mcp":
          return mcp(request, given, origin);
        case "/.well-known/oauth-protected-resource/mcp":
        case "/resource-metadata":
          if (metadata === "none" || (metadata === "challenge") !== (pathname === "/resource-metadata"))
            break;
          return Response.json({
            resource: `${origin}/mcp`,
            authorization_servers: [origin],
            scopes_supported: ["a", "b"],
          });
        case "/.well-known/oauth-authorization-server":
          return Response.json({
            issuer: origin,
            authorization_endpoint: `${origin}/authorize`,
            token_endpoint: `${origin}/token`,
            registration_endpoint: `${origin}/register`,
            response_types_supported: ["code"],
            code_challenge_methods_supported: ["S256"],
          });
        case "/register":
          return Response.json({ ...given, client_id: "dyn-client" }, { status: 201 });
        case "/authorize":
          return authorize(searchParams);
        case "/token":
          return token(given);
      }
      return new Response("nothing here", { status: 404 });
    },
  });

  function mcp(request: Request, given: Record<string, unknown>, origin: string): Response {
    if (valid === "" || request.headers.get("authorization") !== `Bearer ${valid}`) {
      const where = metadata === "challenge" ? `, resource_metadata="${origin}/resource-metadata"` : "";
      return new Response(null, {
        status: 401,
        headers: { "www-authenticate": `Bearer error="invalid_token"${where}` },
      });
    }
    const { id, method } = given;
    if (method === "tools/call" && toolScope !== undefined && !granted.includes(toolScope)) {
      const challenge = `Bearer error="insufficient_scope", scope="${toolScope}"`;
      return new Response(null, { status: 403, headers: { "www-authenticate": challenge } });
    }
    if (id === undefined) return new Response(null, { status: request.method === "GET" ? 405 : 202 });
    const results: Record<string, unknown> = {
      initialize: {
        protocolVersion: "2025-06-18",
        capabilities: { tools: {} },
        serverInfo: { name: "guarded", version: "1" },
      },
      "tools/list": {
        tools: [{ name: "secret", inputSchema: { type: "object" }, annotations: { readOnlyHint: true } }],
      },
      "tools/call": { content: [{ type: "text", text: "the secret" }] },
    };
    return Response.json({ jsonrpc: "2.0", id, result: results[String(method)] ?? {} });
  }

  function authorize(query: URLSearchParams): Response {
    const back = new URL(query.get("redirect_uri") ?? "");
    back.searchParams.set("state", query.get("state") ?? "");
    const scopes = query.get("scope")?.split(" ") ?? [];
    if (denies) {
      back.searchParams.set("error", "access_denied");
      back.searchParams.set("error_description", "not you");
    } else if (scopes.some((scope) => refusedScopes.includes(scope))) {
      back.searchParams.set("error", "invalid_scope");
    } else {
      const code = crypto.randomUUID();
      granted = scopes;
      grants.set(code, {
        challenge: query.get("code_challenge") ?? "",
        redirect: query.get("redirect_uri") ?? "",
        resource: query.get("resource"),
      });
      back.searchParams.set("code", code);
    }
    return Response.redirect(back.href);
  }

  function token(given: Record<string, unknown>): Response {
    if (given["grant_type"] === "refresh_token") {
      if (!refreshable.delete(String(given["refresh_token"]))) return refusal("invalid_grant");
    } else {
      const grant = grants.get(String(given["code"]));
      const verifier = createHash("sha256").update(String(given["code_verifier"])).digest("base64url");
      if (grant?.challenge !== verifier || grant.redirect !== given["redirect_uri"])
        return refusal("invalid_grant");
    }
    count += 1;
    valid = `AT-${count}`;
    refreshable.add(`RT-${count}`);
    return Response.json({
      access_token: valid,
      token_type: "Bearer",
      expires_in: lifetime,
      refresh_token: `RT-${count}`,
    });
  }

  return {
    url: `http://127.0.0.1:${server.port}/mcp`,
    seen,
    revoke: () => {
      valid = "";
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

function refusal(error: string): Response {
  return Response.json({ error }, { status: 400 });
}

async function bodyOf(request: Request): Promise<Record<string, unknown>> {
  const text = await request.text();
  if (text.startsWith("{")) return JSON.parse(text) as Record<string, unknown>;
  return Object.fromEntries(new URLSearchParams(text).entries());
}
