// Speaks MCP over streamable HTTP: the configured headers, and the answers of real servers put into the protocol's form (mcp.md 5).

import { extractWWWAuthenticateParams } from "@modelcontextprotocol/sdk/client/auth.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { extraCertificates } from "../util/certificates";
import { AuthRequiredError, ScopesNeededError } from "./failure";
import { requestHeaders } from "./http-headers";
import { openOAuthSession, type OAuthSession } from "./oauth-session";
import type { TokenStore } from "./token-store";
import type { HttpServer } from "./server-config";
import { isRecord } from "./tool-list";

export type HttpTransport = StreamableHTTPClientTransport;

type Environment = Readonly<Record<string, string | undefined>>;

/** Of the body of an answer that is not what it should be. */
const PREVIEW_BYTES = 8192;
const JSON_TYPE = /^application\/json\b/i;
const KNOWN_TYPE = /^(application\/json|text\/event-stream)\b/i;

/** @throws Error whose message is the cause to show, for a variable that is missing or an address that is none */
export async function openHttpTransport(
  name: string,
  server: HttpServer,
  { env, tokens }: { readonly env: Environment; readonly tokens: TokenStore },
): Promise<HttpTransport> {
  if (!URL.canParse(server.url)) throw new Error(`\`${server.url}\` is not a URL`);
  const headers = requestHeaders(name, server, env);
  const tls = await extraCertificates(env);
  const send = (url: string | URL, init?: RequestInit) => fetch(url, { ...init, ...tls });
  const session =
    "authorization" in headers ? undefined : await openOAuthSession(name, server.url, tokens, send);
  return new StreamableHTTPClientTransport(new URL(server.url), {
    requestInit: { headers },
    fetch: async (url, init) => understood(name, await authorised(session, send, url, init), init),
  });
}

/** With the token of the stored login, if there is one; a refused token is renewed once. */
async function authorised(
  session: OAuthSession | undefined,
  send: (url: string | URL, init?: RequestInit) => Promise<Response>,
  url: string | URL,
  init: RequestInit | undefined,
): Promise<Response> {
  if (session === undefined) return send(url, init);
  const token = await session.accessToken();
  const response = await send(url, withToken(init, token));
  if (response.status === 403) session.forget();
  if (response.status !== 401) return response;
  const renewed = await session.renewed(token);
  if (renewed === undefined) return response;
  await response.body?.cancel();
  return send(url, withToken(init, renewed));
}

function withToken(init: RequestInit | undefined, token: string): RequestInit {
  const headers = new Headers(init?.headers);
  headers.set("authorization", `Bearer ${token}`);
  return { ...init, headers };
}

/** Answers in forms that servers use and the SDK does not know. */
async function understood(
  name: string,
  response: Response,
  init: RequestInit | undefined,
): Promise<Response> {
  if (response.status === 204) return new Response(null, { status: 202, headers: response.headers });
  if (response.status === 401 && response.headers.has("www-authenticate")) {
    await response.body?.cancel();
    throw new AuthRequiredError();
  }
  const challenge = response.status === 403 ? extractWWWAuthenticateParams(response) : {};
  if (challenge.error === "insufficient_scope") {
    await response.body?.cancel();
    throw new ScopesNeededError(name, challenge.scope?.split(" ") ?? []);
  }
  if (init?.method !== "POST" || response.status === 202) return response;
  const type = response.headers.get("content-type") ?? "";
  if (response.ok) {
    if (KNOWN_TYPE.test(type) || isNotification(init)) return response;
    throw new Error(`unexpected content type \`${type}\`: ${await preview(response)}`);
  }
  return JSON_TYPE.test(type) ? errorAnswer(response) : response;
}

/** A JSON-RPC error is one whatever the status says. */
async function errorAnswer(response: Response): Promise<Response> {
  const text = await response.text();
  const { status, headers } = response;
  return new Response(text, {
    status: isRpcError(text) ? 200 : status,
    headers: { "content-type": headers.get("content-type") ?? "" },
  });
}

function isRpcError(text: string): boolean {
  try {
    const body: unknown = JSON.parse(text);
    return isRecord(body) && isRecord(body.error) && (body.id ?? null) !== null;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function isNotification(init: RequestInit): boolean {
  const message: unknown = typeof init.body === "string" ? JSON.parse(init.body) : undefined;
  return isRecord(message) && !("id" in message);
}

async function preview(response: Response): Promise<string> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  return new TextDecoder().decode(bytes.subarray(0, PREVIEW_BYTES)).trim();
}
