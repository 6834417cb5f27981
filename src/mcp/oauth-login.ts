// Logs in to an HTTP server with OAuth: finds the login, registers, sends the user to it and waits for the way back (mcp.md 6).

import {
  discoverOAuthServerInfo,
  exchangeAuthorization,
  extractWWWAuthenticateParams,
  registerClient,
  startAuthorization,
  type OAuthServerInfo,
} from "@modelcontextprotocol/sdk/client/auth.js";
import type { OAuthClientInformationMixed } from "@modelcontextprotocol/sdk/shared/auth.js";
import {
  checkResourceAllowed,
  resourceUrlFromServerUrl,
} from "@modelcontextprotocol/sdk/shared/auth-utils.js";
import { extraCertificates } from "../util/certificates";
import { UserError } from "../util/user-error";
import { requestHeaders } from "./http-headers";
import { openCallback, type CallbackOptions } from "./oauth-callback";
import type { HttpServer } from "./server-config";
import type { StoredLogin } from "./token-store";

export type LoginOptions = {
  readonly name: string;
  readonly server: HttpServer;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly callback: Pick<CallbackOptions, "port" | "url">;
  /** To ask for; undefined leaves it to what the server says. */
  readonly scopes: readonly string[] | undefined;
  /** Shows the address to the user, and opens it. What it throws ends the login. */
  readonly present: (authorizationUrl: string) => Promise<void>;
  /** Ends the wait for the user. */
  readonly signal?: AbortSignal;
};

/** The provider did not like what was asked of it. */
export class OAuthRefusal extends UserError {
  readonly code: string;

  constructor(code: string, description: string | undefined) {
    super(`OAuth provider returned \`${code}\`${description === undefined ? "" : `: ${description}`}`);
    this.code = code;
  }
}

const CLIENT_NAME = "Codex";
const NONE = "No authorization support detected";

/**
 * Resolves when the user has logged in.
 * @throws UserError when the server has no login, the user refuses or does not come back
 */
export async function logIn(options: LoginOptions): Promise<StoredLogin> {
  const { name, server, env } = options;
  const tls = await extraCertificates(env);
  const ownOrigin = new URL(server.url).origin;
  const configured = requestHeaders(name, { ...server, bearerTokenEnvVar: undefined }, env);
  const fetchFn = (url: string | URL, init?: RequestInit) => {
    const isOwn = new URL(url).origin === ownOrigin;
    const headers = new Headers(isOwn ? configured : {});
    for (const [key, value] of new Headers(init?.headers)) headers.set(key, value);
    return fetch(url, { ...init, ...tls, headers });
  };

  const refusal = await refusalOf(server.url, fetchFn);
  const challenge = refusal === undefined ? {} : extractWWWAuthenticateParams(refusal);
  const { resourceMetadataUrl } = challenge;
  const found = await discoverOAuthServerInfo(server.url, {
    fetchFn,
    ...(resourceMetadataUrl !== undefined && { resourceMetadataUrl }),
  });
  const metadata = found.authorizationServerMetadata;
  // The first revision of the protocol let servers do without metadata: their login is at known places.
  if (metadata === undefined && refusal === undefined) throw new UserError(NONE);
  checkResource(server.url, found);
  const scopes = options.scopes ?? wishedScopes(challenge.scope, found);
  const scope = scopes.length === 0 ? {} : { scope: scopes.join(" ") };
  const state = crypto.randomUUID();
  await using callback = openCallback({
    ...options.callback,
    serverUrl: server.url,
    state,
    issuer: metadata?.issuer,
  });
  const clientInformation: OAuthClientInformationMixed =
    server.oauthClientId === undefined
      ? await registerClient(found.authorizationServerUrl, {
          ...(metadata !== undefined && { metadata }),
          clientMetadata: {
            client_name: CLIENT_NAME,
            redirect_uris: [callback.redirectUri],
            grant_types: ["authorization_code", "refresh_token"],
            token_endpoint_auth_method: "none",
            response_types: ["code"],
          },
          ...scope,
          fetchFn,
        })
      : { client_id: server.oauthClientId, ...clientSecret(name, server, env) };
  const resource = found.resourceMetadata?.resource ?? server.oauthResource;
  const common = {
    ...(metadata !== undefined && { metadata }),
    clientInformation,
    ...(resource !== undefined && { resource }),
  };
  const { authorizationUrl, codeVerifier } = await startAuthorization(found.authorizationServerUrl, {
    ...common,
    ...scope,
    redirectUrl: callback.redirectUri,
    state,
  });
  if (server.oauthResource !== undefined && server.oauthResource !== resource) {
    authorizationUrl.searchParams.append("resource", server.oauthResource);
  }
  await options.present(authorizationUrl.href);
  const answer = await callback.answer(options.signal);
  if (answer.type === "refused") throw new OAuthRefusal(answer.code, answer.description);
  const tokens = await exchangeAuthorization(found.authorizationServerUrl, {
    ...common,
    authorizationCode: answer.code,
    codeVerifier,
    redirectUri: callback.redirectUri,
    fetchFn,
  });
  const { client_secret: secret } = clientInformation;
  return {
    server_name: name,
    server_url: server.url,
    client_id: clientInformation.client_id,
    ...(secret !== undefined && { client_secret: secret }),
    access_token: tokens.access_token,
    expires_at: tokens.expires_in === undefined ? null : Date.now() + tokens.expires_in * 1000,
    ...(tokens.refresh_token !== undefined && { refresh_token: tokens.refresh_token }),
    scopes: tokens.scope?.split(" ") ?? scopes,
  };
}

/** The answer of a server that wants a login, to whichever request it refuses; undefined when it wants none. */
async function refusalOf(
  url: string,
  fetchFn: (url: string, init?: RequestInit) => Promise<Response>,
): Promise<Response | undefined> {
  const ask = { jsonrpc: "2.0", id: 0, method: "ping" };
  const headers = { "content-type": "application/json", accept: "application/json, text/event-stream" };
  for (const init of [{}, { method: "POST", headers, body: JSON.stringify(ask) }]) {
    const response = await fetchFn(url, init);
    await response.body?.cancel();
    if (response.status === 401) return response;
  }
  return undefined;
}

/** Tokens for one server must not be asked for in the name of another. */
function checkResource(url: string, { resourceMetadata }: OAuthServerInfo): void {
  if (resourceMetadata === undefined) return;
  const requestedResource = resourceUrlFromServerUrl(url);
  if (checkResourceAllowed({ requestedResource, configuredResource: resourceMetadata.resource })) return;
  throw new UserError(
    `the server at ${url} says that it is ${resourceMetadata.resource}, so its login is not for it`,
  );
}

function clientSecret(
  name: string,
  { oauthSecretEnvVar: variable }: HttpServer,
  env: LoginOptions["env"],
): { readonly client_secret?: string } {
  if (variable === undefined) return {};
  const secret = env[variable];
  if (secret) return { client_secret: secret };
  throw new UserError(`Environment variable ${variable} for MCP server '${name}' is not set`);
}

/** What the server named when it refused us, else what it says that it knows. */
function wishedScopes(challenged: string | undefined, found: OAuthServerInfo): readonly string[] {
  if (challenged !== undefined) return challenged.split(" ");
  return (
    found.resourceMetadata?.scopes_supported ?? found.authorizationServerMetadata?.scopes_supported ?? []
  );
}
