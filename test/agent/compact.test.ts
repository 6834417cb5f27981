// Compaction end to end: what is kept, what is never accepted, and what happens when the server says that the context is full.

import { describe, expect, test } from "bun:test";
import { itemsOf, rolloutLines, scripted } from "../support/exec-run";
import {
  completed,
  failed,
  functionCall,
  message,
  respond,
  type RecordedRequest,
  type SseEvent,
  type Step,
} from "../support/responses-server";

/** A response after which the context counts as full. */
function filling(...parts: readonly (readonly SseEvent[])[]): Step {
  return respond(...parts, completed({ input: 950, output: 50 }));
}

const SETTINGS = "model_auto_compact_token_limit = 900";
const PLAN = { plan: [{ step: "first step", status: "in_progress" }] };

function texts(request: RecordedRequest | undefined): readonly string[] {
  return (request?.body.input ?? []).flatMap((item) => item.content?.map((part) => part.text ?? "") ?? []);
}

describe("a full context", () => {
  test("is compacted in the middle of a turn: prompts, plan and summary are kept, fresh context comes before the last prompt", async () => {
    await using run = await scripted(
      [
        filling(
          functionCall("update_plan", PLAN, "c1"),
          functionCall("exec_command", { cmd: "seq 1 2000" }, "c2"),
        ),
        respond(message("SUMMARY OF THE WORK")),
        respond(message("done")),
      ],
      { settings: SETTINGS },
    );
    const { events, exitCode } = await run.exec(["the task"]);
    expect(exitCode).toBe(0);
    const [, compaction, after] = run.server.requests;
    expect(compaction?.body.tools).toEqual([]);
    expect(compaction?.body.parallel_tool_calls).toBe(false);
    expect(texts(compaction).at(-1)).toContain("hand-over note");
    expect(String(compaction?.headers["x-codex-turn-metadata"])).toContain('"request_kind":"compaction"');

    const kept = texts(after);
    expect(kept.at(-2)).toBe("the task");
    expect(kept.at(-1)).toContain("SUMMARY OF THE WORK");
    expect(kept.at(-1)).toContain("first step");
    expect(kept[0]).toStartWith("<permissions instructions>");
    expect(JSON.stringify(after?.body.input)).not.toContain("1999");
    expect(after?.headers["x-codex-window-id"]).toEndWith(":1");
    expect(itemsOf(events, "item.completed").map((item) => item.type)).not.toContain("error");
    const compacted = rolloutLines(run.box.codexHome).filter((line) => line.type === "compacted");
    expect(compacted).toHaveLength(1);
    expect(compacted[0]?.payload.replacement_history).toEqual([...(after?.body.input ?? [])]);
  });

  test("keeps its history when the summary is empty, and loses old tool outputs instead", async () => {
    await using run = await scripted(
      [
        filling(functionCall("exec_command", { cmd: "seq 1 2000" }, "c1")),
        respond(message(" ")),
        respond(message("done")),
      ],
      { settings: SETTINGS },
    );
    expect((await run.exec(["the task"])).exitCode).toBe(0);
    const [first, , after] = run.server.requests;
    expect(after?.body.input.slice(0, first?.body.input.length)).toEqual([...(first?.body.input ?? [])]);
    expect(after?.body.input.at(-1)).toEqual({
      type: "function_call_output",
      call_id: "c1",
      output: "Output exceeded the available model context and was truncated",
    });
  });

  test("reported by the server is compacted once; a second refusal fails the turn with the reason", async () => {
    const full = respond(failed("context_length_exceeded", "too long"));
    await using run = await scripted([
      respond(functionCall("exec_command", { cmd: "seq 1 2000" }, "c1")),
      full,
      respond(message("SUMMARY")),
      full,
    ]);
    const { events, exitCode } = await run.exec(["the task"]);
    expect(exitCode).toBe(1);
    expect(run.server.requests).toHaveLength(4);
    expect(events.at(-1)).toEqual({
      type: "turn.failed",
      error: {
        message:
          "Codex ran out of room in the model's context window. Start a new thread or clear earlier history before retrying.",
      },
    });
  });

  test("that does not fit the request for its summary is asked for again without its oldest items", async () => {
    await using run = await scripted(
      [
        filling(functionCall("exec_command", { cmd: "seq 1 2000" }, "c1")),
        respond(failed("context_length_exceeded", "too long")),
        respond(message("SUMMARY")),
        respond(message("done")),
      ],
      { settings: SETTINGS },
    );
    expect((await run.exec(["the task"])).exitCode).toBe(0);
    const [, first, second] = run.server.requests;
    expect(second?.body.input).toEqual(first?.body.input.slice(1) ?? []);
  });
});
