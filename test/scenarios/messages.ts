// Scenarios of what the model says: messages, reasoning, searches, and events that do not matter.

import {
  completed,
  created,
  done,
  message,
  raw,
  reasoning,
  respond,
  stream,
  wait,
  webSearch,
  withHeaders,
} from "../support/responses-server";
import { human, json, type Scenario } from "./scenario";

const HELLO = respond(message("hello there"));

export const messages: readonly Scenario[] = [
  {
    name: "message",
    about: "one message makes four lines",
    script: [HELLO],
    runs: [json("hi")],
    wire: true,
  },
  {
    name: "message-human",
    about: "for people, stdout holds the message and stderr the rest",
    script: [HELLO],
    runs: [human("hi")],
  },
  {
    name: "message-multiline",
    about: "line breaks, quotes and characters of all planes come through as they are",
    script: [respond(message('one\n\n\ttwo "three" \\ four\u2028five 😀 é\n', { deltas: 5 }))],
    runs: [json("hi")],
  },
  {
    name: "message-multiline-human",
    about: "a message that ends in a line break is printed with one more",
    script: [respond(message("one\ntwo\n"))],
    runs: [human("hi")],
  },
  {
    name: "message-empty",
    about: "an empty message",
    script: [respond(message(""))],
    runs: [json("hi")],
  },
  {
    name: "message-none",
    about: "a response without items ends the turn",
    script: [respond()],
    runs: [json("hi")],
  },
  {
    name: "message-none-human",
    about: "a response without items prints nothing on stdout",
    script: [respond()],
    runs: [human("hi")],
  },
  {
    name: "message-two",
    about: "two messages of one response are two items",
    script: [respond(message("first", { id: "msg_a" }), message("second", { id: "msg_b" }))],
    runs: [json("hi")],
  },
  {
    name: "message-two-human",
    about: "only the last message goes to stdout",
    script: [respond(message("first", { id: "msg_a" }), message("second", { id: "msg_b" }))],
    runs: [human("hi")],
  },
  {
    name: "message-phase",
    about: "a message keeps the phase that the server gave it",
    script: [
      respond(
        message("thinking aloud", { id: "msg_a", phase: "commentary" }),
        completed({}, { end_turn: false }),
      ),
      respond(message("the end", { id: "msg_b", phase: "final_answer" })),
    ],
    runs: [json("hi")],
  },
  {
    name: "end-turn-false",
    about: "a response that does not end the turn is followed by another request",
    script: [respond(message("half"), completed({}, { end_turn: false })), respond(message("whole"))],
    runs: [json("hi")],
  },
  {
    name: "reasoning",
    about: "summary parts are joined by line breaks; the encrypted content is sent back",
    script: [
      respond(
        reasoning(["**A**\n\none", "**B**\n\ntwo"], "ENC"),
        message("ok"),
        completed({}, { end_turn: false }),
      ),
      respond(message("done")),
    ],
    runs: [json("hi")],
  },
  {
    name: "reasoning-human",
    about: "reasoning is shown to people",
    script: [respond(reasoning("**A**\n\none"), message("ok"))],
    runs: [human("hi")],
  },
  {
    name: "reasoning-hidden-human",
    about: "hide_agent_reasoning hides it from people",
    settings: "hide_agent_reasoning = true",
    script: [respond(reasoning("**A**\n\none"), message("ok"))],
    runs: [human("hi")],
  },
  {
    name: "reasoning-hidden",
    about: "hide_agent_reasoning does not change the events",
    settings: "hide_agent_reasoning = true",
    script: [respond(reasoning("**A**\n\none"), message("ok"))],
    runs: [json("hi")],
  },
  {
    name: "reasoning-raw-human",
    about: "show_raw_agent_reasoning shows raw reasoning",
    settings: "show_raw_agent_reasoning = true",
    script: [
      respond(
        { type: "response.output_item.added", item: { type: "reasoning", id: "rs_1", summary: [] } },
        { type: "response.reasoning_text.delta", item_id: "rs_1", content_index: 0, delta: "raw thought" },
        done({
          type: "reasoning",
          id: "rs_1",
          summary: [],
          content: [{ type: "reasoning_text", text: "raw thought" }],
        }),
        message("ok"),
      ),
    ],
    runs: [human("hi")],
  },
  {
    name: "reasoning-blank",
    about: "a reasoning item without text is not shown",
    script: [respond(reasoning([], "ENC"), reasoning([" \n"]), message("ok"))],
    runs: [json("hi")],
  },
  {
    name: "web-search",
    about: "a search of the server is an item whose line names its id twice",
    script: [
      respond(webSearch("bun compile"), message("found"), completed({}, { end_turn: false })),
      respond(message("done")),
    ],
    runs: [json("hi")],
  },
  {
    name: "web-search-other",
    about: "pages opened and searched by the server are searches too",
    script: [
      respond(
        done({
          type: "web_search_call",
          id: "ws_1",
          status: "completed",
          action: { type: "open_page", url: "https://a.example/x" },
        }),
        done({
          type: "web_search_call",
          id: "ws_2",
          status: "completed",
          action: { type: "find_in_page", url: "https://a.example/x", pattern: "needle" },
        }),
        done({
          type: "web_search_call",
          id: "ws_3",
          status: "completed",
          action: { type: "search", query: "a", queries: ["a", "b"] },
        }),
        message("found"),
      ),
    ],
    runs: [json("hi")],
  },
  {
    name: "web-search-human",
    about: "a search is shown to people at its start and its end",
    script: [respond(webSearch("bun compile"), message("found"))],
    runs: [human("hi")],
  },
  {
    name: "events-unknown",
    about: "unknown events and items, and data that is not JSON, are passed over",
    script: [
      stream(
        created(),
        { type: "response.in_progress" },
        raw("event: response.output_text.delta\ndata: {not json\n\n"),
        raw(": a comment\n\n"),
        raw("data: 17\n\n"),
        { type: "response.of_the_future", anything: [1, 2] },
        done({ type: "hologram", id: "h_1", content: "?" }),
        done({ type: "message", id: "msg_x", role: "assistant", content: [{ type: "hologram" }] }),
        message("still here"),
        completed(),
      ),
    ],
    runs: [json("hi")],
  },
  {
    name: "usage-none",
    about: "a response without usage counts as nothing",
    script: [respond(message("ok"), completed(null))],
    runs: [json("hi")],
  },
  {
    name: "usage-none-human",
    about: "without usage people see no token count",
    script: [respond(message("ok"), completed(null))],
    runs: [human("hi")],
  },
  {
    name: "usage-large-human",
    about: "token counts have thousands separators and leave out what was cached",
    script: [
      respond(message("ok"), completed({ input: 1_234_567, cached: 234_567, output: 4321, reasoning: 21 })),
    ],
    runs: [human("hi")],
  },
  {
    name: "rate-limits",
    about: "rate limits of the response headers are kept in the session file",
    script: [
      withHeaders(respond(message("ok")), {
        "x-codex-primary-used-percent": "12.5",
        "x-codex-primary-window-minutes": "300",
        "x-codex-primary-reset-at": "1900000000",
        "x-codex-secondary-used-percent": "40",
        "x-codex-secondary-window-minutes": "10080",
        "x-codex-secondary-reset-at": "1900000500",
      }),
    ],
    runs: [json("hi")],
  },
  {
    name: "turn-state",
    about: "x-codex-turn-state is sent back",
    script: [
      withHeaders(respond(message("half"), completed({}, { end_turn: false })), {
        "x-codex-turn-state": "abc",
      }),
      respond(wait(10), message("ok")),
    ],
    runs: [json("hi")],
  },
];
