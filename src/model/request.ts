// The body of a request to the Responses API, fields in the order of the wire (agent.md 1).

import type { ResponseItem } from "../protocol/response-items";
import type { ModelInfo, ReasoningSummary } from "./catalog";
import { type WireItem, historyForRequest } from "./history-for-request";

export type ResponsesRequest = {
  readonly model: string;
  readonly instructions: string;
  readonly input: readonly WireItem[];
  readonly tools: readonly unknown[];
  readonly tool_choice: "auto";
  readonly parallel_tool_calls: boolean;
  readonly reasoning: { readonly effort?: string; readonly summary?: string } | null;
  readonly store: boolean;
  readonly stream: true;
  readonly include: readonly string[];
  readonly service_tier?: string;
  readonly prompt_cache_key: string;
  readonly text?: { readonly verbosity?: string; readonly format?: unknown };
  readonly client_metadata: Readonly<Record<string, string>>;
};

export type RequestParts = {
  readonly model: ModelInfo;
  /** The base instructions of the thread. */
  readonly instructions: string;
  readonly history: readonly ResponseItem[];
  readonly tools: readonly unknown[];
  readonly threadId: string;
  readonly installationId: string;
  /** `<thread id>:<generation>` */
  readonly windowId: string;
  /** What the user set; the model's defaults stand in for the rest. */
  readonly settings?: {
    readonly effort?: string | undefined;
    readonly summary?: ReasoningSummary | undefined;
    readonly verbosity?: string | undefined;
    readonly serviceTier?: string | undefined;
  };
  /** A JSON Schema that the final answer must match. */
  readonly outputSchema?: unknown;
  /** Azure keeps responses and wants its items back with the ids it gave them. */
  readonly isAzure: boolean;
  /** False for compaction, whatever the model can do. */
  readonly parallelToolCalls?: boolean;
};

export function buildRequest(parts: RequestParts): ResponsesRequest {
  const { model, settings = {} } = parts;
  const tier = settings.serviceTier === "fast" ? "priority" : settings.serviceTier;
  const text = textOptions(parts);
  return {
    model: model.slug,
    instructions: parts.instructions,
    input: historyForRequest(parts.history, { images: model.supportsImages, serverIds: parts.isAzure }),
    tools: parts.tools,
    tool_choice: "auto",
    parallel_tool_calls: parts.parallelToolCalls ?? model.supportsParallelToolCalls,
    reasoning: reasoningOptions(parts),
    store: parts.isAzure,
    stream: true,
    include: model.supportsReasoning ? ["reasoning.encrypted_content"] : [],
    ...(tier !== undefined && model.serviceTiers.includes(tier) ? { service_tier: tier } : {}),
    prompt_cache_key: parts.threadId,
    ...(Object.keys(text).length === 0 ? {} : { text }),
    client_metadata: {
      "x-codex-installation-id": parts.installationId,
      "x-codex-window-id": parts.windowId,
    },
  };
}

function reasoningOptions({ model, settings }: RequestParts): ResponsesRequest["reasoning"] {
  if (!model.supportsReasoning) return null;
  const effort = settings?.effort ?? model.defaultReasoningLevel;
  const summary = settings?.summary ?? model.defaultReasoningSummary;
  return {
    ...(effort === undefined ? {} : { effort }),
    ...(summary === "none" ? {} : { summary }),
  };
}

function textOptions({ model, settings, outputSchema }: RequestParts): NonNullable<ResponsesRequest["text"]> {
  const verbosity = model.supportsVerbosity ? (settings?.verbosity ?? model.defaultVerbosity) : undefined;
  return {
    ...(verbosity === undefined ? {} : { verbosity }),
    ...(outputSchema === undefined
      ? {}
      : { format: { type: "json_schema", strict: true, schema: outputSchema, name: "codex_output_schema" } }),
  };
}
