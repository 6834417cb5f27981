// The Responses client against a scripted server over real HTTP: what is sent, and what is yielded (agent.md 2, 5 and 6).

import { describe, expect, test } from "bun:test";
import type { ModelEvent } from "../../src/model/stream";
import {
  completed,
  customCall,
  done,
  functionCall,
  message,
  raw,
  reasoning,
  respond,
  startResponsesServer,
  stream,
  webSearch,
  withHeaders,
} from "../support/responses-server";
import { ask, collect, finished, request } from "../support/responses-client";

describe("a response", () => {
  test("comes as events, and its items in the form in which they enter history", async () => {
    await using server = await startResponsesServer([
      respond(
        reasoning(["one", "two"], "ENC"),
        message("Hello", { deltas: 2, phase: "final_answer" }),
        functionCall("shell", "{bad", "c1", { namespace: "ns" }),
        customCall("apply_patch", "*** Begin Patch", "c2"),
        webSearch("weather"),
        done({ type: "from_the_future", id: "x" }),
        completed({ input: 7, cached: 3, output: 2, reasoning: 1, total: 9 }, { end_turn: false }),
      ),
    ]);
    const events = await collect(ask(server.url));
    const shown = events.filter((e): boolean => e.type !== "rate_limits" && e.type !== "item_added");
    expect(shown).toEqual([
      { type: "created" },
      { type: "summary_break", index: 0 },
      { type: "summary_delta", delta: "one", index: 0 },
      { type: "summary_break", index: 1 },
      { type: "summary_delta", delta: "two", index: 1 },
      {
        type: "item_done",
        item: {
          type: "reasoning",
          summary: [
            { type: "summary_text", text: "one" },
            { type: "summary_text", text: "two" },
          ],
          content: null,
          encrypted_content: "ENC",
        },
      },
      { type: "text_delta", delta: "Hello" }, // both deltas came in one read
      {
        type: "item_done",
        item: {
          type: "message",
          role: "assistant",
          content: [{ type: "output_text", text: "Hello" }],
          phase: "final_answer",
        },
      },
      {
        type: "item_done",
        item: { type: "function_call", name: "shell", namespace: "ns", arguments: "{bad", call_id: "c1" },
      },
      { type: "custom_input_delta", delta: "*** Begin Patch", callId: "c2" },
      {
        type: "item_done",
        item: {
          type: "custom_tool_call",
          status: "completed",
          call_id: "c2",
          name: "apply_patch",
          input: "*** Begin Patch",
        },
      },
      {
        type: "item_done",
        item: {
          type: "web_search_call",
          status: "completed",
          action: { type: "search", query: "weather" },
        },
      },
      {
        type: "completed",
        responseId: "resp_1",
        usage: {
          input_tokens: 7,
          cached_input_tokens: 3,
          cache_write_input_tokens: 0,
          output_tokens: 2,
          reasoning_output_tokens: 1,
          total_tokens: 9,
        },
        endTurn: false,
      },
    ] as ModelEvent[]);
    expect(JSON.stringify(finished(events))).not.toContain('"id"');
  });

  test("without usage, or with usage without details, is complete", async () => {
    await using server = await startResponsesServer([
      respond(completed(null)),
      respond({
        type: "response.completed",
        response: {
          id: "r",
          usage: {
            input_tokens: 1,
            input_tokens_details: null,
            output_tokens: 2,
            output_tokens_details: null,
            total_tokens: 3,
          },
        },
      }),
    ]);
    const usage = async () => (await collect(ask(server.url))).findLast((e) => e.type === "completed")?.usage;
    expect(await usage()).toBeUndefined();
    expect(await usage()).toMatchObject({ input_tokens: 1, cached_input_tokens: 0, total_tokens: 3 });
  });

  test("hides nothing behind framing: CRLF, CR, comments, many data lines, no event line, junk, a missing last blank line", async () => {
    const text = (delta: string) => JSON.stringify({ type: "response.output_text.delta", delta });
    await using server = await startResponsesServer([
      stream(
        raw(`\uFEFFdata: ${text("a")}\r\n\r\n`),
        raw(`: comment\r\nid: 3\r\nretry: 1\r\nevent: something.else\r\ndata:${text("b")}\r\n\r\n`),
        raw(`data: ${text("c")}\r\r`),
        raw(`data: {"type":"response.output_text.delta",\ndata: "delta":"d"}\n\n`),
        raw("data: {oops\n\ndata: [DONE]\n\ndata: null\n\ndata\n\ndata: 7\n\nnonsense\n\n"),
        raw(`event: response.completed\n\ndata: {"type":"response.unheard_of"}\n\n`),
        raw(`data: {"type":"response.output_text.delta","delta":7}\n\n`),
        raw(`data: ${text("é𝄞")}\n\n`),
        raw(`data: {"type":"response.completed","response":{"id":"r"}}`),
      ),
    ]);
    const events = await collect(ask(server.url));
    expect(events.flatMap((e) => (e.type === "text_delta" ? [e.delta] : [])).join("")).toBe("abcdé𝄞");
    expect(events.at(-1)?.type).toBe("completed");
    expect(server.requests).toHaveLength(1);
  });

  test("carries the turn state and the rate limits of its headers", async () => {
    await using server = await startResponsesServer([
      withHeaders(respond(message("hi")), {
        "x-codex-turn-state": "abc",
        "x-codex-primary-used-percent": "12.5",
        "x-codex-primary-window-minutes": "300",
        "x-codex-primary-reset-at": "1795330417",
        "x-codex-credits-has-credits": "true",
        "x-codex-credits-unlimited": "false",
        "x-other-model-primary-used-percent": "90",
        "x-other-model-limit-name": "Other",
      }),
    ]);
    const events = await collect(ask(server.url));
    expect(events[0]).toEqual({ type: "turn_state", value: "abc" });
    expect(events[1]).toMatchObject({
      limits: { limit_id: "other_model", limit_name: "Other", primary: { used_percent: 90 }, credits: null },
    });
    expect(events[2]).toEqual({
      type: "rate_limits",
      limits: {
        limit_id: "codex",
        limit_name: null,
        primary: { used_percent: 12.5, window_minutes: 300, resets_at: 1795330417 },
        secondary: null,
        credits: { has_credits: true, unlimited: false, balance: null },
        individual_limit: null,
        plan_type: null,
        rate_limit_reached_type: null,
      },
    });
  });

  test("is asked for with exactly the given headers, query and body", async () => {
    await using server = await startResponsesServer([respond(message("hi")), respond(message("hi"))]);
    await collect(
      ask(`${server.url}/`, {
        query: { "api-version": "1" },
        headers: { originator: "codex_exec", "user-agent": "codex_exec/1" },
        credential: { token: "sk-1", accountId: "acc" },
      }),
    );
    const [sent] = server.requests;
    expect(sent?.path).toBe("/v1/responses?api-version=1");
    expect(sent?.text).toBe(JSON.stringify(request()));
    const { host, connection, "accept-encoding": _, "content-length": __, ...headers } = sent?.headers ?? {};
    expect([host, connection]).toEqual([new URL(server.url).host, "keep-alive"]);
    expect(headers).toEqual({
      accept: "text/event-stream",
      "content-type": "application/json",
      authorization: "Bearer sk-1",
      "chatgpt-account-id": "acc",
      originator: "codex_exec",
      "user-agent": "codex_exec/1",
    });
    await collect(ask(server.url, { compress: true }));
    expect(server.requests[1]?.headers["content-encoding"]).toBe("zstd");
    expect(server.requests[1]?.headers.authorization).toBeUndefined();
    expect(server.requests[1]?.text).toBe(JSON.stringify(request()));
  });
});
