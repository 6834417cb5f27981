// Undoing takes nothing away that the turn did not make, and nothing that it could not bring back.

import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { UndoResult } from "../../../src/protocol/thread";
import { redoLastTurn } from "../../../src/tools/checkpoint/undo";
import { customCall, functionCall, message, respond, type Script } from "../../support/responses-server";
import { until } from "../../support/processes";
import { threadBox, type ThreadBox } from "../../support/thread-box";

const TOO_LARGE_BYTES = 17 * 1_048_576;
/** Beyond the grain of any file system's clock. */
const CLOCK_MS = 50;

function commands(...scripts: readonly string[]): Script {
  return scripts.flatMap((cmd) => [
    respond(functionCall("exec_command", { cmd, login: false })),
    respond(message("done")),
  ]);
}

async function box(
  script: string | readonly string[],
  files: Readonly<Record<string, string>>,
): Promise<ThreadBox> {
  const it = await threadBox(commands(...[script].flat()), { git: false, files });
  await Bun.sleep(CLOCK_MS);
  return it;
}

function git({ box: { workspace } }: ThreadBox, ...args: readonly string[]): void {
  const identity = ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "commit.gpgsign=false"];
  expect(Bun.spawnSync(["git", ...identity, ...args], { cwd: workspace }).exitCode).toBe(0);
}

/** Null where something else is, or nothing. */
function fileAt(it: ThreadBox, name: string): string | null {
  const path = join(it.box.workspace, name);
  return existsSync(path) && statSync(path).isFile() ? readFileSync(path, "utf8") : null;
}

async function commit(it: ThreadBox): Promise<void> {
  git(it, "init", "-q");
  git(it, "add", "-A");
  git(it, "commit", "-qm", "start");
  await Bun.sleep(CLOCK_MS);
}

function redo({ box: { codexHome, workspace: cwd } }: ThreadBox) {
  const confine = () => ({ type: "none" }) as const;
  return redoLastTurn({ codexHome, cwd, env: process.env, confine, unconfined: true });
}

function read({ box: { workspace } }: ThreadBox, name: string): string | null {
  const path = join(workspace, name);
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}

test("ignored files stay when the turn has changed what is ignored", async () => {
  await using it = await box("echo other > .gitignore; echo new > made", {
    ...{ ".gitignore": "secret\ndata/\n", secret: "mine\n", "data/a": "mine too\n", tracked: "t\n" },
  });
  await commit(it);
  await it.turn("go");
  const result = await it.thread.undo();
  expect([read(it, "secret"), read(it, "data/a"), read(it, "made")]).toEqual(["mine\n", "mine too\n", null]);
  expect(read(it, ".gitignore")).toBe("secret\ndata/\n");
  expect(result).toMatchObject({
    notRestored: [
      { path: join(it.box.workspace, "data/a"), reason: "it was there before the turn" },
      { path: join(it.box.workspace, "secret"), reason: "it was there before the turn" },
    ],
  });
});

test("an empty .git, as a sandbox may leave behind, makes no repository", async () => {
  await using it = await box("echo new > made", { a: "a\n" });
  mkdirSync(join(it.box.workspace, ".git"));
  await it.turn("go");
  expect(await it.thread.undo()).toMatchObject({ files: [join(it.box.workspace, "made")] });
});

test("files in a folder that was passed over stay when the turn has renamed it", async () => {
  await using it = await box("mv build made; echo new > new", { "build/a": "mine\n", b: "b\n" });
  await it.turn("go");
  await it.thread.undo();
  expect([read(it, "made/a"), read(it, "new")]).toEqual(["mine\n", null]);
});

test("what is too large to be kept for the way back stays, and is named", async () => {
  await using it = await box(`head -c ${TOO_LARGE_BYTES} /dev/zero > large; echo new > small`, { a: "a\n" });
  await it.turn("go");
  const path = join(it.box.workspace, "large");
  expect(await it.thread.undo()).toEqual({
    type: "restored",
    files: [join(it.box.workspace, "small")],
    notRestored: [{ path, reason: "it is too large to be kept for --redo" }],
  });
  expect(statSync(path).size).toBe(TOO_LARGE_BYTES);
  expect(redo(it)).toMatchObject({ files: [join(it.box.workspace, "small")], notRestored: [] });
});

test("a turn that is interrupted while files are kept starts no command", async () => {
  await using it = await box("echo ran > ran", { ".gitattributes": "* filter=slow\n", a: "one\n" });
  await commit(it);
  git(it, "config", "filter.slow.clean", "sleep 60");
  writeFileSync(join(it.box.workspace, "a"), "two\n");
  const interrupt = new AbortController();
  const turn = it.turn("go", interrupt.signal);
  await until("files are being kept", () => existsSync(join(it.box.codexHome, "checkpoints")));
  interrupt.abort();
  const events = await turn;
  expect(events.at(-1)?.type).toBe("turn.aborted");
  expect(events.filter(({ type }) => type === "item.started")).toEqual([]);
  expect(read(it, "ran")).toBe(null);
});

