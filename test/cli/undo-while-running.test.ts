// `codex undo` from another terminal leaves a folder alone in which a turn runs.

import { expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scripted } from "../support/exec-run";
import { functionCall, message, respond, type Script } from "../support/responses-server";
import { claimFolder } from "../../src/tools/checkpoint/folder-lock";
import { threadBox } from "../support/thread-box";

const REFUSED = {
  exitCode: 1,
  stdout: "",
  stderr: "A turn is running in this folder. Wait for its end, or interrupt it, before you undo.\n",
};
const writes = (text: string) =>
  respond(functionCall("exec_command", { cmd: `echo ${text} > a`, login: false }));
const done = () => respond(message("done"));

/** A script whose request of this number is answered when the test says so, and a promise that it has come. */
function held(index: number, steps: (index: number) => ReturnType<typeof respond>) {
  const come = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const script: Script = async (_, at) => {
    if (at === index) {
      come.resolve();
      await goOn.promise;
    }
    return steps(at);
  };
  return { script, come: come.promise, goOn: () => goOn.resolve() };
}

test("while a turn runs that has changed files, undoing and its way back are refused", async () => {
  const { script, come, goOn } = held(1, (at) => (at === 0 ? writes("new") : done()));
  await using it = await scripted(script, { files: { a: "old\n" } });
  const running = it.box.start(["exec", "--skip-git-repo-check", "-s", "workspace-write", "go"]);
  await come;
  expect(await it.box.codex(["undo"])).toMatchObject(REFUSED);
  expect(await it.box.codex(["undo", "--redo"])).toMatchObject(REFUSED);
  expect(readFileSync(join(it.box.workspace, "a"), "utf8")).toBe("new\n");
  goOn();
  expect((await running.result).exitCode).toBe(0);
  expect((await it.box.codex(["undo"])).exitCode).toBe(0);
  expect(readFileSync(join(it.box.workspace, "a"), "utf8")).toBe("old\n");
});

test("also while it has changed nothing yet", async () => {
  const { script, come, goOn } = held(2, (at) => (at === 0 ? writes("new") : done()));
  await using it = await scripted(script, { files: { a: "old\n" } });
  await it.exec(["go"]);
  const running = it.box.start(["exec", "--skip-git-repo-check", "-s", "workspace-write", "and on"]);
  await come;
  expect(await it.box.codex(["undo"])).toMatchObject(REFUSED);
  goOn();
  await running.result;
  expect((await it.box.codex(["undo"])).exitCode).toBe(0);
});

test("a turn that was killed is undone at once", async () => {
  const { script, come, goOn } = held(1, (at) => (at === 0 ? writes("new") : done()));
  await using it = await scripted(script, { files: { a: "old\n" } });
  const running = it.box.start(["exec", "--skip-git-repo-check", "-s", "workspace-write", "go"]);
  await come;
  running.kill("SIGKILL");
  await running.result;
  goOn();
  expect((await it.box.codex(["undo"])).stdout).toContain("Put back 1 file");
  expect(readFileSync(join(it.box.workspace, "a"), "utf8")).toBe("old\n");
});

test("in a session too, while a turn of another runs in the same folder", async () => {
  const { script, come, goOn } = held(2, (at) => (at === 0 ? writes("new") : done()));
  await using it = await threadBox(script, { files: { a: "old\n" } });
  await it.turn("go");
  const other = await it.open({});
  const turn = Array.fromAsync(
    other.run([{ type: "text", text: "wait" }], {
      ask: () => Promise.resolve({ type: "decline" }),
      signal: new AbortController().signal,
    }),
  );
  await come;
  expect(await it.thread.undo()).toEqual({ type: "refused", reason: REFUSED.stderr.trim() });
  goOn();
  await turn;
  await other[Symbol.asyncDispose]();
  expect(await it.thread.undo()).toMatchObject({ type: "restored" });
});

test("a turn that begins during an undoing holds the folder with its first command", async () => {
  const { script, come, goOn } = held(3, (at) => (at % 2 === 0 ? writes(`new${at}`) : done()));
  let undoing: Disposable | undefined;
  const ending: Script = (request, at) => {
    if (at === 2) undoing?.[Symbol.dispose]();
    return script(request, at);
  };
  await using it = await threadBox(ending, { files: { a: "old\n" }, thread: { checkpoints: "early" } });
  await it.turn("go");
  const claim = claimFolder(it.box.codexHome, it.box.workspace);
  if (typeof claim === "object") undoing = claim;
  const turn = it.turn("again");
  await come;
  expect(await it.box.codex(["undo"])).toMatchObject(REFUSED);
  goOn();
  await turn;
  expect(await it.thread.undo()).toMatchObject({ type: "restored" });
});

test("a turn that begins after an undoing holds the folder again", async () => {
  const { script, come, goOn } = held(3, (at) => (at % 2 === 0 ? writes(`new${at}`) : done()));
  await using it = await scripted(script, { files: { a: "old\n" } });
  await it.exec(["go"]);
  expect((await it.box.codex(["undo"])).exitCode).toBe(0);
  writeFileSync(join(it.box.workspace, "a"), "mine\n");
  const running = it.box.start(["exec", "--skip-git-repo-check", "-s", "workspace-write", "again"]);
  await come;
  expect(await it.box.codex(["undo"])).toMatchObject(REFUSED);
  goOn();
  await running.result;
});
