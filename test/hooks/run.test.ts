// How hooks run: where and with what, no longer than they may, with no more output than is kept, and not beyond an interrupt.

import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, watch } from "node:fs";
import { join } from "node:path";
import { outputOf, rolloutLines, scripted } from "../support/exec-run";
import { installHooks, says, specific, type HookSet } from "../support/hooks";
import { until } from "../support/processes";
import { functionCall, message, respond } from "../support/responses-server";

const DONE = respond(message("done"));
const PROMPT = "UserPromptSubmit";

async function withHooks(hooks: HookSet, script = [DONE]) {
  const run = await scripted(script);
  installHooks(run.box, hooks);
  return run;
}

/** Resolves when a hook has made the file. */
async function appears(folder: string, name: string): Promise<void> {
  const path = join(folder, name);
  if (existsSync(path)) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const watcher = watch(folder, () => existsSync(path) && resolve());
  if (existsSync(path)) resolve();
  await promise;
  watcher.close();
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

describe("a hook", () => {
  test("runs outside the sandbox in the folder of the session, with our environment but for what is Bun's", async () => {
    await using run = await withHooks({ [PROMPT]: 'pwd > "$HOME/pwd"; env > "$HOME/env"' });
    const env = { MINE: "kept", BUN_OPTIONS: "--smol" };
    await run.box.codex(["exec", "-s", "read-only", "go"], { env });
    expect(readFileSync(join(run.box.home, "pwd"), "utf8")).toBe(`${run.box.workspace}\n`);
    const lines = readFileSync(join(run.box.home, "env"), "utf8").split("\n");
    expect(lines).toContain("MINE=kept");
    expect(lines.filter((line) => line.startsWith("BUN_"))).toEqual([]);
  });

  test("that takes too long is killed with all it started, and the turn goes on", async () => {
    const command = 'sleep 1000 & echo $! > "$HOME/child"; echo $$ > "$HOME/self"; wait';
    await using run = await withHooks({ [PROMPT]: { command, timeout: 1 } });
    const { stderr, exitCode } = await run.box.codex(["exec", "go"]);
    expect(exitCode).toBe(0);
    expect(stderr).toContain(`hook: ${PROMPT} Failed\n  hook timed out after 1s\n`);
    expect(run.server.requests).toHaveLength(1);
    for (const name of ["child", "self"]) {
      expect(isRunning(Number(readFileSync(join(run.box.home, name), "utf8")))).toBe(false);
    }
  });

  test("that writes without end is killed at its limit, and costs no more than what is kept", async () => {
    await using run = await withHooks({ [PROMPT]: { command: "cat > /dev/null; yes", timeout: 1 } });
    const { stderr } = await run.box.codex(["exec", "go"]);
    expect(stderr).toContain("hook timed out after 1s\n");
    expect(stderr.length).toBeLessThan(2000);
  });

  test("that writes much more than is kept is shortened, and JSON that is too long is refused", async () => {
    const flood = "head -c 20000000 /dev/zero | tr '\\0' x";
    await using run = await withHooks({
      [PROMPT]: [`cat > /dev/null; ${flood}`, `cat > /dev/null; printf '{'; ${flood}`],
    });
    const { stderr } = await run.box.codex(["exec", "go"], { env: { TMPDIR: run.box.home } });
    expect(stderr).toContain("hook returned invalid user prompt submit JSON output: it is too long\n");
    const told = run.server.requests[0]?.body.input.at(-1)?.content?.[0]?.text ?? "";
    expect(told.length).toBeLessThan(11_000);
    expect(told).toContain("Full hook output saved to: ");
  });

  test("is not waited for because of what it left in the background, which goes on", async () => {
    const later = 'while [ ! -e "$HOME/go" ]; do sleep 0.05; done; touch "$HOME/later"';
    await using run = await withHooks({ [PROMPT]: `(${later}) & echo now` });
    await run.exec(["go"]);
    expect(run.server.requests[0]?.text).toContain('"text":"now"');
    run.box.write(join(run.box.home, "go"), "");
    await appears(run.box.home, "later");
  });

  test("that a signal ends, or that does not exist, is told of", async () => {
    await using run = await withHooks({ [PROMPT]: ["kill -9 $$", "no-such-program"] });
    const { stderr } = await run.box.codex(["exec", "go"]);
    expect(stderr).toContain("  hook exited without a status code\n");
    expect(stderr).toMatch(/ {2}hook exited with code 127: .*no-such-program.*not found/);
  });
});

describe("an interrupt", () => {
  const hang = 'sleep 1000 & echo $! > "$HOME/child.tmp"; mv "$HOME/child.tmp" "$HOME/child"; wait';

  test("while a hook decides on a prompt kills it, and the prompt is not kept", async () => {
    await using run = await withHooks({ [PROMPT]: hang });
    const running = run.box.start(["exec", "the secret"]);
    await appears(run.box.home, "child");
    running.kill("SIGINT");
    const { stderr, exitCode } = await running.result;
    expect(exitCode).toBe(1);
    expect(stderr).toEndWith(`hook: ${PROMPT} Failed\n  hook was interrupted\nturn interrupted\n`);
    expect(isRunning(Number(readFileSync(join(run.box.home, "child"), "utf8")))).toBe(false);
    expect(run.server.requests).toEqual([]);
    expect(JSON.stringify(rolloutLines(run.box.codexHome))).not.toContain("the secret");
  });

  test("while a hook looks at a command keeps the command from running, and the call gets an output", async () => {
    const call = respond(functionCall("exec_command", { cmd: "touch ran" }, "c1"));
    await using run = await withHooks({ PreToolUse: hang }, [call, DONE]);
    const running = run.box.start(["exec", "-s", "workspace-write", "go"]);
    await appears(run.box.home, "child");
    running.kill("SIGINT");
    expect((await running.result).exitCode).toBe(1);
    expect(existsSync(join(run.box.workspace, "ran"))).toBe(false);
    installHooks(run.box, {}, { trusted: false });
    await run.exec(["resume", "--last", "again"]);
    expect(outputOf(run.server.requests.at(-1), "c1")).toMatch(/^aborted by user after \d/);
  });

  test("while a hook looks at the end of a turn ends it as interrupted", async () => {
    await using run = await withHooks({ Stop: hang });
    const running = run.box.start(["exec", "go"]);
    await appears(run.box.home, "child");
    running.kill("SIGINT");
    const { stderr, exitCode } = await running.result;
    expect(exitCode).toBe(1);
    expect(stderr).toContain("turn interrupted\n");
    expect(isRunning(Number(readFileSync(join(run.box.home, "child"), "utf8")))).toBe(false);
  });

  test("by force leaves no hook behind", async () => {
    await using run = await withHooks({ [PROMPT]: hang });
    const running = run.box.start(["exec", "go"]);
    await appears(run.box.home, "child");
    running.kill("SIGKILL");
    await running.result;
    const child = Number(readFileSync(join(run.box.home, "child"), "utf8"));
    await until("the child of the hook is gone", () => !isRunning(child));
  });
});

test("a hook that answers nonsense says what is wrong with it, and changes nothing", async () => {
  const answers: readonly (readonly [unknown, string])[] = [
    ["{oops", "key must be a string at line 1 column 2"],
    ["[1]", "it must be an object"],
    [{ bogus: 1 }, "unknown key `bogus`"],
    [{ continue: "no" }, "`continue` must be true or false"],
    [{ decision: "approve" }, '`decision` must be "block"'],
    [specific(PROMPT, { permissionDecision: "deny" }), "unknown key `hookSpecificOutput.permissionDecision`"],
  ];
  await using run = await withHooks({ [PROMPT]: answers.map(([answer]) => says(answer)) });
  const { stderr } = await run.box.codex(["exec", "go"]);
  for (const [, problem] of answers) {
    expect(stderr).toContain(`  hook returned invalid user prompt submit JSON output: ${problem}\n`);
  }
  expect(run.server.requests[0]?.body.input).toHaveLength(3);
});
