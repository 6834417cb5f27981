// The body and the headers of a request, field by field (agent.md 1, 2, 6 and 7).

import { describe, expect, test } from "bun:test";
import { modelInfo } from "../../src/model/catalog";
import { requestHeaders } from "../../src/model/headers";
import { historyForRequest } from "../../src/model/history-for-request";
import { buildRequest, type RequestParts } from "../../src/model/request";
import { responseItem } from "../../src/model/response-item";
import { originatorFor } from "../../src/model/user-agent";
import type { ResponseItem } from "../../src/protocol/response-items";

const user = (text: string): ResponseItem => ({
  type: "message",
  role: "user",
  content: [{ type: "input_text", text }],
});
const call = (id: string): ResponseItem => ({
  type: "function_call",
  name: "f",
  arguments: "{bad",
  call_id: id,
});
const output = (id: string): ResponseItem => ({ type: "function_call_output", call_id: id, output: "ok" });

function body(slug: string, more: Partial<RequestParts> = {}) {
  return buildRequest({
    model: modelInfo(slug),
    instructions: "Be good.",
    history: [user("hi")],
    tools: [],
    threadId: "T",
    installationId: "I",
    windowId: "T:0",
    isAzure: false,
    ...more,
  });
}

describe("the body", () => {
  test("has its fields in the order of the wire", () => {
    const full = body("gpt-5.2-codex", {
      model: { ...modelInfo("gpt-5.2-codex"), serviceTiers: ["priority"] },
      settings: { serviceTier: "fast" },
      outputSchema: { type: "object" },
    });
    expect(JSON.stringify(full)).toBe(
      '{"model":"gpt-5.2-codex","instructions":"Be good.",' +
        '"input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]}],"tools":[],' +
        '"tool_choice":"auto","parallel_tool_calls":true,"reasoning":{"effort":"medium","summary":"auto"},' +
        '"store":false,"stream":true,"include":["reasoning.encrypted_content"],"service_tier":"priority",' +
        '"prompt_cache_key":"T","text":{"verbosity":"low","format":{"type":"json_schema","strict":true,' +
        '"schema":{"type":"object"},"name":"codex_output_schema"}},' +
        '"client_metadata":{"x-codex-installation-id":"I","x-codex-window-id":"T:0"}}',
    );
  });

  test("of an unknown model has null reasoning, nothing included, no text and no parallel calls", () => {
    const sent = body("llama", { settings: { effort: "high", verbosity: "high" } });
    expect(sent).toMatchObject({ reasoning: null, include: [], parallel_tool_calls: false });
    expect(Object.keys(sent)).not.toContain("text");
  });

  test("leaves out the summary when it is none, and the effort when nobody knows one", () => {
    expect(JSON.stringify(body("gpt-5.5").reasoning)).toBe('{"effort":"medium"}');
    expect(body("gpt-5.5", { settings: { effort: "xhigh", summary: "concise" } }).reasoning).toEqual({
      effort: "xhigh",
      summary: "concise",
    });
    const model = { ...modelInfo("llama"), supportsReasoning: true };
    expect(body("llama", { model }).reasoning).toEqual({ summary: "auto" });
  });

  test("names a service tier only when the model has it", () => {
    expect(body("gpt-5.2", { settings: { serviceTier: "flex" } })).not.toHaveProperty("service_tier");
    expect(body("gpt-5.5", { settings: { serviceTier: "priority" } }).service_tier).toBe("priority");
  });

  test("for compaction has no tools and no parallel calls", () => {
    expect(body("gpt-5.5", { parallelToolCalls: false }).parallel_tool_calls).toBe(false);
  });

  test("for Azure is stored, and gives the server its own ids back", () => {
    const said = responseItem({
      type: "message",
      id: "msg_9",
      role: "assistant",
      content: [{ type: "output_text", text: "yes" }],
    });
    if (said === undefined) throw new Error("a message is an item");
    const sent = (isAzure: boolean) => body("gpt-5.5", { isAzure, history: [user("hi"), said] });
    expect(sent(true)).toMatchObject({ store: true, input: [{ type: "message" }, { id: "msg_9" }] });
    expect(sent(true).input[0]).not.toHaveProperty("id");
    expect(JSON.stringify(sent(false))).not.toContain("msg_9");
  });

  test("of a later request begins with the bytes of the one before", () => {
    const history: ResponseItem[] = [user("hi")];
    const steps: readonly (readonly ResponseItem[])[] = [
      [call("a"), call("b"), output("a"), output("b")],
      [{ type: "reasoning", summary: [], content: null, encrypted_content: "E" }, call("c"), output("c")],
      [
        { type: "message", role: "assistant", content: [{ type: "output_text", text: "done" }] },
        user("more"),
      ],
    ];
    let before = JSON.stringify(body("gpt-5.5", { history }));
    for (const step of steps) {
      history.push(...step);
      const now = JSON.stringify(body("gpt-5.5", { history }));
      const prefix = before.slice(0, before.indexOf('],"tools"'));
      expect(now.startsWith(prefix)).toBe(true);
      expect(now.slice(now.indexOf('],"tools"'))).toBe(before.slice(before.indexOf('],"tools"')));
      before = now;
    }
  });
});

