// What a scripted Responses server answers: steps (one per request), the events of a stream, and the items of a response.

/** One event of the stream; its `type` is also sent as the `event:` line. */
export type SseEvent = { readonly type: string; readonly [field: string]: unknown };

/** What a stream is made of besides events. */
export type StreamControl =
  | { readonly control: "wait"; readonly ms: number }
  | { readonly control: "raw"; readonly bytes: Uint8Array | string }
  | { readonly control: "until"; readonly ready: Promise<unknown> }
  | { readonly control: "cut" }
  | { readonly control: "silence" };

export type StreamPart = SseEvent | StreamControl | readonly StreamPart[];

/** The answer to one request. */
export type Step =
  | {
      readonly type: "stream";
      readonly parts: readonly (SseEvent | StreamControl)[];
      readonly headers: Headers_;
      /** The connection is cut when this many bytes of the body were sent. */
      readonly cutAt: number | null;
    }
  | { readonly type: "http"; readonly status: number; readonly body: string; readonly headers: Headers_ }
  | { readonly type: "drop" }
  | { readonly type: "hang" };

type Headers_ = Readonly<Record<string, string>>;

/** A stream of exactly these parts, in order; nothing is added. */
export function stream(...parts: readonly StreamPart[]): Step & { type: "stream" } {
  return { type: "stream", parts: flat(parts), headers: {}, cutAt: null };
}

/** A whole response: `response.created`, the parts, and `response.completed` unless the parts end the response themselves. */
export function respond(...parts: readonly StreamPart[]): Step & { type: "stream" } {
  const middle = flat(parts);
  const ends = middle.some(
    (part) => "type" in part && /^response\.(completed|failed|incomplete)$/.test(part.type),
  );
  return stream(created(), middle, ends ? [] : completed());
}

export function withHeaders<S extends Step & { headers: Headers_ }>(step: S, headers: Headers_): S {
  return { ...step, headers: { ...step.headers, ...headers } };
}

/** The same stream, its connection cut after `bytes` bytes of the body. */
export function cutAtByte(step: Step & { type: "stream" }, bytes: number): Step {
  return { ...step, cutAt: bytes };
}

/** An HTTP answer that is not a stream. A body that is not text is sent as JSON. */
export function http(status: number, body: unknown = "", headers: Headers_ = {}): Step & { type: "http" } {
  const json = typeof body !== "string";
  return {
    type: "http",
    status,
    body: json ? JSON.stringify(body) : body,
    headers: { "content-type": json ? "application/json" : "text/plain", ...headers },
  };
}

/** The usual error body: `{"error":{"message","type","code",…}}`. */
export function httpError(
  status: number,
  message: string,
  more: Record<string, unknown> = {},
  headers: Headers_ = {},
): Step {
  return http(status, { error: { message, ...more } }, headers);
}

/** The connection is closed before any answer. */
export function drop(): Step {
  return { type: "drop" };
}

/** The request is read and never answered. */
export function hang(): Step {
  return { type: "hang" };
}

/** A pause of the stream. */
export function wait(ms: number): StreamControl {
  return { control: "wait", ms };
}

/** The stream goes on when the promise is settled. */
export function until(ready: Promise<unknown>): StreamControl {
  return { control: "until", ready };
}

/** Bytes sent as they are: malformed events, other framings, a half event. */
export function raw(bytes: Uint8Array | string): StreamControl {
  return { control: "raw", bytes };
}

/** The connection is cut here. */
export function cut(): StreamControl {
  return { control: "cut" };
}

/** Nothing more is sent; the connection stays open. */
export function silence(): StreamControl {
  return { control: "silence" };
}

export function created(id = "resp_1"): SseEvent {
  return { type: "response.created", response: { id, object: "response", status: "in_progress" } };
}

export type UsageCounts = {
  readonly input?: number;
  readonly cached?: number;
  readonly output?: number;
  readonly reasoning?: number;
  readonly total?: number;
};

/** `usage: null` sends none. By default 80 input, 20 cached, 20 output, 5 reasoning, 100 in total. */
export function completed(usage: UsageCounts | null = {}, fields: Record<string, unknown> = {}): SseEvent {
  const { input = 80, cached = 20, output = 20, reasoning = 5 } = usage ?? {};
  const counts = {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cached },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: usage?.total ?? input + output,
  };
  return {
    type: "response.completed",
    response: { id: "resp_1", status: "completed", usage: usage === null ? null : counts, ...fields },
  };
}

