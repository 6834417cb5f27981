// A time limit that is longer than any timer is a long one.

import { expect, test } from "bun:test";
import { outputOf, scripted } from "../support/exec-run";
import { functionCall, message, respond } from "../support/responses-server";

test("a command with a time limit of many weeks runs to its end", async () => {
  const command = { command: "sleep 0.3; echo ended", login: false, timeout_ms: 4_000_000_000 };
  await using it = await scripted([
    respond(functionCall("shell_command", command, "c1")),
    respond(message("done")),
  ]);
  await it.exec(["go"]);
  expect(outputOf(it.server.requests.at(-1), "c1")).toMatch(/^Exit code: 0\n.*\nOutput:\nended\n$/);
});
