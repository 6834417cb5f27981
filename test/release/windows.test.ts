// The executable for Windows, run by wine: everything but the sandbox, which wine does not enforce, so that it must refuse.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mockProvider, sandboxBox, type Box } from "../support/harness";
import {
  customCall,
  functionCall,
  message,
  respond,
  startResponsesServer,
  type SseEvent,
} from "../support/responses-server";

const ROOT = join(import.meta.dir, "..", "..");
const EXECUTABLE = join(ROOT, "dist", "codex-windows-x64.exe");
const COMPILER = "x86_64-w64-mingw32-gcc";
const CAN_RUN = Bun.which("wine") !== null && Bun.which(COMPILER) !== null;
const SETUP_MS = 240_000;
const RUN_MS = 60_000;
/** By its number it is told from those of other runs of these tests. */
const PING = `ping -n ${1000 + process.pid} 127.0.0.1`;
const PATCH = "*** Begin Patch\n*** Update File: list.txt\n@@\n-b\n+c\n*** End Patch\n";

/** Older releases of wine lack the one function that the runtime takes from here. */
const RANDOM_NUMBERS = `#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length) { return SystemFunction036(data, (ULONG)length); }
BOOL WINAPI DllMain(HINSTANCE a, DWORD b, LPVOID c) { return TRUE; }
`;