test("a turn that is interrupted while files are kept types nothing into a command", async () => {
  const script: Script = ({ text }, index) => {
    if (index % 2 === 1) return respond(message("done"));
    const session = Number(/session ID (\d+)/.exec(text)?.[1]);
    return respond(
      index === 0
        ? functionCall("exec_command", { cmd: "cat > typed", tty: true, yield_time_ms: 250, login: false })
        : functionCall("write_stdin", { session_id: session, chars: "typed\n" }, "c2"),
    );
  };
  await using it = await threadBox(script, {
    git: false,
    files: { ".gitattributes": "a filter=slow\n", a: "1\n" },
  });
  await commit(it);
  await it.turn("start");
  git(it, "config", "filter.slow.clean", "sleep 60");
  writeFileSync(join(it.box.workspace, "a"), "2\n");
  const kept = () => readdirSync(join(it.box.codexHome, "checkpoints"), { recursive: true }).length;
  const before = kept();
  const interrupt = new AbortController();
  const turn = it.turn("type", interrupt.signal);
  await until("files are being kept", () => kept() > before);
  interrupt.abort();
  expect((await turn).at(-1)?.type).toBe("turn.aborted");
  await it.thread.stopBackground();
  expect(read(it, "typed")).toBe("");
});

test("what was made after a turn that was killed stays", async () => {
  await using it = await box("echo new > made", { a: "a\n" });
  await it.turn("go");
  const [project = ""] = readdirSync(join(it.box.codexHome, "checkpoints"));
  const [turn = ""] = readdirSync(join(it.box.codexHome, "checkpoints", project));
  const file = join(it.box.codexHome, "checkpoints", project, turn, "record.json");
  const record = JSON.parse(readFileSync(file, "utf8")) as { endedAt: number | null };
  const { mtime } = statSync(file);
  writeFileSync(file, JSON.stringify({ ...record, endedAt: null }));
  utimesSync(file, mtime, mtime);
  const later = join(it.box.workspace, "later");
  writeFileSync(later, "days of work\n");
  utimesSync(later, Date.now() / 1000 + 60, Date.now() / 1000 + 60);
  expect(await it.thread.undo()).toMatchObject({ files: [join(it.box.workspace, "made")] });
  expect([read(it, "later"), read(it, "made")]).toEqual(["days of work\n", null]);
});

test("what was not committed comes back also where git warns of something", async () => {
  await using it = await box("echo six > a", { ".gitattributes": "!x text\n", a: "one\n" });
  await commit(it);
  writeFileSync(join(it.box.workspace, "a"), "two\n");
  await it.turn("go");
  expect(await it.thread.undo()).toMatchObject({ files: [join(it.box.workspace, "a")], notRestored: [] });
  expect(read(it, "a")).toBe("two\n");
});

test("the way back stops at what was written since", async () => {
  await using it = await box("echo turn > a; echo turn > b; rm c; echo turn > d", {
    ...{ a: "a\n", b: "b\n", c: "c\n" },
  });
  const at = (name: string) => join(it.box.workspace, name);
  await it.turn("go");
  await it.thread.undo();
  writeFileSync(at("a"), "my work since\n");
  writeFileSync(at("d"), "my own file\n");
  const reason = "it was changed after it was put back";
  expect(redo(it)).toEqual({
    type: "restored",
    files: [at("c"), at("b")],
    notRestored: [
      { path: at("a"), reason },
      { path: at("d"), reason },
    ],
  });
  expect(["a", "b", "c", "d"].map((name) => read(it, name))).toEqual([
    ...["my work since\n", "turn\n", null, "my own file\n"],
  ]);
});

test("the way back goes through several turns that changed the same file", async () => {
  await using it = await box(["echo 1 > a", "echo 2 > a"], { a: "a\n" });
  await it.turn("one");
  await it.turn("two");
  await it.thread.undo();
  await it.thread.undo();
  expect(read(it, "a")).toBe("a\n");
  const files = [join(it.box.workspace, "a")];
  expect([redo(it), read(it, "a")]).toMatchObject([{ files }, "1\n"]);
  expect([redo(it), read(it, "a")]).toMatchObject([{ files }, "2\n"]);
});

test("the way back knows a committed script again that only its owner may run", async () => {
  await using it = await box("echo changed > script", { script: "old\n" });
  const script = join(it.box.workspace, "script");
  chmodSync(script, 0o700);
  await commit(it);
  await it.turn("go");
  expect(await it.thread.undo()).toMatchObject({ files: [script] });
  expect(statSync(script).mode & 0o777).toBe(0o700);
  expect(redo(it)).toMatchObject({ files: [script] });
});

