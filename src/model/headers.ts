// The headers of a request to the Responses API, but for the credential (agent.md 2).

import type { ProviderInfo } from "../config/config";
import { VERSION } from "../util/version";
import { type Client, isHeaderValue, userAgent } from "./user-agent";

/** What is sent as `Authorization`, and the account that it belongs to. */
export type BearerCredential = {
  readonly token: string;
  readonly accountId?: string | undefined;
  /** Of a government workspace. */
  readonly isFedramp?: boolean | undefined;
};

export type HeaderParts = {
  readonly provider: Pick<ProviderInfo, "id" | "httpHeaders" | "envHttpHeaders">;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** After the override; see `originatorFor`. */
  readonly originator: string;
  /** The front end itself, or the program in front of it. */
  readonly client: Client;
  readonly threadId: string;
  /** The root thread's id: the same for a thread and its sub-agents. */
  readonly sessionId: string;
  /** `<thread id>:<generation>` */
  readonly windowId: string;
  /** Keys of the enabled experimental features. */
  readonly betaFeatures: readonly string[];
  readonly turnMetadata: TurnMetadata;
  /** What the server sent as `x-codex-turn-state` in this turn. */
  readonly turnState?: string | undefined;
  /** For threads that another thread opened. */
  readonly subagent?: { readonly kind: string; readonly parentThreadId: string | undefined } | undefined;
};

/** What a server may like to know of the turn; none depends on it. */
export type TurnMetadata = {
  readonly session_id: string;
  readonly thread_id: string;
  readonly thread_source: string;
  readonly turn_id?: string;
  readonly workspaces?: Readonly<Record<string, { readonly has_changes?: boolean }>>;
  readonly sandbox?: string;
  readonly turn_started_at_unix_ms?: number;
  readonly request_kind: "turn" | "compaction";
  readonly window_id: string;
  readonly [field: string]: unknown;
};

/** Lower-case names; the provider's own headers win. Names and values that HTTP does not allow are left out. */
export function requestHeaders(parts: HeaderParts): Record<string, string> {
  const { subagent } = parts;
  const { headers, set } = headerSet();
  set("session-id", parts.sessionId);
  set("thread-id", parts.threadId);
  set("x-client-request-id", parts.threadId);
  set("x-codex-window-id", parts.windowId);
  set("x-codex-beta-features", parts.betaFeatures.join(","));
  set("x-codex-turn-metadata", asciiJson(parts.turnMetadata));
  set("x-codex-turn-state", parts.turnState);
  set("x-codex-parent-thread-id", subagent?.parentThreadId);
  set("x-openai-subagent", subagent?.kind);
  return { ...headers, ...clientHeaders(parts) };
}

/** What a request to a provider carries that is not part of a thread: who asks, and the provider's own headers. */
export function clientHeaders(
  parts: Pick<HeaderParts, "provider" | "env" | "originator" | "client">,
): Record<string, string> {
  const { provider, env } = parts;
  const { headers, set } = headerSet();
  set("originator", parts.originator);
  set("user-agent", userAgent(parts.originator, parts.client, env));
  if (provider.id === "openai") {
    set("version", VERSION);
    set("openai-organization", env.OPENAI_ORGANIZATION);
    set("openai-project", env.OPENAI_PROJECT);
  }
  for (const [name, value] of Object.entries(provider.httpHeaders)) set(name, value);
  for (const [name, variable] of Object.entries(provider.envHttpHeaders)) set(name, env[variable]);
  return headers;
}

/** What the credential adds. */
export function credentialHeaders(credential: BearerCredential | undefined): Record<string, string> {
  if (credential === undefined) return {};
  const { token, accountId, isFedramp } = credential;
  return {
    authorization: `Bearer ${token}`,
    ...(accountId === undefined ? {} : { "chatgpt-account-id": accountId }),
    ...(isFedramp === true ? { "x-openai-fedramp": "true" } : {}),
  };
}

function headerSet() {
  const headers: Record<string, string> = {};
  const set = (name: string, value: string | undefined): void => {
    if (value !== undefined && isHeaderName(name) && isHeaderValue(value))
      headers[name.toLowerCase()] = value;
  };
  return { headers, set };
}

/** JSON in one line of printable ASCII. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** RFC 9110 5.6.2 */
function isHeaderName(name: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name);
}
