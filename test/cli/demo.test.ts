// The demo: on this machine, on a machine with nothing on it, and on one where the sandbox does not hold.

import { describe, expect, test } from "bun:test";
import { copyFileSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bareRoot, CAN_ENTER_BARE_ROOTS } from "../support/bare-root";
import { CODEX, sandboxBox } from "../support/harness";

describe("codex demo", () => {
  test("tells the whole story and says that the model is scripted", async () => {
    await using box = await sandboxBox();
    const { stdout, stderr, exitCode } = await box.codex(["demo"]);
    expect(stderr).toContain("This is a demo with a scripted model");
    expect(stderr).toContain("FAILED: the total is -12, expected 12");
    expect(stderr).toContain("ok: the total is 12");
    expect(stderr).toContain("apply patch");
    expect(stderr).toContain("+  total=$((total + price))");
    expect(stderr).toContain("Read-only file system");
    expect(stderr).toEndWith(
      "Demo passed: the check was fixed, and the sandbox refused the write outside the workspace.\n",
    );
    expect(stdout).toStartWith("The check passes now.\n");
    expect(exitCode).toBe(0);
  });

  test("dies by the signal that ends it, and cleans up before", async () => {
    await using box = await sandboxBox();
    const before = demoFolders();
    const codex = box.start(["demo"]);
    await codex.shows("session id:");
    codex.kill("SIGTERM");
    const { exitCode, signal } = await codex.result;
    expect({ exitCode, signal }).toEqual({ exitCode: null, signal: "SIGTERM" });
    expect(demoFolders()).toEqual(before);
  });

  test("leaves nothing behind", async () => {
    await using box = await sandboxBox();
    const before = demoFolders();
    await box.codex(["demo"]);
    expect(demoFolders()).toEqual(before);
    expect(readdirSync(box.codexHome)).toEqual([]);
  });

  test.skipIf(!CAN_ENTER_BARE_ROOTS)(
    "works in a root that holds only the executable, its shared libraries and a static sh (needs root and busybox)",
    async () => {
      using root = await bareRoot();
      copyFileSync(CODEX, join(root.path, "codex"));
      const { stderr, exitCode } = await root.run("exec /codex demo");
      expect(stderr).toContain("Demo passed");
      expect(exitCode).toBe(0);
    },
    60_000,
  );
});

function demoFolders(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith("codex-demo-"));
}
