// Opens the requests of a thread: the credential, the headers, and the body that each attempt is built from.

import { baseUrlFor, findCredential, type Credential } from "../auth/credentials";
import { betaFeatures } from "../config/features";
import type { ModelInfo } from "../model/catalog";
import { requestHeaders } from "../model/headers";
import { buildRequest, type ResponsesRequest } from "../model/request";
import { streamResponse, type ModelEvent } from "../model/stream";
import { originatorFor } from "../model/user-agent";
import { advertisedTools } from "../tools/registry";
import { VERSION } from "../util/version";
import { installationId } from "./installation-id";
import type { ThreadLog } from "./thread-log";
import type { ThreadOptions } from "./thread-options";

export type RequestSource = {
  readonly options: ThreadOptions;
  readonly id: string;
  readonly model: ModelInfo;
  readonly instructions: string;
  readonly log: ThreadLog;
  /** Grows by one with every compaction. */
  readonly generation: () => number;
  readonly onRateLimits: (limits: unknown) => void;
};

export type TurnStart = { readonly turnId: string; readonly startedAt: number; readonly signal: AbortSignal };

/** Streams one response after another; what a server wants echoed within a turn is kept between them. */
export function responseStream(source: RequestSource): (turn: TurnStart) => AsyncGenerator<ModelEvent, void> {
  const { options, model } = source;
  const { config, env } = options;
  const tools = advertisedTools(model, config);
  let echo: { turnId: string; state: string } | null = null;

  return async function* (turn) {
    const credential = findCredential(config, env, { exec: options.honoursApiKeyVariable });
    if (credential?.type === "error") {
      yield { type: "failed", message: credential.message, kind: "other" };
      return;
    }
    const windowId = `${source.id}:${source.generation()}`;
    const turnState = echo?.turnId === turn.turnId ? echo.state : undefined;
    const events = streamResponse({
      provider: { ...config.provider, baseUrl: baseUrlFor(config.provider, credential) },
      credential,
      headers: headersOf(source, turn, windowId, turnState, credential),
      request: () => requestOf(source, windowId, tools),
      signal: turn.signal,
    });
    for await (const event of events) {
      if (event.type === "turn_state") echo = { turnId: turn.turnId, state: event.value };
      if (event.type === "rate_limits") source.onRateLimits(event.limits);
      yield event;
    }
  };
}

function requestOf(source: RequestSource, windowId: string, tools: readonly unknown[]): ResponsesRequest {
  const { config, outputSchema } = source.options;
  const { toml } = config;
  return buildRequest({
    model: source.model,
    instructions: source.instructions,
    history: source.log.history,
    tools,
    threadId: source.id,
    installationId: installationId(config.codexHome),
    windowId,
    settings: {
      effort: toml.model_reasoning_effort,
      summary: toml.model_reasoning_summary,
      verbosity: toml.model_verbosity,
      serviceTier: toml.service_tier,
    },
    ...(outputSchema !== undefined && { outputSchema }),
    isAzure: config.provider.isAzure,
  });
}

function headersOf(
  source: RequestSource,
  turn: TurnStart,
  windowId: string,
  turnState: string | undefined,
  credential: Credential | undefined,
): Record<string, string> {
  const { config, env, originator } = source.options;
  const headers = requestHeaders({
    provider: config.provider,
    env,
    originator: originatorFor(originator, env),
    client: { name: originator, version: VERSION },
    threadId: source.id,
    sessionId: source.id,
    windowId,
    betaFeatures: betaFeatures(config.features),
    turnState,
    turnMetadata: {
      session_id: source.id,
      thread_id: source.id,
      thread_source: "user",
      turn_id: turn.turnId,
      turn_started_at_unix_ms: turn.startedAt,
      request_kind: "turn",
      window_id: windowId,
    },
  });
  return credential?.isFedramp === true ? { ...headers, "x-openai-fedramp": "true" } : headers;
}
