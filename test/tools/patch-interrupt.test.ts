// An interrupt while a patch is applied: what it has begun is brought to its end, and told as it is.

import { expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { outputOf, scripted } from "../support/exec-run";
import { until } from "../support/processes";
import { customCall, message, respond } from "../support/responses-server";

/** Enough that an interrupt at the first finds most of them still to be written. */
const FILES = 200;

test("a patch that an interrupt finds half-way is applied to its end, and the model learns so", async () => {
  const hunks = Array.from({ length: FILES }, (_, n) => `*** Add File: made/${n}\n+x`);
  const patch = `*** Begin Patch\n${hunks.join("\n")}\n*** End Patch`;
  await using it = await scripted([
    respond(customCall("apply_patch", patch, "c1")),
    respond(message("done")),
  ]);
  const made = join(it.box.workspace, "made");
  const running = it.box.start(["exec", "-s", "workspace-write", "go"]);
  await until("the first file is written", () => existsSync(join(made, "0")));
  running.kill("SIGINT");
  const { stderr, exitCode } = await running.result;
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining("turn interrupted\n")]);
  expect(readdirSync(made)).toHaveLength(FILES);
  await it.exec(["resume", "--last", "and now?"]);
  expect(outputOf(it.server.requests.at(-1), "c1")).toContain("Success. Updated the following files:");
});
