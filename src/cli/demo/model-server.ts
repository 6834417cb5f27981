// A Responses API server on loopback that plays the demo's model: real requests in, real server-sent events out.

import { nextMoves, planArguments, type Move } from "./script";

export type DemoServer = Disposable & {
  /** Base URL for a provider, ending in `/v1`. */
  readonly url: string;
};

type RequestBody = { readonly input?: readonly { readonly type?: string; readonly output?: unknown }[] };

export function startDemoServer(): DemoServer {
  let responses = 0;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    async fetch(request) {
      if (request.method !== "POST" || !new URL(request.url).pathname.endsWith("/responses")) {
        return new Response("not found", { status: 404 });
      }
      const body = (await request.json()) as RequestBody; // our own client sent it
      responses += 1;
      const events = responseEvents(nextMoves({ outputs: toolOutputs(body) }), responses);
      return new Response(eventStream(events), { headers: { "content-type": "text/event-stream" } });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}/v1`,
    [Symbol.dispose]() {
      void server.stop(true);
    },
  };
}

function toolOutputs(body: RequestBody): readonly string[] {
  return (body.input ?? [])
    .filter((item) => item.type === "function_call_output" || item.type === "custom_tool_call_output")
    .map((item) => (typeof item.output === "string" ? item.output : JSON.stringify(item.output)));
}

type Event = { readonly type: string; readonly [field: string]: unknown };

function responseEvents(moves: readonly Move[], number: number): readonly Event[] {
  const id = `resp_demo_${number}`;
  return [
    { type: "response.created", response: { id } },
    ...moves.flatMap((move, index) => itemEvents(move, `${number}_${index}`)),
    { type: "response.completed", response: { id, usage: usageOf(number) } },
  ];
}

function itemEvents(move: Move, id: string): readonly Event[] {
  const item = outputItem(move, id);
  if (move.type !== "say") return [{ type: "response.output_item.done", item }];
  const words = move.text.match(/\S+\s*/g) ?? [];
  return [
    { type: "response.output_item.added", item: { ...item, content: [] } },
    ...words.map((delta) => ({ type: "response.output_text.delta", delta })),
    { type: "response.output_item.done", item },
  ];
}

function outputItem(move: Move, id: string): Readonly<Record<string, unknown>> {
  switch (move.type) {
    case "say":
      return {
        type: "message",
        id: `msg_${id}`,
        role: "assistant",
        content: [{ type: "output_text", text: move.text, annotations: [] }],
      };
    case "run":
      return functionCall("exec_command", { cmd: move.command }, id);
    case "plan":
      return functionCall("update_plan", planArguments(move.done), id);
    case "patch":
      return {
        type: "custom_tool_call",
        status: "completed",
        call_id: `call_${id}`,
        name: "apply_patch",
        input: move.patch,
      };
    default:
      return move satisfies never;
  }
}

function functionCall(name: string, given: object, id: string): Readonly<Record<string, unknown>> {
  return { type: "function_call", name, arguments: JSON.stringify(given), call_id: `call_${id}` };
}

/** Invented, as the model is; shaped like the real thing. */
function usageOf(number: number): object {
  return {
    input_tokens: 1000 * number,
    input_tokens_details: { cached_tokens: 1000 * (number - 1) },
    output_tokens: 50,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 1000 * number + 50,
  };
}

function eventStream(events: readonly Event[]): string {
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
}