describe("the history as sent", () => {
  const send = (...items: ResponseItem[]) => historyForRequest(items, { images: true, serverIds: false });

  test("answers every call: what has no output was aborted, said directly after the call", () => {
    const custom: ResponseItem = { type: "custom_tool_call", call_id: "x", name: "apply_patch", input: "p" };
    const search: ResponseItem = {
      type: "tool_search_call",
      call_id: "s",
      execution: "client",
      arguments: {},
    };
    expect(send(call("a"), call("b"), output("b"), custom, search)).toEqual([
      { type: "function_call", name: "f", arguments: "{bad", call_id: "a" },
      { type: "function_call_output", call_id: "a", output: "aborted" },
      { type: "function_call", name: "f", arguments: "{bad", call_id: "b" },
      { type: "function_call_output", call_id: "b", output: "ok" },
      { type: "custom_tool_call", call_id: "x", name: "apply_patch", input: "p" },
      { type: "custom_tool_call_output", call_id: "x", output: "aborted" },
      { type: "tool_search_call", call_id: "s", execution: "client", arguments: {} },
      { type: "tool_search_output", call_id: "s", status: "completed", execution: "client", tools: [] },
    ]);
  });

  test("drops outputs that no call asked for, system messages, and items of other releases", () => {
    const strange = { type: "ghost_snapshot" } as unknown as ResponseItem; // as an old session file may hold
    const system: ResponseItem = { type: "message", role: "system", content: [] };
    expect(send(output("a"), user("hi"), strange, system)).toEqual([
      { type: "message", role: "user", content: [{ type: "input_text", text: "hi" }] },
    ]);
  });

  test("has the shapes and field order of the wire, whatever else an old file holds", () => {
    const wire = (item: unknown) => JSON.stringify(send(item as ResponseItem)[0]); // items as found in files
    expect(
      wire({
        id: "msg",
        type: "message",
        status: "completed",
        role: "assistant",
        phase: "commentary",
        content: [{ annotations: [], type: "output_text", text: "t" }],
      }),
    ).toBe(
      '{"type":"message","role":"assistant","content":[{"type":"output_text","text":"t"}],"phase":"commentary"}',
    );
    expect(wire({ id: "rs", type: "reasoning", summary: [], encrypted_content: "E" })).toBe(
      '{"type":"reasoning","summary":[],"content":null,"encrypted_content":"E"}',
    );
    expect(
      wire({
        type: "reasoning",
        summary: [],
        content: [{ type: "reasoning_text", text: "secret" }],
        encrypted_content: "E",
      }),
    ).toBe('{"type":"reasoning","summary":[],"encrypted_content":"E"}');
    expect(wire({ call_id: "c", arguments: "{}", namespace: "ns", name: "f", type: "function_call" })).toBe(
      '{"type":"function_call","name":"f","namespace":"ns","arguments":"{}","call_id":"c"}',
    );
    expect(wire({ id: "ws", type: "web_search_call", status: "completed", action: { type: "search" } })).toBe(
      '{"type":"web_search_call","status":"completed","action":{"type":"search"}}',
    );
  });

  test("says that an image was there when the model cannot see", () => {
    const image = { type: "input_image", image_url: "data:,", detail: "high" } as const;
    const items: ResponseItem[] = [
      { type: "message", role: "user", content: [image] },
      call("a"),
      { type: "function_call_output", call_id: "a", output: [image] },
    ];
    const blind = JSON.stringify(historyForRequest(items, { images: false, serverIds: false }));
    expect(blind).not.toContain("input_image");
    expect(blind.match(/cannot read images/g)).toHaveLength(2);
    expect(JSON.stringify(send(...items)).match(/"detail":"high"/g)).toHaveLength(2);
  });
});

