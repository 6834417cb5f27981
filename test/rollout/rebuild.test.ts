// History rebuilt from session files: compactions, rollbacks, context baselines, usage, and damage of every kind.

import { describe, expect, test } from "bun:test";
import {
  closeSync,
  ftruncateSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { RolloutEntry } from "../../src/protocol/rollout";
import { rebuild } from "../../src/rollout/rebuild";
import { RolloutWriter } from "../../src/rollout/writer";
import {
  assistant,
  compacted,
  developer,
  event,
  item,
  linesText,
  meta,
  rollback,
  sessionHome,
  texts,
  tokenCount,
  turn,
  turnContext,
  user,
} from "./session-home";

function rebuilt(lines: readonly (RolloutEntry | string)[]) {
  using home = sessionHome();
  return rebuild(home.session(lines));
}

/** History texts without the context messages of `turn`. */
function talk(lines: readonly (RolloutEntry | string)[]): string[] {
  return texts(rebuilt(lines).history).filter((text) => !text.startsWith("<"));
}

const message = (role: "user" | "assistant", text: string) =>
  ({
    type: "message",
    role,
    content: [{ type: role === "user" ? "input_text" : "output_text", text }],
  }) as const;

describe("a whole file", () => {
  test("gives the items in order, the metadata, the last settings and the newest usage", () => {
    const result = rebuilt([
      meta(),
      ...turn("one", "1"),
      tokenCount(120),
      ...turn("two", "2", { model: "gpt-5.4" }),
      tokenCount(300, 180),
    ]);
    expect(texts(result.history)).toEqual([
      "<permissions instructions> for one",
      "<environment_context>\n  <cwd>/ws</cwd>\n</environment_context>",
      "one",
      "1",
      "<permissions instructions> for two",
      "<environment_context>\n  <cwd>/ws</cwd>\n</environment_context>",
      "two",
      "2",
    ]);
    expect(result.meta.base_instructions).toEqual({ text: "Be brief." });
    expect(result.lastTurnContext?.model).toBe("gpt-5.4");
    expect(result.contextBaseline).toEqual(result.lastTurnContext);
    expect(result.usage?.total_tokens).toBe(300);
    expect(result.lastUsage?.total_tokens).toBe(180);
    expect(result.contextWindow).toBe(258_400);
    expect(result).toMatchObject({ badLines: 0, olderLeftOut: false });
  });

  test("keeps the newest items where all are too many, behind the result of the compaction before them", () => {
    const summary = {
      type: "message",
      role: "user",
      content: [{ type: "input_text", text: "the summary" }],
    } as const;
    const big = (name: string) => assistant(`${name} ${"x".repeat(9 * 1_048_576)}`);
    const result = rebuilt([
      meta(),
      ...turn("long ago", "1"),
      compacted({ message: "SUM", replacement_history: [summary] }),
      ...turn("since then", "2"),
      big("first"),
      big("second"),
      big("third"),
      ...turn("now", "3"),
    ]);
    expect(result.olderLeftOut).toBe(true);
    expect(result.contextBaseline).toBeUndefined();
    expect(texts(result.history).map((text) => text.slice(0, 11))).toEqual([
      "the summary",
      "second xxxx",
      "third xxxxx",
      "<permission",
      "<environmen",
      "now",
      "3",
    ]);
  });

  test("keeps what is sent back to the model, and drops server ids", () => {
    const items = [
      {
        type: "reasoning",
        id: "rs_1",
        summary: [{ type: "summary_text", text: "s" }],
        encrypted_content: "E",
      },
      { type: "function_call", id: "fc_1", name: "exec_command", arguments: "{bad", call_id: "c1" },
      { type: "function_call_output", call_id: "c1", output: "out" },
      { type: "custom_tool_call", status: "completed", call_id: "c2", name: "apply_patch", input: "*** B" },
      { type: "custom_tool_call_output", call_id: "c2", output: [{ type: "input_text", text: "t" }] },
      { type: "web_search_call", id: "ws", status: "completed", action: { type: "search" } },
      { type: "tool_search_call", call_id: "c3", execution: "client", arguments: { q: 1 } },
      { type: "tool_search_output", call_id: "c3", status: "completed", execution: "client", tools: [] },
      { type: "compaction", encrypted_content: "E" },
    ];
    const lines = items.map(
      (payload) => `${JSON.stringify({ timestamp: "t", type: "response_item", payload })}\n`,
    );
    expect(rebuilt([meta(), ...lines]).history.map((entry) => JSON.parse(JSON.stringify(entry)))).toEqual([
      {
        type: "reasoning",
        summary: [{ type: "summary_text", text: "s" }],
        content: null,
        encrypted_content: "E",
      },
      { type: "function_call", name: "exec_command", arguments: "{bad", call_id: "c1" },
      ...items.slice(2, 5),
      { type: "web_search_call", status: "completed", action: { type: "search" } },
      ...items.slice(6),
    ]);
  });

  test("of a fork has the fork's metadata, not its source's", () => {
    const own = meta({ id: "01a20208-2414-7f40-bf18-d5aa731ae9b2", forked_from_id: "01a2" });
    expect(rebuilt([own, meta(), ...turn("one", "1")]).meta.id).toBe("01a20208-2414-7f40-bf18-d5aa731ae9b2");
  });

  test("without turn_context has no baseline", () => {
    const result = rebuilt([meta(), user("one"), assistant("1")]);
    expect(result.lastTurnContext).toBeUndefined();
    expect(result.contextBaseline).toBeUndefined();
    expect(result.usage).toBeUndefined();
  });

  test("takes no settings from a turn that never had a prompt", () => {
    const result = rebuilt([
      meta(),
      ...turn("one", "1"),
      event("task_started", { turn_id: "t2" }),
      turnContext({ model: "other" }),
      event("task_complete", { turn_id: "t2" }),
    ]);
    expect(result.lastTurnContext?.model).toBe("gpt-5.2-codex");
  });
});

describe("a compaction", () => {
  const replaced = compacted({
    message: "SUMMARY",
    replacement_history: [message("user", "one"), message("user", "SUMMARY")],
  });

  test("replaces everything before it, and clears the baseline but not the last settings", () => {
    const result = rebuilt([meta(), ...turn("one", "1"), replaced, tokenCount(500, 40)]);
    expect(texts(result.history)).toEqual(["one", "SUMMARY"]);
    expect(result.lastTurnContext?.model).toBe("gpt-5.2-codex");
    expect(result.contextBaseline).toBeUndefined();
    expect(result.lastUsage?.total_tokens).toBe(40);
  });

  test("followed by a turn has that turn's baseline", () => {
    const result = rebuilt([meta(), ...turn("one", "1"), replaced, ...turn("two", "2", { cwd: "/other" })]);
    expect(texts(result.history)[1]).toBe("SUMMARY");
    expect(texts(result.history).at(-1)).toBe("2");
    expect(result.contextBaseline?.cwd).toBe("/other");
  });

  test("in the middle of a turn keeps what came after it", () => {
    const result = rebuilt([meta(), ...turn("one", "1").slice(0, -1), replaced, assistant("more")]);
    expect(texts(result.history)).toEqual(["one", "SUMMARY", "more"]);
    expect(result.contextBaseline).toBeUndefined();
  });

  test("that is the newest wins", () => {
    const newer = compacted({ message: "S2", replacement_history: [message("user", "S2")] });
    expect(talk([meta(), ...turn("one", "1"), replaced, ...turn("two", "2"), newer])).toEqual(["S2"]);
  });

  test("of an old release keeps prompts and the summary, and clears the baseline", () => {
    const lines = [meta(), ...turn("one", "1"), ...turn("two", "2"), compacted({ message: "SUMMARY" })];
    expect(texts(rebuilt(lines).history)).toEqual(["one", "two", "SUMMARY"]);
    const after = rebuilt([...lines, ...turn("three", "3")]);
    expect(texts(after.history).filter((text) => !text.startsWith("<"))).toEqual([
      "one",
      "two",
      "SUMMARY",
      "three",
      "3",
    ]);
    expect(after.contextBaseline).toBeUndefined();
    expect(after.lastTurnContext).toBeDefined();
  });

  test("of an old release keeps 20,000 tokens of prompts, newest first, and cuts the middle of the one that crosses", () => {
    const big = `BEGIN ${"x".repeat(60_000)} END`;
    const kept = talk([
      meta(),
      ...turn("oldest", "0"),
      ...turn(big, "1"),
      ...turn("y".repeat(40_000), "2"),
      compacted({ message: "SUMMARY" }),
    ]);
    expect(kept).toHaveLength(3);
    expect(kept[0]).toMatch(/^BEGIN x+….*left out…x+ END$/);
    expect(kept.join("").length).toBeLessThan(80_200);
    expect(kept.at(-1)).toBe("SUMMARY");
  });

  test("of an old release after one of a new release starts from the new one's prompts", () => {
    const lines = [meta(), ...turn("one", "1"), replaced, ...turn("two", "2"), compacted({ message: "OLD" })];
    expect(texts(rebuilt(lines).history)).toEqual(["one", "SUMMARY", "two", "OLD"]);
  });

  test("has ghost snapshots left out of its history", () => {
    const payload = {
      message: "S",
      replacement_history: [{ type: "ghost_snapshot", ghost_commit: {} }, message("user", "S")],
    };
    const line = `${JSON.stringify({ timestamp: "t", type: "compacted", payload })}\n`;
    expect(rebuilt([meta(), line]).history).toEqual([message("user", "S")]);
  });
});

describe("a rollback", () => {
  test("drops the last turns with their context updates", () => {
    const result = rebuilt([
      meta(),
      ...turn("one", "1"),
      ...turn("two", "2", { model: "gpt-5.4" }),
      ...turn("three", "3", { model: "gpt-5.5" }),
      rollback(2),
    ]);
    expect(texts(result.history)).toEqual([
      "<permissions instructions> for one",
      "<environment_context>\n  <cwd>/ws</cwd>\n</environment_context>",
      "one",
      "1",
    ]);
    expect(result.contextBaseline?.model).toBe("gpt-5.2-codex");
  });

  test("that is followed by turns keeps those", () => {
    expect(
      talk([meta(), ...turn("one", "1"), ...turn("two", "2"), rollback(1), ...turn("three", "3")]),
    ).toEqual(["one", "1", "three", "3"]);
  });

  test("adds to an earlier one", () => {
    const lines = [meta(), ...turn("one", "1"), ...turn("two", "2"), rollback(1), ...turn("three", "3")];
    expect(talk([...lines, rollback(2)])).toEqual([]);
    expect(talk([...lines, rollback(1)])).toEqual(["one", "1"]);
  });

  test("of more turns than there are leaves nothing", () => {
    expect(rebuilt([meta(), ...turn("one", "1"), rollback(9)]).history).toEqual([]);
  });

  test("undoes a compaction inside a turn that it drops, before or after the prompt", () => {
    const summary = compacted({ message: "S", replacement_history: [message("user", "S")] });
    const [start, ...rest] = turn("two", "2");
    const before = [meta(), ...turn("one", "1"), ...(start ? [start] : []), summary, ...rest, rollback(1)];
    expect(talk(before)).toEqual(["one", "1"]);
    const after = [meta(), ...turn("one", "1"), ...turn("two", "2").slice(0, -1), summary, rollback(1)];
    expect(talk(after)).toEqual(["one", "1"]);
  });

  test("keeps a compaction before the turns that it drops", () => {
    const summary = compacted({ message: "S", replacement_history: [message("user", "S")] });
    expect(talk([meta(), ...turn("one", "1"), summary, ...turn("two", "2"), rollback(1)])).toEqual(["S"]);
  });

  test("works in files without turn events", () => {
    const summary = compacted({ message: "S", replacement_history: [message("user", "S")] });
    const lines = [
      meta(),
      user("one"),
      summary,
      developer("context"),
      user("two"),
      assistant("2"),
      rollback(1),
    ];
    expect(talk(lines)).toEqual(["S"]);
  });

  test("does not count context messages as prompts", () => {
    const aborted = user("<turn_aborted>\nThe user interrupted.\n</turn_aborted>");
    expect(talk([meta(), ...turn("one", "1"), ...turn("two", "2"), aborted, rollback(1)])).toEqual([
      "one",
      "1",
    ]);
  });
});

describe("a damaged or unusual file", () => {
  const ordinary = [meta(), ...turn("one", "1")];

  test("whose last line was cut off is resumed without it", () => {
    const text = linesText([...ordinary, user("two")]);
    const result = rebuilt([text.slice(0, -15)]);
    expect(texts(result.history).at(-1)).toBe("1");
    expect(result.badLines).toBe(1);
  });

  test("with garbage anywhere, even before the metadata, is usable", () => {
    const garbage = ["garbage\n", "{\n", "[]\n", '"text"\n', '{"type":"response_item"}\n', "\0\0\0\0\n"];
    const result = rebuilt([...garbage, meta(), garbage.join(""), ...turn("one", "1"), ...garbage]);
    expect(texts(result.history)).toHaveLength(4);
    expect(result.badLines).toBe(18);
  });

  test("with unknown types, events and items is usable, and those do not count as damage", () => {
    const line = (value: unknown): string => `${JSON.stringify(value)}\n`;
    const unknown = [
      line({ timestamp: "t", type: "world_state", payload: { a: 1 } }),
      line({ timestamp: "t", type: "event_msg", payload: { type: "sparkles" } }),
      line({ timestamp: "t", type: "response_item", payload: { type: "hologram" } }),
      line({ timestamp: "t", type: "response_item", payload: { type: "ghost_snapshot", ghost_commit: {} } }),
    ];
    const result = rebuilt([...unknown, meta(), ...unknown, ...turn("one", "1"), ...unknown]);
    expect(texts(result.history)).toHaveLength(4);
    expect(result.badLines).toBe(0);
  });

  test("without metadata is refused with the reason", () => {
    expect(() => rebuilt(turn("one", "1"))).toThrow("does not start with session metadata");
  });

  test("of nothing is refused with the reason", () => {
    expect(() => rebuilt([])).toThrow("empty session file");
  });

  test("of the earliest releases, without envelopes, is refused with the reason", () => {
    const old = '{"id":"01a20208-2414-7f40-bf18-d5aa731ae9b1","timestamp":"t","instructions":null}\n';
    expect(() => rebuilt([old])).toThrow("does not start with session metadata");
  });

  test("with calls that have no outputs keeps the calls", () => {
    const call = { type: "function_call", name: "exec_command", arguments: "{}", call_id: "c1" } as const;
    expect(rebuilt([...ordinary, item(call)]).history.at(-1)).toEqual(call);
  });

  test("with blank lines, CRLF, a byte order mark or bad UTF-8 is usable", () => {
    const text = linesText(ordinary).replaceAll("\n", "\r\n\r\n  \n");
    expect(rebuilt([`\uFEFF${text}`])).toMatchObject({ badLines: 0, history: { length: 4 } });

    using home = sessionHome();
    const path = home.session([...ordinary, user("caf@")]);
    const bytes = readFileSync(path);
    bytes[bytes.lastIndexOf("@")] = 0xe9;
    writeFileSync(path, bytes);
    expect(texts(rebuild(path).history).at(-1)).toBe("caf\uFFFD");
  });

  test("with minimal metadata is usable", () => {
    const payload = { id: "01a2", timestamp: "t", cwd: "/ws", originator: "x", cli_version: "1" };
    const line = `${JSON.stringify({ timestamp: "t", type: "session_meta", payload })}\n`;
    expect(rebuilt([line, user("one")]).meta).toMatchObject({
      source: "vscode",
      model_provider: null,
      base_instructions: null,
    });
  });

  test("with newer names of turn events is usable", () => {
    const lines = [...turn("one", "1"), ...turn("two", "2")].map((entry) =>
      JSON.stringify({ timestamp: "t", ...entry }).replace("task_", "turn_"),
    );
    expect(talk([meta(), `${lines.join("\n")}\n`, rollback(1)])).toEqual(["one", "1"]);
  });
});

test("wherever the last two lines are cut, what is whole is kept and what is appended is never glued", async () => {
  using home = sessionHome();
  const whole = [meta(), ...turn("one", "1"), user("première 👋"), assistant("réponse ✓")];
  const text = Buffer.from(linesText(whole));
  const path = home.session([]);
  const end = (lines: number): number => Buffer.byteLength(linesText(whole.slice(0, lines)));
  for (let cut = end(whole.length - 2); cut <= text.length; cut++) {
    writeFileSync(path, text.subarray(0, cut));
    await using writer = RolloutWriter.resume(path);
    writer.append(user("next"));
    const { history, badLines } = rebuild(path);
    // A line that lacks nothing but its newline is whole.
    const kept = [whole.length - 1, whole.length].filter((lines) => cut >= end(lines) - 1).length;
    expect(texts(history).slice(3)).toEqual(["1", ...["première 👋", "réponse ✓"].slice(0, kept), "next"]);
    const wholeLines = cut >= end(whole.length - 2 + kept) - 1 && cut <= end(whole.length - 2 + kept);
    expect(badLines).toBe(wholeLines ? 0 : 1);
    expect(readFileSync(path).subarray(0, cut)).toEqual(text.subarray(0, cut));
  }
});

test("a file of 20 GB with a compaction near its end is rebuilt from its end, in little memory and time", async () => {
  using home = sessionHome();
  const path = home.session([meta()]);
  const fd = openSync(path, "r+");
  ftruncateSync(fd, 20 * 1024 ** 3);
  const tail = [
    compacted({ message: "S", replacement_history: [message("user", "S")] }),
    ...turn("one", "1"),
    tokenCount(7),
  ];
  writeSync(fd, `\n${linesText(tail)}`, 20 * 1024 ** 3);
  closeSync(fd);
  expect(statSync(path).size).toBeGreaterThan(20e9);

  const script = `
    import { rebuild } from ${JSON.stringify(join(import.meta.dir, "../../src/rollout/rebuild.ts"))};
    const started = performance.now();
    const { history, usage } = rebuild(${JSON.stringify(path)});
    const ms = performance.now() - started;
    // Not maxRSS: that begins with the size of the process that started this one.
    const peak = Number(/VmHWM:\\s+(\\d+) kB/.exec(await Bun.file("/proc/self/status").text())[1]);
    console.log(JSON.stringify({ ms, items: history.length, total: usage.total_tokens, peak }));
  `;
  const run = Bun.spawn([process.execPath, "-e", script], { stderr: "inherit" });
  const result = JSON.parse(await new Response(run.stdout).text());
  expect(result).toMatchObject({ items: 5, total: 7 });
  expect(result.ms).toBeLessThan(1000);
  expect(result.peak * 1024).toBeLessThan(200 * 1_048_576);
});
