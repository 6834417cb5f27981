// What is said when the server answers with another model than the one that was asked for.

import { expect, test } from "bun:test";
import { itemsOf, scripted } from "../support/exec-run";
import { functionCall, message, respond, withHeaders, type StreamPart } from "../support/responses-server";

const TOLD =
  "model rerouted: gpt-5.4 -> gpt-small (the server used another model than the one that was asked for)";
const by = (model: string, part: StreamPart) => withHeaders(respond(part), { "openai-model": model });

test("another model is named once in a turn, and a dated name of the same one is none", async () => {
  await using run = await scripted([
    by("GPT-5.4-2026-03-01", functionCall("exec_command", { cmd: "true" }, "c1")),
    by("gpt-small", functionCall("exec_command", { cmd: "true" }, "c2")),
    by("gpt-small", message("done")),
    by("gpt-small", message("done again")),
  ]);
  const { events, exitCode } = await run.exec(["-m", "gpt-5.4", "hi"]);
  expect(exitCode).toBe(0);
  const errors = itemsOf(events, "item.completed").filter(({ type }) => type === "error");
  expect(errors.map(({ message: text }) => text)).toEqual([TOLD]);
  const human = await run.box.codex(["exec", "-m", "gpt-5.4", "hi"]);
  expect(human.stderr).toContain(`warning: ${TOLD}\n`);
});