describe("the headers", () => {
  const PARTS: Parameters<typeof requestHeaders>[0] = {
    provider: { id: "mine", httpHeaders: {}, envHttpHeaders: {} },
    env: {},
    originator: "codex_exec",
    client: { name: "codex_exec", version: "1.0" },
    threadId: "T",
    sessionId: "S",
    windowId: "T:0",
    betaFeatures: [],
    turnMetadata: {
      session_id: "S",
      thread_id: "T",
      thread_source: "user",
      request_kind: "turn",
      window_id: "T:0",
    },
  };

  test("name the program, the thread and the window", () => {
    const { "user-agent": agent, "x-codex-turn-metadata": metadata, ...headers } = requestHeaders(PARTS);
    expect(headers).toEqual({
      originator: "codex_exec",
      "session-id": "S",
      "thread-id": "T",
      "x-client-request-id": "T",
      "x-codex-window-id": "T:0",
    });
    expect(agent).toMatch(/^codex_exec\/\d+\.\d+\.\d+ \([^();]+; [\w]+\) unknown \(codex_exec; 1\.0\)$/);
    expect(JSON.parse(metadata ?? "")).toEqual(PARTS.turnMetadata as unknown as object);
  });

  test("carry the turn state, beta features and sub-agent facts when there are any", () => {
    expect(
      requestHeaders({
        ...PARTS,
        turnState: "abc",
        betaFeatures: ["a", "b"],
        subagent: { kind: "review", parentThreadId: "P" },
      }),
    ).toMatchObject({
      "x-codex-turn-state": "abc",
      "x-codex-beta-features": "a,b",
      "x-openai-subagent": "review",
      "x-codex-parent-thread-id": "P",
    });
  });

  test("of the built-in provider add version, organization and project", () => {
    const env = { OPENAI_ORGANIZATION: "org", OPENAI_PROJECT: " " };
    const provider = { ...PARTS.provider, id: "openai" };
    const headers = requestHeaders({ ...PARTS, env, provider });
    expect(headers["openai-organization"]).toBe("org");
    expect(headers).toHaveProperty("version");
    expect(headers).not.toHaveProperty("openai-project");
    expect(requestHeaders({ ...PARTS, env })).not.toHaveProperty("openai-organization");
  });

  test("take the provider's own, from the file and from set variables, and skip what HTTP does not allow", () => {
    const headers = requestHeaders({
      ...PARTS,
      env: { KEY: "k", BLANK: "  ", TERM_PROGRAM: "tërm", TERM_PROGRAM_VERSION: "2" },
      provider: {
        id: "mine",
        httpHeaders: { "X-One": "1", "bad name": "x", "X-Bad": "line\nbreak", Originator: "other" },
        envHttpHeaders: { "X-Key": "KEY", "X-Blank": "BLANK", "X-Unset": "UNSET" },
      },
    });
    expect(headers).toMatchObject({ "x-one": "1", "x-key": "k", originator: "other" });
    for (const name of ["bad name", "x-bad", "x-blank", "x-unset"])
      expect(headers).not.toHaveProperty([name]);
    expect(headers["user-agent"]).toContain(") t_rm/2 (");
  });

  test("hold turn metadata in one line of ASCII", () => {
    const workspaces = { "/häuser/日本 \n": { has_changes: true } };
    const value = requestHeaders({ ...PARTS, turnMetadata: { ...PARTS.turnMetadata, workspaces } })[
      "x-codex-turn-metadata"
    ];
    expect(value).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(value ?? "").workspaces).toEqual(workspaces);
  });

  test("use the originator that an SDK asks for, if it can be sent", () => {
    expect(originatorFor("codex_exec", {})).toBe("codex_exec");
    expect(originatorFor("codex_exec", { CODEX_INTERNAL_ORIGINATOR_OVERRIDE: "codex_sdk_ts" })).toBe(
      "codex_sdk_ts",
    );
    expect(originatorFor("codex_exec", { CODEX_INTERNAL_ORIGINATOR_OVERRIDE: "a\nb" })).toBe("codex_exec");
  });
});
