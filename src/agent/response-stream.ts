// Opens the requests of a thread: the credential, the headers, and the body that each attempt is built from.

import { baseUrlFor, type Credential } from "../auth/credentials";
import type { LoginSession } from "../auth/session";
import type { Config } from "../config/config";
import { betaFeatures } from "../config/features";
import type { McpServers } from "../mcp/servers";
import { requestHeaders } from "../model/headers";
import { buildRequest, type RequestParts, type ResponsesRequest } from "../model/request";
import { streamResponse, type ModelEvent } from "../model/stream";
import { isHeaderValue, originatorFor, userAgent } from "../model/user-agent";
import type { GoalBook } from "../tools/goals/book";
import { advertisedTools } from "../tools/registry";
import { VERSION } from "../util/version";
import { installationId } from "../auth/installation-id";
import { messageText } from "./model-items";
import { threadSource } from "./past";
import type { ThreadLog } from "./thread-log";
import type { ClientProgram, ThreadOptions } from "./thread-options";
import { catalogAnnounced, type Settings } from "./settings";
import type { SummaryRequest, ThreadState, TurnStart } from "./thread-state";

/** Well below the age at which a list counts as old. */
const ANNOUNCED_AGAIN_MS = 60_000;

export type RequestSource = {
  readonly options: ThreadOptions;
  readonly login: LoginSession;
  readonly id: string;
  readonly settings: Settings;
  readonly instructions: string;
  readonly log: ThreadLog;
  readonly mcp: McpServers | undefined;
  readonly goals: GoalBook | undefined;
  /** Grows by one with every compaction. */
  readonly generation: () => number;
  /** JSON Schema of the final message; undefined when there is none. */
  readonly outputSchema: () => unknown;
  readonly onRateLimits: (limits: unknown) => void;
};

/** Streams one response after another; what a server wants echoed within a turn is kept between them. */
export function responseStream(source: RequestSource): ThreadState["stream"] {
  const { options, settings, login } = source;
  const announced = announcements(options, login);
  let echo: { turnId: string; state: string } | null = null;
  /** The last turn that was told of another model than the one it asked for. */
  let reroutedTurn = "";

  return async function* (turn, summary) {
    const config = settings.config();
    const credential = await login.current();
    if (credential?.type === "error") {
      yield { type: "failed", message: credential.message, kind: "other" };
      return;
    }
    yield* told(login);
    const model = summary?.model ?? settings.model();
    const windowId = `${source.id}:${source.generation()}`;
    const turnState = echo?.turnId === turn.turnId ? echo.state : undefined;
    const events = streamResponse({
      provider: { ...config.provider, baseUrl: baseUrlFor(config.provider, credential) },
      credential,
      headers: headersOf(source, turn, {
        windowId,
        turnState,
        summary,
      }),
      request: () =>
        summary === undefined
          ? requestOf(source, windowId, {
              model,
              history: source.log.history,
              tools: advertisedTools(model, config, source),
            })
          : requestOf(source, windowId, {
              model,
              history: summary.summarise,
              tools: [],
              parallelToolCalls: false,
            }),
      compress: takesCompressed(config, credential),
      signal: turn.signal,
      renew: login.recovery(),
    });
    for await (const event of events) {
      if (event.type === "turn_state") echo = { turnId: turn.turnId, state: event.value };
      if (event.type === "models_etag") announced(event.value);
      if (event.type === "rate_limits") source.onRateLimits(event.limits);
      if (isOutput(event)) turn.firstOutputAt ??= Date.now();
      yield* told(login);
      if (event.type !== "served_by") yield event;
      else if (reroutedTurn !== turn.turnId && !isSame(event.model, model.slug)) {
        reroutedTurn = turn.turnId;
        yield {
          type: "warning",
          message: `model rerouted: ${model.slug} -> ${event.model}`,
          details: OTHER_MODEL,
        };
      }
    }
  };
}