test("the way back begins with what was undone last, whichever turn is older", async () => {
  await using it = await box(["echo 1 > one", "echo 2 > two", "echo 3 > three"], {});
  await it.turn("one");
  await it.turn("two");
  await it.thread.undo();
  await it.turn("three");
  await it.thread.undo();
  expect(redo(it)).toMatchObject({ files: [join(it.box.workspace, "three")] });
  expect(redo(it)).toMatchObject({ files: [join(it.box.workspace, "two")] });
  expect(redo(it)).toMatchObject({ type: "nothing" });
});

describe("where it cannot be seen what a turn has changed, the turn before is left alone", () => {
  const seen = (why: string): UndoResult => ({
    type: "nothing",
    reason: `What the last turn's commands changed cannot be seen: ${why}.`,
  });

  test("because the folder is too large by now", async () => {
    const many = "seq -f made%g 2100 | xargs touch";
    await using it = await box(["echo mine > a", many], { a: "a\n" });
    await it.turn("one");
    await it.turn("two");
    expect(await it.thread.undo()).toEqual(seen("the folder is too large by now"));
    expect(read(it, "a")).toBe("mine\n");
  });

  test("because the repository is gone", async () => {
    await using it = await box(["echo mine > a", "echo b > b"], { a: "a\n" });
    await commit(it);
    await it.turn("one");
    await it.turn("two");
    rmSync(join(it.box.workspace, ".git"), { recursive: true });
    expect(await it.thread.undo()).toEqual(seen("git cannot tell"));
    expect([read(it, "a"), read(it, "b")]).toEqual(["mine\n", "b\n"]);
  });
});

test("what is put back of a turn is not passed off as all of it", async () => {
  const many = Object.fromEntries(Array.from({ length: 2100 }, (_, n) => [`f${n}`, ""]));
  const patch = "*** Begin Patch\n*** Update File: a\n@@\n-a\n+b\n*** End Patch";
  const script = [
    respond(
      customCall("apply_patch", patch),
      functionCall("exec_command", { cmd: "echo x > f1", login: false }, "c2"),
    ),
    respond(message("done")),
  ];
  await using it = await threadBox(script, { git: false, files: { ...many, a: "a\n" } });
  await it.turn("go");
  expect(await it.thread.undo()).toEqual({
    type: "restored",
    files: [join(it.box.workspace, "a")],
    notRestored: [],
    gap: "What the last turn's commands changed was not kept: the folder is too large to be kept.",
  });
});

test("a file that is too large to be kept does not count as changed when nobody has written to it", async () => {
  const large = "x".repeat(TOO_LARGE_BYTES);
  await using it = await box(["echo mine > a", "touch -c nothing"], { a: "a\n", large });
  await it.turn("one");
  await it.turn("two");
  expect(await it.thread.undo()).toEqual({
    type: "restored",
    files: [join(it.box.workspace, "a")],
    notRestored: [],
  });
});

test("no folder is made through a link that has taken the place of one", async () => {
  const script = [
    respond(customCall("apply_patch", "*** Begin Patch\n*** Delete File: sub/deep/a\n*** End Patch")),
    respond(message("done")),
  ];
  await using it = await threadBox(script, { files: { "sub/deep/a": "a\n" } });
  const outside = join(it.box.home, "outside");
  await it.turn("go");
  mkdirSync(outside);
  rmSync(join(it.box.workspace, "sub"), { recursive: true });
  symlinkSync(outside, join(it.box.workspace, "sub"));
  const kept = [{ path: join(it.box.workspace, "sub/deep/a"), reason: "its folder leads elsewhere now" }];
  expect(await it.thread.undo()).toMatchObject({ notRestored: kept });
  expect(readdirSync(outside)).toEqual([]);
});

test("what a folder or a link has taken the place of comes back, and goes again", async () => {
  const work = [
    "rm a && mkdir a && echo b > a/b; rm e && mkdir e",
    'rm -r sub && ln -s "$HOME" sub; rm -r round && ln -s round round',
  ];
  await using it = await box(work.join("; "), {
    ...{ a: "a\n", e: "e\n", "sub/deep/c": "c\n", "round/d": "d\n" },
  });
  const files = () => ["a", "a/b", "e", "sub/deep/c", "round/d"].map((name) => fileAt(it, name));
  await it.turn("go");
  expect(await it.thread.undo()).toMatchObject({ notRestored: [] });
  expect(files()).toEqual(["a\n", null, "e\n", "c\n", "d\n"]);
  expect(redo(it)).toMatchObject({ notRestored: [] });
  expect(files()).toEqual([null, "b\n", null, null, null]);
  expect(statSync(join(it.box.workspace, "e")).isDirectory()).toBe(true);
  expect(readlinkSync(join(it.box.workspace, "sub"))).toBe(it.box.home);
});