describe.skipIf(!CAN_RUN)("windows-x64 under wine (needs wine and gcc-mingw-w64-x86-64-win32)", () => {
  let folder = "";
  let emulated = "";
  const wine = (args: readonly string[], kill: number) =>
    Bun.spawnSync(["timeout", "-s", "KILL", String(kill), ...args], {
      env: {
        PATH: process.env["PATH"],
        HOME: folder,
        WINEPREFIX: join(folder, "prefix"),
        WINEDEBUG: "-all",
        WINEDLLOVERRIDES: "mscoree,mshtml=",
      },
      stdio: ["ignore", "ignore", "ignore"],
    });

  beforeAll(() => {
    const built = Bun.spawnSync([process.execPath, "build.ts", "--target", "windows-x64"], { cwd: ROOT });
    expect(built.stderr.toString()).toContain("built dist/codex-windows-x64.exe");
    folder = mkdtempSync(join(tmpdir(), "codex-wine-"));
    copyFileSync(EXECUTABLE, join(folder, "codex.exe"));
    const source = join(folder, "random.c");
    writeFileSync(source, RANDOM_NUMBERS);
    const library = join(folder, "bcryptprimitives.dll");
    const compiled = Bun.spawnSync([COMPILER, "-shared", "-o", library, source, "-ladvapi32"]);
    expect(compiled.stderr.toString()).toBe("");
    // It stays, so that no program under test is what starts it, and leaves it its own output, which then has no end.
    mkdirSync(join(folder, "prefix"));
    expect(wine(["wineserver", "--persistent"], 20).exitCode).toBe(0);
    expect(wine(["wineboot", "--init"], 120).exitCode).toBe(0);
    for (const name of ["system32", "syswow64"]) {
      // A stub that does nothing and says that it went well.
      const shell = join("drive_c", "windows", name, "WindowsPowerShell", "v1.0", "powershell.exe");
      rmSync(join(folder, "prefix", shell), { force: true });
    }
    emulated = join(folder, "codex");
    writeFileSync(
      emulated,
      `#!/bin/sh
export WINEPREFIX='${folder}/prefix' WINEDEBUG=-all
export CODEX_HOME="Z:$(printf %s "$CODEX_HOME" | tr / '\\\\')"
exec wine '${folder}/codex.exe' "$@"
`,
    );
    chmodSync(emulated, 0o755);
  }, SETUP_MS);

  afterAll(() => {
    if (folder === "") return;
    wine(["wineserver", "-k"], 20);
    wine(["wineserver", "-w"], 20);
    rmSync(folder, { recursive: true, force: true });
  }, RUN_MS);

  const box = (config?: string): Promise<Box> =>
    sandboxBox({ executable: emulated, ...(config !== undefined && { config }) });

  /** What the model was told of its calls, one after the other. */
  const answers = async (
    calls: readonly (readonly SseEvent[])[],
    args: readonly string[],
    config = "",
  ): Promise<readonly string[]> => {
    await using server = await startResponsesServer([
      ...calls.map((call) => respond(call)),
      respond(message("done")),
    ]);
    await using it = await box(mockProvider(server.url, config));
    it.write("list.txt", "a\r\nb\r\n");
    const { exitCode, stderr } = await it.codex(["exec", ...args, "go"]);
    expect(exitCode, stderr).toBe(0);
    const outputs = (server.requests.at(-1)?.body.input ?? []).filter(({ type }) => type.endsWith("output"));
    return outputs.map(({ output }) => String(output));
  };

  test(
    "is what it says, and explains itself",
    async () => {
      await using it = await box("model = 3\n");
      expect((await it.codex(["--version", "--verbose"])).stdout).toContain("\ntarget: windows-x64\n");
      expect((await it.codex(["--help"])).stdout).toContain("Usage: codex");
      expect((await it.codex(["demo"])).stderr).toContain("run it in WSL");
      const wrong = await it.codex(["exec", "go"]);
      expect(wrong.exitCode).toBe(1);
      expect(wrong.stderr).toContain("config.toml:1:9\n  |\n1 | model = 3\n  |         ^");
    },
    RUN_MS,
  );

  test(
    "talks in a terminal",
    async () => {
      await using it = await box();
      const env = { PATH: process.env["PATH"], CODEX_HOME: it.codexHome, HOME: it.home, TERM: "xterm" };
      let shown = "";
      const { promise: greeted, resolve: greet } = Promise.withResolvers<void>();
      const child = Bun.spawn([emulated], {
        env,
        cwd: it.workspace,
        terminal: {
          cols: 100,
          rows: 30,
          data(_terminal, data) {
            shown += new TextDecoder().decode(data);
            if (/press enter to continue/i.test(shown)) greet();
          },
        },
      });
      await Promise.race([greeted, child.exited]);
      child.terminal?.write("q");
      await child.exited;
      expect(shown).toContain("Welcome to Codex");
    },
    RUN_MS,
  );

  test(
    "runs commands of cmd as they are written, patches files with their line ends, and resumes",
    async () => {
      await using server = await startResponsesServer([
        respond(functionCall("shell_command", { command: 'echo "a  b" %OS% & echo two> two.txt & exit 3' })),
        respond(customCall("apply_patch", PATCH)),
        respond(message("done")),
        respond(message("more")),
      ]);
      await using it = await box(mockProvider(server.url));
      it.write("list.txt", "a\r\nb\r\n");
      const { events, exitCode } = await it.events(["-s", "danger-full-access", "go"]);
      expect(exitCode).toBe(0);
      expect(events).toContainEqual(
        expect.objectContaining({
          type: "item.completed",
          item: expect.objectContaining({ aggregated_output: '"a  b" Windows_NT \r\n', exit_code: 3 }),
        }),
      );
      expect(readFileSync(join(it.workspace, "two.txt"), "utf8")).toContain("two");
      expect(readFileSync(join(it.workspace, "list.txt"), "utf8")).toBe("a\r\nc\r\n");
      expect((await it.codex(["exec", "resume", "--last", "again"])).stdout).toBe("more\n");
    },
    RUN_MS,
  );

  test(
    "ends a command that takes too long with all that it has started",
    async () => {
      const [output] = await answers(
        [functionCall("shell_command", { command: `cmd /c ${PING}`, timeout_ms: 1500 })],
        ["-s", "danger-full-access"],
      );
      expect(output).toStartWith("Exit code: 124\n");
      expect(pings()).toEqual([]);
    },
    RUN_MS,
  );

  test(
    "leaves no process behind when it is killed",
    async () => {
      await using it = await box();
      const started = it.start([
        ...["sandbox", "-P", ":danger-full-access", "--"],
        ...["cmd", "/c", `echo begun & cmd /c ${PING}`],
      ]);
      await started.shows("begun");
      await until(() => pings().length > 0);
      started.kill("SIGKILL");
      await started.result;
      await until(() => pings().length === 0);
    },
    RUN_MS,
  );

  test(
    "hands over arguments, stdin and the exit code",
    async () => {
      await using it = await box();
      it.write("list.txt", "a\nb\n");
      const program = `Z:${folder.replaceAll("/", "\\")}\\codex.exe`;
      const free = ["sandbox", "-P", ":danger-full-access", "--"];
      const patched = await it.codex([...free, program, "--codex-run-as-apply-patch", PATCH]);
      expect(patched).toMatchObject({
        exitCode: 0,
        stdout: "Success. Updated the following files:\nM list.txt\n",
      });
      it.write("args.bat", "@echo off\r\necho [%1]\r\nexit 9\r\n");
      const batch = await it.codex([...free, ".\\args.bat", 'a "b" & echo injected']);
      expect(batch.exitCode).toBe(9);
      expect(batch.stdout).not.toMatch(/^injected/m);
      expect(batch.stdout).not.toContain("Windows_NT");
      expect((await it.codex([...free, "nosuch"])).exitCode).toBe(127);
    },
    RUN_MS,
  );

  test(
    "asks before each command where the sandbox is switched off, and so refuses when it may not ask",
    async () => {
      const outputs = await answers(
        [functionCall("shell_command", { command: "echo hi> made.txt" }), customCall("apply_patch", PATCH)],
        ["-s", "workspace-write"],
      );
      expect(outputs[0]).toContain("rejected: blocked by policy");
      expect(outputs[1]).toContain("patch rejected: writing is blocked by read-only sandbox");
    },
    RUN_MS,
  );

  test(
    "never runs a command in a sandbox that the system does not enforce",
    async () => {
      const outputs = await answers(
        [functionCall("shell_command", { command: "echo hi> made.txt" }), customCall("apply_patch", PATCH)],
        ["-s", "workspace-write"],
        '\n[windows]\nsandbox = "unelevated"\n',
      );
      for (const output of outputs)
        expect(output).toContain("the sandbox cannot be built: asking Windows for the");
      await using it = await box();
      const { exitCode, stdout, stderr } = await it.codex([
        "sandbox",
        "windows",
        "--",
        "cmd",
        "/c",
        "echo hi",
      ]);
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
      expect(stderr).toContain("without which it would hold nothing");
      expect(existsSync(join(it.workspace, "made.txt"))).toBe(false);
    },
    RUN_MS,
  );
});

/** The table of processes tells nobody when it changes. */
async function until(isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!isSo() && performance.now() < deadline) await Bun.sleep(50);
  expect(isSo()).toBe(true);
}

/** Command lines of those that run. */
function pings(): readonly string[] {
  const { stdout } = Bun.spawnSync(["ps", "-eo", "args"]);
  const [, , count = ""] = PING.split(" ");
  return stdout
    .toString()
    .split("\n")
    .filter((line) => new RegExp(`(^|[\\\\/ ])ping(\\.exe)? -n ${count} `, "i").test(line));
}
