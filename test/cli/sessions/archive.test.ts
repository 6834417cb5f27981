// `codex archive` and `codex unarchive`, run as a user runs them: without a terminal.

import { expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { sandboxBox } from "../../support/harness";
import { event, linesText, meta, turn } from "../../rollout/session-home";

const ID = "01a20208-2414-7f40-bf18-d5aa731ae9b1";
const FILE = `rollout-2026-11-22T06-53-37-${ID}.jsonl`;
const FOLDER = "sessions/2026/11/22";
const NAME = `${JSON.stringify({ id: ID, thread_name: "my thread", updated_at: "2026-11-22T07:05:01Z" })}\n`;

async function boxWithSession() {
  const box = await sandboxBox();
  box.write(
    join(box.codexHome, FOLDER, FILE),
    linesText([meta({ id: ID }), event("x"), ...turn("hello", "hi")]),
  );
  box.write(join(box.codexHome, "session_index.jsonl"), NAME);
  return box;
}

test("a session is moved out of sight by its name and back by its id", async () => {
  await using box = await boxWithSession();
  const away = await box.codex(["archive", "my thread"]);
  expect(away).toMatchObject({ stdout: `Archived session ${ID}.\n`, stderr: "", exitCode: 0 });
  expect(readdirSync(join(box.codexHome, "archived_sessions"))).toEqual([FILE]);

  const again = await box.codex(["archive", ID]);
  expect(again.exitCode).toBe(1);
  expect(again.stderr).toStartWith("Error: failed to archive session");

  const back = await box.codex(["unarchive", ID.toUpperCase()]);
  expect(back).toMatchObject({ stdout: `Unarchived session ${ID}.\n`, exitCode: 0 });
  expect(existsSync(join(box.codexHome, FOLDER, FILE))).toBe(true);

  const twice = await box.codex(["unarchive", ID]);
  expect(twice.exitCode).toBe(1);
  expect(twice.stderr).toStartWith("Error: failed to unarchive session");
});

test("an unknown name is said to be one", async () => {
  await using box = await boxWithSession();
  const archived = await box.codex(["archive", "nope"]);
  expect(archived).toMatchObject({
    stderr: "Error: No active session found matching 'nope'.\n",
    exitCode: 1,
  });
  const unarchived = await box.codex(["unarchive", "nope"]);
  expect(unarchived).toMatchObject({
    stderr: "Error: No archived session found matching 'nope'.\n",
    exitCode: 1,
  });
});

test("the flags of interactive commands are taken, before and after the word", async () => {
  await using box = await boxWithSession();
  const args = ["-p", "work", "--strict-config", "archive", "-m", "x", "--yolo", "-C", box.workspace, ID];
  expect((await box.codex(args)).exitCode).toBe(0);
  const missing = await box.codex(["archive"]);
  expect(missing.exitCode).toBe(2);
  expect(missing.stderr).toContain("the following required arguments were not provided:\n  <SESSION>");
});
