// The executable for Linux on ARM, run by an emulator of the processor: everything but the sandbox, which it does not emulate.

import { beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mockProvider, sandboxBox, type Box } from "../support/harness";
import { functionCall, message, respond, startResponsesServer } from "../support/responses-server";

const ROOT = join(import.meta.dir, "..", "..");
const EXECUTABLE = join(ROOT, "dist", "codex-linux-arm64");
const LIBRARIES = "/usr/aarch64-linux-gnu";
const EMULATOR = Bun.which("qemu-aarch64");
const CAN_RUN = EMULATOR !== null && existsSync(`${LIBRARIES}/lib/libstdc++.so.6`);

describe.skipIf(!CAN_RUN)(
  "linux-arm64 under qemu (needs qemu-user, libc6-arm64-cross, libstdc++6-arm64-cross)",
  () => {
    let folder: Disposable & { path: string };
    let emulated = "";

    beforeAll(() => {
      const built = Bun.spawnSync([process.execPath, "build.ts", "--target", "linux-arm64"], { cwd: ROOT });
      expect(built.stderr.toString()).toContain("built dist/codex-linux-arm64");
      folder = temporaryFolder();
      emulated = join(folder.path, "codex");
      writeFileSync(emulated, `#!/bin/sh\nexec ${EMULATOR} -L ${LIBRARIES} ${EXECUTABLE} "$@"\n`);
      chmodSync(emulated, 0o755);
      return () => folder[Symbol.dispose]();
    }, 120_000);

    const box = (config?: string): Promise<Box> =>
      sandboxBox({ executable: emulated, ...(config !== undefined && { config }) });

    test("is what it says", async () => {
      await using it = await box();
      const { stdout } = await it.codex(["--version", "--verbose"]);
      expect(stdout).toStartWith("codex-cli 0.139.0\ncommit: ");
      expect(stdout).toContain("\ntarget: linux-arm64\n");
    });

    test("runs commands and ends a turn, without a sandbox", async () => {
      await using server = await startResponsesServer([
        respond(functionCall("exec_command", { cmd: "uname -s; printf 'a\\nb\\n' > list.txt" })),
        respond(message("done")),
      ]);
      await using it = await box(mockProvider(server.url));
      const { events, exitCode } = await it.events(["-s", "danger-full-access", "go"]);
      expect(exitCode).toBe(0);
      expect(JSON.stringify(events)).toContain('"aggregated_output":"Linux\\n"');
      expect(readFileSync(join(it.workspace, "list.txt"), "utf8")).toBe("a\nb\n");
      expect(events.at(-1)?.type).toBe("turn.completed");
    }, 180_000);

    // In a session a patch is made by the executable, started once more, which here only the emulator could.
    test("patches files", async () => {
      await using it = await box();
      it.write("list.txt", "a\nb\n");
      const patch = "*** Begin Patch\n*** Update File: list.txt\n@@\n-b\n+c\n*** End Patch\n";
      expect((await it.codex(["--codex-run-as-apply-patch", patch])).exitCode).toBe(0);
      expect(readFileSync(join(it.workspace, "list.txt"), "utf8")).toBe("a\nc\n");
    });

    test("goes on with a session, follows a terminal program, and keeps its settings", async () => {
      await using server = await startResponsesServer([
        respond(functionCall("exec_command", { cmd: "test -t 1 && echo terminal", tty: true })),
        respond(message("one")),
        respond(message("two")),
      ]);
      await using it = await box(mockProvider(server.url));
      const first = await it.events(["-s", "danger-full-access", "go"]);
      expect(JSON.stringify(first.events)).toContain("terminal");
      const second = await it.codex(["exec", "resume", "--last", "more"]);
      expect(second.stdout).toBe("two\n");
      expect((await it.codex(["features", "enable", "memories"])).exitCode).toBe(0);
      expect(readFileSync(join(it.codexHome, "config.toml"), "utf8")).toContain("memories = true");
    }, 180_000);

    test("refuses to run a command in a sandbox that cannot be built, and says why", async () => {
      await using it = await box();
      const { exitCode, stderr } = await it.codex(["sandbox", "--", "/bin/true"]);
      expect(exitCode).toBe(1);
      expect(stderr).toBe(
        "Error: The sandbox cannot be built: its first process does not start, as under an emulator such as qemu-user. " +
          "Use the executable that was made for this machine's own processor.\n",
      );
    }, 120_000);
  },
);

function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), "codex-arm64-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