export function failed(code: string, message: string): SseEvent {
  return { type: "response.failed", response: { id: "resp_1", status: "failed", error: { code, message } } };
}

export function incomplete(reason: string): SseEvent {
  return {
    type: "response.incomplete",
    response: { id: "resp_1", status: "incomplete", incomplete_details: { reason } },
  };
}

/** An assistant message: added, its text in `deltas` pieces (default 1), done. */
export function message(
  text: string,
  options: { readonly id?: string; readonly phase?: string; readonly deltas?: number } = {},
): readonly SseEvent[] {
  const id = options.id ?? "msg_1";
  const item = (content: readonly unknown[], status: string) => ({
    type: "message",
    id,
    role: "assistant",
    status,
    content,
    ...(options.phase === undefined ? {} : { phase: options.phase }),
  });
  return [
    { type: "response.output_item.added", output_index: 0, item: item([], "in_progress") },
    ...pieces(text, options.deltas ?? 1).map((delta) => ({
      type: "response.output_text.delta",
      item_id: id,
      output_index: 0,
      content_index: 0,
      delta,
    })),
    {
      type: "response.output_item.done",
      output_index: 0,
      item: item([{ type: "output_text", text, annotations: [] }], "completed"),
    },
  ];
}

/** Call ids given to calls that name none, so that no two calls of a test share one. */
let callsMade = 0;
function nextCallId(): string {
  callsMade += 1;
  return `call_${callsMade}`;
}

/** A function call. Arguments that are not text are sent as JSON. */
export function functionCall(
  name: string,
  args: unknown,
  callId: string = nextCallId(),
  fields: Record<string, unknown> = {},
): readonly SseEvent[] {
  return [
    done({
      type: "function_call",
      id: `fc_${callId}`,
      status: "completed",
      name,
      arguments: typeof args === "string" ? args : JSON.stringify(args),
      call_id: callId,
      ...fields,
    }),
  ];
}

/** A call of a custom (free-form) tool: added, one input delta, done. */
export function customCall(name: string, input: string, callId: string = nextCallId()): readonly SseEvent[] {
  const item = { type: "custom_tool_call", id: `ctc_${callId}`, call_id: callId, name };
  return [
    { type: "response.output_item.added", item: { ...item, status: "in_progress", input: "" } },
    { type: "response.custom_tool_call_input.delta", item_id: item.id, call_id: callId, delta: input },
    done({ ...item, status: "completed", input }),
  ];
}

/** A reasoning item: its summary part by part, then done. */
export function reasoning(summary: string | readonly string[], encrypted?: string): readonly SseEvent[] {
  const texts = typeof summary === "string" ? [summary] : summary;
  const id = "rs_1";
  return [
    { type: "response.output_item.added", item: { type: "reasoning", id, summary: [] } },
    ...texts.flatMap((delta, summary_index) => [
      { type: "response.reasoning_summary_part.added", item_id: id, summary_index },
      { type: "response.reasoning_summary_text.delta", item_id: id, summary_index, delta },
    ]),
    done({
      type: "reasoning",
      id,
      summary: texts.map((text) => ({ type: "summary_text", text })),
      ...(encrypted === undefined ? {} : { encrypted_content: encrypted }),
    }),
  ];
}

/** A search that the server made itself. */
export function webSearch(query: string, id = "ws_1"): readonly SseEvent[] {
  return [
    { type: "response.output_item.added", item: { type: "web_search_call", id, status: "in_progress" } },
    done({ type: "web_search_call", id, status: "completed", action: { type: "search", query } }),
  ];
}

/** `response.output_item.done` of any item. */
export function done(item: Record<string, unknown>): SseEvent {
  return { type: "response.output_item.done", output_index: 0, item };
}

export function isControl(part: SseEvent | StreamControl): part is StreamControl {
  return "control" in part;
}

function flat(parts: readonly StreamPart[]): (SseEvent | StreamControl)[] {
  return parts.flatMap((part) => (isList(part) ? flat(part) : [part]));
}

function isList(part: StreamPart): part is readonly StreamPart[] {
  return Array.isArray(part);
}

/** Cuts text into `count` pieces of about equal length, none across a surrogate pair. */
function pieces(text: string, count: number): string[] {
  const characters = [...text];
  const size = Math.max(1, Math.ceil(characters.length / count));
  return Array.from({ length: Math.ceil(characters.length / size) }, (_, i) =>
    characters.slice(i * size, (i + 1) * size).join(""),
  );
}
