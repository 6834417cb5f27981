// The user's own program after a turn: what it is given, and that a run neither waits for it nor takes it along.

import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, watch } from "node:fs";
import { join } from "node:path";
import { scripted, type ExecRun } from "../support/exec-run";
import { httpError, message, respond } from "../support/responses-script";

/** A notifier that writes its last argument to a file, whole or not at all. */
const NOTIFIER = `#!/bin/sh
for last; do :; done
printf '%s' "$last" > "$HOME/part"
pwd > "$HOME/pwd"
[ -t 0 ] || cat > "$HOME/stdin"
mv "$HOME/part" "$HOME/notice-$#"
`;

const settings = (run: string) => `notify = ["/bin/sh", "${run}", "two words", "it's"]`;

async function withNotifier(script: Parameters<typeof scripted>[0]): Promise<ExecRun> {
  const run = await scripted(script);
  const program = run.box.write(join(run.box.home, "notifier"), NOTIFIER);
  const config = join(run.box.codexHome, "config.toml");
  run.box.write(config, `${settings(program)}\n${readFileSync(config, "utf8")}`);
  return run;
}

/** Resolves when the file is there. */
async function appears(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  const seen = Promise.withResolvers<void>();
  const watcher = watch(folder, () => {
    if (existsSync(path)) seen.resolve();
  });
  if (!existsSync(path)) await seen.promise;
  watcher.close();
  return readFileSync(path, "utf8");
}

describe("notify", () => {
  test("gets one more argument: what was asked and answered, as JSON", async () => {
    await using run = await withNotifier([respond(message('All "done".\nBye')), respond()]);
    const { exitCode, events } = await run.exec(["-C", ".", "fix 'the' bug"]);
    expect(exitCode).toBe(0);
    const notice = JSON.parse(await appears(run.box.home, "notice-3")) as Record<string, unknown>;
    expect(Object.keys(notice)).toEqual([
      ...["type", "thread-id", "turn-id", "cwd", "client", "input-messages", "last-assistant-message"],
    ]);
    expect(notice).toMatchObject({
      type: "agent-turn-complete",
      "thread-id": events[0]?.["thread_id"],
      cwd: run.box.workspace,
      client: "codex_exec",
      "input-messages": ["fix 'the' bug"],
      "last-assistant-message": 'All "done".\nBye',
    });
    expect(readFileSync(join(run.box.home, "pwd"), "utf8")).toBe(`${run.box.workspace}\n`);
    expect(readFileSync(join(run.box.home, "stdin"), "utf8")).toBe("");
  });

  test("gets what was said before in a session that goes on, and null where nothing was answered", async () => {
    await using run = await withNotifier([respond(message("one")), respond()]);
    await run.exec(["first"]);
    await appears(run.box.home, "notice-3");
    run.box.write(join(run.box.home, "notice-3"), "");
    const gone = Bun.file(join(run.box.home, "notice-3"));
    await gone.delete();
    await run.exec(["resume", "--last", "second"]);
    expect(JSON.parse(await appears(run.box.home, "notice-3"))).toMatchObject({
      "input-messages": ["first", "second"],
      "last-assistant-message": null,
    });
  });

  test("is not waited for, and not ended with the run", async () => {
    await using run = await scripted([respond(message("ok"))]);
    const gate = join(run.box.home, "gate");
    const program = run.box.write(
      join(run.box.home, "slow"),
      `while [ ! -e "${gate}" ]; do sleep 0.05; done\ntouch "${run.box.home}/done"\n`,
    );
    const config = join(run.box.codexHome, "config.toml");
    run.box.write(config, `notify = ["sh", "${program}"]\n${readFileSync(config, "utf8")}`);
    expect((await run.exec(["hi"])).exitCode).toBe(0);
    expect(existsSync(join(run.box.home, "done"))).toBe(false);
    run.box.write(gate, "");
    await appears(run.box.home, "done");
  });

  test("is not started after a turn that failed; one that is not there changes nothing", async () => {
    await using failed = await withNotifier([httpError(400, "no")]);
    expect((await failed.exec(["hi"])).exitCode).toBe(1);
    await using missing = await scripted([respond(message("ok"))], {
      settings: 'notify = ["no-such-program"]',
    });
    const { exitCode, events } = await missing.exec(["hi"]);
    expect([exitCode, events.at(-1)?.type]).toEqual([0, "turn.completed"]);
    await using off = await scripted([respond(message("ok"))], { settings: 'notify = [""]' });
    expect((await off.exec(["hi"])).exitCode).toBe(0);
    expect(existsSync(join(failed.box.home, "notice-3"))).toBe(false);
  });

  test("is started by the reviewer of a review, without a client", async () => {
    const review = '{"findings":[],"overall_correctness":"patch is correct","overall_explanation":"fine"}';
    await using run = await withNotifier([respond(message(review))]);
    await run.box.codex(["exec", "review", "look at it"]);
    const notice = JSON.parse(await appears(run.box.home, "notice-3")) as Record<string, unknown>;
    expect(notice["client"]).toBeUndefined();
    expect(notice["last-assistant-message"]).toBe(review);
  });
});