/** Tells of versions of the list of models: nothing waits for what comes of it, and one that is known is not told again for a while. */
function announcements(options: ThreadOptions, login: LoginSession): (etag: string) => void {
  let last = { etag: "", at: -Infinity };
  return (etag) => {
    const now = performance.now();
    if (etag === last.etag && now - last.at < ANNOUNCED_AGAIN_MS) return;
    last = { etag, at: now };
    void catalogAnnounced(options, login, etag);
  };
}

const OTHER_MODEL = "the server used another model than the one that was asked for";

/** A date behind a name is a release of the same model. */
function isSame(...names: readonly [string, string]): boolean {
  const [served, asked] = names.map((name) => name.toLowerCase().replace(/-\d{4}-\d\d-\d\d$/, ""));
  return served === asked;
}

/** The server of ChatGPT logins is known to (agent.md 1). */
function takesCompressed({ provider, features }: Config, credential: Credential | undefined): boolean {
  if (provider.id !== "openai" || credential?.source !== "chatgpt") return false;
  return features.get("enable_request_compression") !== false;
}

function* told(login: Pick<LoginSession, "notice">): Generator<ModelEvent, void> {
  const message = login.notice();
  if (message !== undefined) yield { type: "warning", message };
}

/**
 * How the requests of a program's threads introduce it; undefined where its name is not one that a header can hold.
 * @param originator of the threads, where that is not the program itself
 */
export function clientUserAgent(
  client: ClientProgram,
  env: ThreadOptions["env"],
  originator: string = client.name,
): string | undefined {
  return isHeaderValue(originator) ? userAgent(originator, client, env) : undefined;
}

/** Text, or an item that is more than an empty message. */
function isOutput(event: ModelEvent): boolean {
  if (event.type !== "item_done") return event.type === "text_delta";
  return event.item.type !== "message" || messageText(event.item) !== "";
}

function requestOf(
  source: RequestSource,
  windowId: string,
  content: Pick<RequestParts, "model" | "history" | "tools" | "parallelToolCalls">,
): ResponsesRequest {
  const outputSchema = source.outputSchema();
  const config = source.settings.config();
  const { toml } = config;
  return buildRequest({
    instructions: source.instructions,
    ...content,
    threadId: source.id,
    installationId: installationId(config.codexHome),
    windowId,
    settings: {
      effort: source.settings.effort(),
      summary: toml.model_reasoning_summary,
      verbosity: toml.model_verbosity,
      serviceTier: toml.service_tier,
    },
    ...(outputSchema !== undefined && { outputSchema }),
    isAzure: config.provider.isAzure,
  });
}

/** As servers are told of a compaction (agent.md 2). */
function compactionOf({ trigger, model }: SummaryRequest): Readonly<Record<string, string>> {
  const automatic = model === undefined ? "context_limit" : "model_downshift";
  return {
    trigger,
    reason: trigger === "manual" ? "user_requested" : automatic,
    implementation: "responses",
    strategy: "memento",
  };
}

function headersOf(
  source: RequestSource,
  turn: TurnStart,
  request: {
    readonly windowId: string;
    readonly turnState: string | undefined;
    readonly summary: SummaryRequest | undefined;
  },
): Record<string, string> {
  const { config, env, originator, parent } = source.options;
  const { client = { name: originator, version: VERSION } } = source.options;
  const sessionId = parent?.sessionId ?? source.id;
  return requestHeaders({
    provider: config.provider,
    env,
    originator: originatorFor(originator, env),
    client,
    threadId: source.id,
    sessionId,
    windowId: request.windowId,
    betaFeatures: betaFeatures(config.features),
    turnState: request.turnState,
    subagent: parent === undefined ? undefined : { kind: parent.kind, parentThreadId: parent.threadId },
    turnMetadata: {
      session_id: sessionId,
      thread_id: source.id,
      ...(parent !== undefined && { parent_thread_id: parent.threadId, subagent_kind: parent.kind }),
      thread_source: threadSource(source.options),
      turn_id: turn.turnId,
      turn_started_at_unix_ms: turn.startedAt,
      request_kind: request.summary === undefined ? "turn" : "compaction",
      window_id: request.windowId,
      ...(request.summary !== undefined && { compaction: compactionOf(request.summary) }),
    },
  });
}
