// What is left of a ChatGPT account's limits, asked of the service that keeps the account (app-server.md 9).

import { storedCredential, type Credential } from "../../auth/credentials";
import type { AuthStore } from "../../auth/store";
import { clientUserAgent } from "../../agent/response-stream";
import type { Config } from "../../config/config";
import { extraCertificates } from "../../util/certificates";
import { messageOf } from "../../util/user-error";
import { INTERNAL_ERROR, isRecord, RpcFailure } from "../rpc/message";
import { rateLimitsOut } from "../app-threads/events";
import type { Call } from "./app";
import { refuse } from "./params";

const DEFAULT_BASE_URL = "https://chatgpt.com/backend-api";
const ANSWER_MS = 30_000;
const MAIN_LIMIT = "codex";
const UNAUTHORIZED = 401;

/** @throws RpcFailure without a ChatGPT login, and when the service does not answer */
export async function readRateLimits(config: Config, store: AuthStore, call: Call): Promise<object> {
  const stored = await store.load();
  if (stored?.type !== "stored") throw refuse("codex account authentication required to read rate limits");
  const credential = storedCredential(stored);
  if (credential?.source !== "chatgpt") {
    throw refuse("chatgpt authentication required to read rate limits");
  }
  let response = await ask(credential, config, call);
  if (response.status === UNAUTHORIZED && stored.mode === "chatgpt") {
    const { renew } = await import("../../auth/refresh");
    const { env } = call.app.place;
    const renewed = await renew(stored, store, { env, originator: call.client.info.name });
    const fresh = renewed.type === "renewed" ? storedCredential(renewed.auth) : undefined;
    if (fresh !== undefined) response = await ask(fresh, config, call);
  }
  if (!response.ok) throw failed(`the service answered ${response.status}`);
  const body: unknown = await response.json().catch((error: unknown) => error);
  if (!isRecord(body)) throw failed("the service answered with something else");
  return limitsOut(body);
}

async function ask(
  { token, accountId }: Credential,
  { toml }: Config,
  { app, client }: Call,
): Promise<Response> {
  const { env } = app.place;
  const userAgent = clientUserAgent(client.info, env);
  try {
    return await fetch(usageUrl(toml.chatgpt_base_url ?? DEFAULT_BASE_URL), {
      headers: {
        authorization: `Bearer ${token}`,
        ...(accountId !== undefined && { "chatgpt-account-id": accountId }),
        ...(userAgent !== undefined && { "user-agent": userAgent }),
      },
      signal: AbortSignal.timeout(ANSWER_MS),
      redirect: "error",
      ...(await extraCertificates(env)),
    });
  } catch (error) {
    throw failed(messageOf(error));
  }
}

function usageUrl(base: string): string {
  const trimmed = base.replace(/\/+$/, "");
  if (trimmed.includes("/backend-api")) return `${trimmed}/wham/usage`;
  return /^https:\/\/chat(gpt|\.openai)\.com$/.test(trimmed)
    ? `${trimmed}/backend-api/wham/usage`
    : `${trimmed}/api/codex/usage`;
}

function failed(reason: string): RpcFailure {
  return new RpcFailure(INTERNAL_ERROR, `failed to fetch codex rate limits: ${reason}`);
}

function limitsOut(body: Readonly<Record<string, unknown>>): object {
  const { plan_type: plan = null, credits, additional_rate_limits: more } = body;
  const main = snapshot(MAIN_LIMIT, null, body["rate_limit"], plan, credits);
  const others = (Array.isArray(more) ? more : []).filter(isRecord).map((one) => {
    const id = String(one["metered_feature"] ?? one["limit_name"] ?? "");
    return [id, snapshot(id, one["limit_name"] ?? null, one["rate_limit"], plan, undefined)] as const;
  });
  return { rateLimits: main, rateLimitsByLimitId: Object.fromEntries([[MAIN_LIMIT, main], ...others]) };
}

/** The service has other names than the headers of a response, and seconds. */
function snapshot(limitId: string, limitName: unknown, limit: unknown, planType: unknown, credits: unknown) {
  const given = isRecord(limit) ? limit : {};
  return rateLimitsOut({
    limit_id: limitId,
    limit_name: limitName,
    primary: windowOf(given["primary_window"]),
    secondary: windowOf(given["secondary_window"]),
    credits,
    plan_type: planType,
  });
}

function windowOf(window: unknown): object | null {
  if (!isRecord(window)) return null;
  const { used_percent, limit_window_seconds: seconds, reset_at: resets_at } = window;
  const window_minutes = typeof seconds === "number" ? Math.ceil(seconds / 60) : null;
  return { used_percent, window_minutes, resets_at };
}
