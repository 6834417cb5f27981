// The compiled executable as a script sees it: streams, exit codes and texts before any command runs.

import { expect, test } from "bun:test";
import { sandboxBox } from "../support/harness";

test("--version prints one line on stdout", async () => {
  await using box = await sandboxBox();
  for (const flag of ["--version", "-V"]) {
    expect(await box.codex([flag])).toEqual({
      stdout: "codex-cli 0.139.0\n",
      stderr: "",
      exitCode: 0,
      signal: null,
    });
  }
  expect((await box.codex(["exec", "-V"])).stdout).toBe("codex-cli-exec 0.139.0\n");
});
