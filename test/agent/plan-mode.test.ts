// Plan mode: what the model is told, the plan as an item of its own, questions, and what it may not do.

import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { planFilter, splitPlan, type PlanPart } from "../../src/agent/plan-mode";
import type { ThreadEvent } from "../../src/protocol/events";
import { customCall, functionCall, message, respond } from "../support/responses-server";
import { outputOf } from "../support/exec-run";
import { newTexts, textsOf, threadBox } from "../support/thread-box";

const PLAN = "First a word.\n<proposed_plan>\n# Plan\n\n- step\n</proposed_plan>\nLast word.";

function items(events: readonly ThreadEvent[], type: "item.started" | "item.completed") {
  return events.flatMap((event) => (event.type === type ? [event.item] : []));
}

describe("the filter of a plan", () => {
  const whole = splitPlan(PLAN);

  test("tells it from the rest", () => {
    expect(whole).toEqual({ said: "First a word.\nLast word.", plan: "# Plan\n\n- step" });
    expect(splitPlan("no plan <proposed_plan> here")).toEqual({
      said: "no plan <proposed_plan> here",
      plan: null,
    });
    expect(splitPlan("<proposed_plan>\nunfinished")).toEqual({ said: "", plan: "unfinished" });
  });

  test("gives the same however the text is cut, and never a part of a tag", () => {
    for (let size = 1; size < 30; size++) {
      const filter = planFilter();
      const parts: PlanPart[] = [];
      for (let at = 0; at < PLAN.length; at += size) parts.push(...filter.write(PLAN.slice(at, at + size)));
      parts.push(...filter.end());
      const of = (type: string) =>
        parts
          .filter((part) => part.type === type)
          .map((part) => part.text)
          .join("")
          .trim();
      expect({ said: of("said"), plan: of("plan") }).toEqual({ said: whole.said, plan: whole.plan ?? "" });
    }
  });
});

describe("plan mode", () => {
  test("is told once, and its end too", async () => {
    await using it = await threadBox(["one", "two", "three", "four"].map((text) => respond(message(text))));
    it.thread.configure({ collaborationMode: "plan" });
    await it.turn("first");
    expect(textsOf(it.server.requests[0]).filter((text) => text.includes("<proposed_plan>"))).toHaveLength(1);
    expect(it.server.requests[0]?.body["reasoning"]).toMatchObject({ effort: "medium" });
    await it.turn("second");
    expect(newTexts(it.server, 1)).toEqual(["one", "second"]);
    it.thread.configure({ collaborationMode: "default" });
    await it.turn("third");
    expect(newTexts(it.server, 2)[1]).toMatch(/^<collaboration_mode>\nCollaboration mode: Default/);
    await it.turn("fourth");
    expect(newTexts(it.server, 3)).toEqual(["three", "fourth"]);
  });

  test("shows the plan as an item of its own, and records it", async () => {
    await using it = await threadBox([respond(message(PLAN)), respond(message("fine"))]);
    it.thread.configure({ collaborationMode: "plan" });
    const events = await it.turn("plan it");
    expect(items(events, "item.completed")).toMatchObject([
      { type: "agent_message", text: "First a word.\nLast word." },
      { type: "proposed_plan", text: "# Plan\n\n- step" },
    ]);
    const deltas = events.flatMap((event) => (event.type === "message.delta" ? [event.delta] : [])).join("");
    expect(deltas).toContain("- step");
    expect(deltas).not.toContain("proposed_plan");
    const lines = readFileSync(it.thread.rolloutPath ?? "", "utf8");
    expect(lines).toContain('"item":{"type":"Plan"');
    expect(lines).toContain('"message":"First a word.\\nLast word."');
    await it.turn("more");
    expect(textsOf(it.server.requests[1])).toContain(PLAN);
  });

  test("without words beside the plan has no empty message", async () => {
    await using it = await threadBox([respond(message("<proposed_plan>\nall\n</proposed_plan>"))]);
    it.thread.configure({ collaborationMode: "plan" });
    const events = await it.turn("plan it");
    expect(items(events, "item.started").map(({ type }) => type)).toEqual(["proposed_plan"]);
    expect(items(events, "item.completed").map(({ type }) => type)).toEqual(["proposed_plan"]);
    expect(events.at(-1)).toMatchObject({ type: "turn.completed", lastAgentMessage: "all" });
  });

  test("leaves patches and the checklist for later", async () => {
    const patch = "*** Begin Patch\n*** Add File: a\n+a\n*** End Patch";
    await using it = await threadBox([
      respond(
        customCall("apply_patch", patch, "c1"),
        functionCall("update_plan", { plan: [] }, "c2"),
        functionCall("exec_command", { cmd: `apply_patch <<'EOF'\n${patch}\nEOF`, login: false }, "c3"),
      ),
      respond(message("done")),
    ]);
    it.thread.configure({ collaborationMode: "plan" });
    await it.turn("go");
    const output = (id: string) => outputOf(it.server.requests[1], id);
    expect(output("c1")).toBe("apply_patch is unavailable in Plan mode");
    expect(output("c2")).toStartWith("update_plan is unavailable in Plan mode");
    expect(output("c3")).toBe("apply_patch is unavailable in Plan mode");
  });
});

describe("questions of the model", () => {
  const options = [
    { label: "A", description: "first" },
    { label: "B", description: "second" },
  ];
  const call = functionCall(
    "request_user_input",
    { questions: [{ id: "which", header: "Choice", question: "Which one?", options }] },
    "c1",
  );

  test("reach the user in plan mode, and the answers the model", async () => {
    await using it = await threadBox([respond(call), respond(message("ok"))], {
      answers: [{ type: "answers", answers: { which: ["B", "because"] } }],
    });
    it.thread.configure({ collaborationMode: "plan" });
    const events = await it.turn("go");
    expect(it.asked).toEqual([
      {
        type: "questions",
        callId: "c1",
        questions: [
          { id: "which", header: "Choice", question: "Which one?", options, isOther: true, isSecret: false },
        ],
      },
    ]);
    expect(outputOf(it.server.requests[1], "c1")).toBe('{"answers":{"which":{"answers":["B","because"]}}}');
    expect(items(events, "item.completed")[0]).toMatchObject({
      type: "questions",
      answers: { which: ["B", "because"] },
    });
  });

  test("that nobody answers are not the end", async () => {
    await using it = await threadBox([respond(call), respond(message("ok"))]);
    it.thread.configure({ collaborationMode: "plan" });
    expect((await it.turn("go")).at(-1)?.type).toBe("turn.completed");
    expect(outputOf(it.server.requests[1], "c1")).toStartWith("The user has not answered.");
  });

  test("that are cancelled end the turn", async () => {
    await using it = await threadBox([respond(call)], { answers: [{ type: "cancel" }] });
    it.thread.configure({ collaborationMode: "plan" });
    expect((await it.turn("go")).at(-1)?.type).toBe("turn.aborted");
  });

  test("are not for the default mode, unless a feature says so", async () => {
    await using it = await threadBox([respond(call), respond(message("ok"))]);
    await it.turn("go");
    expect(outputOf(it.server.requests[1], "c1")).toBe("request_user_input is unavailable in Default mode");
    await using other = await threadBox([respond(call), respond(message("ok"))], {
      settings: "features.default_mode_request_user_input = true",
    });
    await other.turn("go");
    expect(other.asked).toHaveLength(1);
  });
});
