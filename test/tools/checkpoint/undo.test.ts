// Undoing a turn: patches exactly, commands by a snapshot, inside git and outside, and never past what people did since.

import { describe, expect, test } from "bun:test";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { ThreadOptions } from "../../../src/agent/thread-options";
import { redoLastTurn } from "../../../src/tools/checkpoint/undo";
import type { UndoResult } from "../../../src/protocol/thread";
import { customCall, functionCall, message, respond, type Script } from "../../support/responses-server";
import { newTexts, threadBox, type ThreadBox } from "../../support/thread-box";

/** Beyond the grain of any file system's clock. */
const LATER_S = 5;

function git(folder: string, ...args: readonly string[]): string {
  const identity = ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "commit.gpgsign=false"];
  const { stdout, exitCode, stderr } = Bun.spawnSync(["git", ...identity, ...args], { cwd: folder });
  if (exitCode !== 0) throw new Error(stderr.toString());
  return stdout.toString();
}

/** Each turn runs one command. */
function commands(...scripts: readonly string[]): Script {
  return scripts.flatMap((cmd) => [
    respond(functionCall("exec_command", { cmd, login: false })),
    respond(message("done")),
  ]);
}

const patch = (text: string) => `*** Begin Patch\n${text}\n*** End Patch`;

function names({ box }: ThreadBox, result: UndoResult): readonly string[] {
  return result.type === "restored"
    ? result.files.map((file) => file.slice(box.workspace.length + 1)).sort()
    : [];
}

function read({ box }: ThreadBox, name: string): string | null {
  const path = join(box.workspace, name);
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}

/** As if somebody had written it well after the turn. */
function writeLater({ box }: ThreadBox, name: string, text: string): void {
  const path = join(box.workspace, name);
  writeFileSync(path, text);
  const at = Date.now() / 1000 + LATER_S;
  utimesSync(path, at, at);
}

async function committed(
  script: Script,
  files: Readonly<Record<string, string>>,
  thread: Partial<ThreadOptions> = {},
): Promise<ThreadBox> {
  const it = await threadBox(script, { git: false, files, thread });
  const { workspace } = it.box;
  git(workspace, "init", "-q");
  git(workspace, "add", "-A");
  git(workspace, "commit", "-qm", "start");
  return it;
}

describe("patches", () => {
  const script = [
    respond(
      customCall("apply_patch", patch("*** Update File: a\n@@\n-one\n+two\n*** Add File: new/b\n+b")),
      customCall("apply_patch", patch("*** Update File: a\n@@\n-two\n+three\n*** Delete File: c")),
    ),
    respond(message("done")),
    respond(message("again")),
  ];
  const files = { a: "one\n", c: "c\n" };

  for (const where of ["in a repository", "outside one"]) {
    test(`${where}: files are as before, new ones gone, deleted ones back`, async () => {
      await using it = await threadBox(script, { files, git: where === "in a repository" });
      await it.turn("go");
      expect([read(it, "a"), read(it, "new/b"), read(it, "c")]).toEqual(["three\n", "b\n", null]);
      const result = await it.thread.undo();
      expect(names(it, result)).toEqual(["a", "c", "new/b"]);
      expect([read(it, "a"), read(it, "new/b"), read(it, "c")]).toEqual(["one\n", null, "c\n"]);
      expect(existsSync(join(it.box.workspace, "new"))).toBe(false);
      expect(await it.thread.undo()).toMatchObject({ type: "nothing" });
    });
  }

  test("the model is told with the next message", async () => {
    await using it = await threadBox(script, { files });
    await it.turn("go");
    await it.thread.undo();
    await it.turn("and now?");
    expect(newTexts(it.server, 2).join("\n")).toContain("The user has undone the files of an earlier turn");
  });

  test("an undoing can be undone, and done again", async () => {
    await using it = await threadBox(script, { files });
    await it.turn("go");
    const options = {
      ...{ codexHome: it.box.codexHome, cwd: it.box.workspace, env: process.env },
      ...{ confine: () => ({ type: "none" }) as const, unconfined: true },
    };
    await it.thread.undo();
    expect(redoLastTurn(options)).toMatchObject({ type: "restored" });
    expect([read(it, "a"), read(it, "new/b"), read(it, "c")]).toEqual(["three\n", "b\n", null]);
    expect(redoLastTurn(options)).toMatchObject({ type: "nothing" });
    await it.thread.undo();
    expect([read(it, "a"), read(it, "new/b"), read(it, "c")]).toEqual(["one\n", null, "c\n"]);
  });

  test("what somebody wrote into a patched file since goes too, and is kept for the way back", async () => {
    await using it = await threadBox(script, { files });
    await it.turn("go");
    writeLater(it, "a", "mine\n");
    await it.thread.undo();
    expect(read(it, "a")).toBe("one\n");
  });
});

describe("commands in a repository", () => {
  const work =
    "echo changed > clean; echo changed > dirty; echo changed > untracked; rm gone; echo new > made; echo x > ignored; chmod +x script";
  const files = {
    clean: "clean\n",
    dirty: "was\n",
    gone: "gone\n",
    script: "s\n",
    ".gitignore": "ignored\n",
  };

  test("are undone: committed, changed, untracked, deleted and new files alike", async () => {
    await using it = await committed(commands(work), files);
    writeFileSync(join(it.box.workspace, "dirty"), "my own change\n");
    writeFileSync(join(it.box.workspace, "untracked"), "mine\n");
    const before = git(it.box.workspace, "status", "--porcelain");
    await it.turn("go");
    const result = await it.thread.undo();
    expect(names(it, result)).toEqual(["clean", "dirty", "gone", "made", "script", "untracked"]);
    expect(git(it.box.workspace, "status", "--porcelain")).toBe(before);
    expect([read(it, "dirty"), read(it, "untracked"), read(it, "ignored")]).toEqual([
      "my own change\n",
      "mine\n",
      "x\n",
    ]);
  });

  test("leave the repository untouched: no object, ref or index of it is written", async () => {
    await using it = await committed(commands(work), files);
    const state = () => readdirSync(join(it.box.workspace, ".git"), { recursive: true }).sort();
    const [listed, index] = [state(), readFileSync(join(it.box.workspace, ".git/index"))];
    await it.turn("go");
    await it.thread.undo();
    expect(state()).toEqual(listed);
    expect(readFileSync(join(it.box.workspace, ".git/index")).equals(index)).toBe(true);
  });

  test("of several turns are undone one after the other", async () => {
    await using it = await committed(commands("echo 1 > clean", "ls", "echo 2 > clean; echo 2 > two"), files);
    for (const prompt of ["one", "two", "three"]) await it.turn(prompt);
    await it.thread.undo();
    expect([read(it, "clean"), read(it, "two")]).toEqual(["1\n", null]);
    await it.thread.undo();
    expect(read(it, "clean")).toBe("clean\n");
    expect(await it.thread.undo()).toMatchObject({ type: "nothing" });
  });

  test("keep their line endings, whatever git makes of them", async () => {
    await using it = await committed(commands("echo x > crlf.txt"), {
      ".gitattributes": "*.txt text eol=crlf\n",
      "crlf.txt": "a\r\nb\r\n",
    });
    await it.turn("go");
    await it.thread.undo();
    expect(read(it, "crlf.txt")).toBe("a\r\nb\r\n");
  });

  test("in a subfolder concern that folder", async () => {
    await using it = await committed(commands("echo changed > sub/a"), { "sub/a": "a\n", top: "top\n" });
    await it.turn("go");
    expect(names(it, await it.thread.undo())).toEqual(["sub/a"]);
    expect(read(it, "sub/a")).toBe("a\n");
  });

  test("what people changed since is left alone, and named", async () => {
    await using it = await committed(commands("echo changed > clean"), files);
    await it.turn("go");
    writeLater(it, "dirty", "later\n");
    writeLater(it, "later", "later\n");
    const result = await it.thread.undo();
    expect(names(it, result)).toEqual(["clean"]);
    expect(result).toMatchObject({
      notRestored: [{ reason: "it was changed after the turn" }, { reason: expect.any(String) }],
    });
    expect([read(it, "dirty"), read(it, "later")]).toEqual(["later\n", "later\n"]);
  });

  test("with a patch in the same turn: the first state of each file counts", async () => {
    const turn: Script = [
      respond(customCall("apply_patch", patch("*** Update File: clean\n@@\n-clean\n+patched"), "c1")),
      respond(
        functionCall("exec_command", { cmd: "echo command > clean; echo m > made", login: false }, "c2"),
      ),
      respond(
        customCall(
          "apply_patch",
          patch("*** Update File: made\n@@\n-m\n+n\n*** Update File: dirty\n@@\n-was\n+is"),
          "c3",
        ),
      ),
      respond(message("done")),
    ];
    await using it = await committed(turn, files);
    await it.turn("go");
    await it.thread.undo();
    expect([read(it, "clean"), read(it, "made"), read(it, "dirty")]).toEqual(["clean\n", null, "was\n"]);
  });

  test("that only read make no snapshot", async () => {
    await using it = await committed(commands("ls; cat clean"), files);
    await it.turn("go");
    expect(existsSync(join(it.box.codexHome, "checkpoints"))).toBe(false);
  });

  test("that only read leave none behind either where it was made ahead", async () => {
    await using it = await committed(commands("ls; cat clean"), files, { checkpoints: "early" });
    await it.turn("go");
    const [project = ""] = readdirSync(join(it.box.codexHome, "checkpoints"));
    const left = () => readdirSync(join(it.box.codexHome, "checkpoints", project));
    while (left().length > 0) await Bun.sleep(5);
    expect(left()).toEqual([]);
  });

  test("are undone as well by a snapshot that was made ahead", async () => {
    await using it = await committed(commands(work), files, { checkpoints: "early" });
    await it.turn("go");
    expect(names(it, await it.thread.undo())).toEqual([
      "clean",
      "dirty",
      "gone",
      "made",
      "script",
      "untracked",
    ]);
  });

  test("a link that has taken the place of a folder is not written through", async () => {
    await using it = await committed(commands("echo changed > sub/a"), { "sub/a": "a\n" });
    const outside = join(it.box.home, "outside");
    await it.turn("go");
    mkdirSync(outside);
    writeFileSync(join(outside, "a"), "theirs\n");
    rmSync(join(it.box.workspace, "sub"), { recursive: true });
    symlinkSync(outside, join(it.box.workspace, "sub"));
    await it.thread.undo();
    expect(readFileSync(join(outside, "a"), "utf8")).toBe("theirs\n");
  });
});

describe("commands outside a repository", () => {
  test("are undone where the folder is small", async () => {
    await using it = await threadBox(commands("echo changed > a; rm b; echo new > c"), {
      git: false,
      files: { a: "a\n", b: "b\n" },
    });
    await it.turn("go");
    expect(names(it, await it.thread.undo())).toEqual(["a", "b", "c"]);
    expect([read(it, "a"), read(it, "b"), read(it, "c")]).toEqual(["a\n", "b\n", null]);
  });

  test("are not covered in a large one, which is said", async () => {
    const many = Object.fromEntries(Array.from({ length: 2100 }, (_, n) => [`f${n}`, ""]));
    await using it = await threadBox(commands("echo changed > f1"), { git: false, files: many });
    await it.turn("go");
    expect(await it.thread.undo()).toEqual({
      type: "nothing",
      reason: "What the last turn's commands changed was not kept: the folder is too large to be kept.",
    });
  });
});

describe("undoing", () => {
  test("waits for background commands", async () => {
    const script = [
      respond(
        functionCall("exec_command", { cmd: "echo x > a; exec sleep 60", yield_time_ms: 250, login: false }),
      ),
      respond(message("done")),
    ];
    await using it = await threadBox(script, { files: { a: "a\n" } });
    await it.turn("go");
    expect(await it.thread.undo()).toMatchObject({ type: "refused" });
    await it.thread.stopBackground();
    expect(await it.thread.undo()).toMatchObject({ type: "restored" });
    expect(read(it, "a")).toBe("a\n");
  });

  test("has nothing to go by for a thread that leaves nothing behind", async () => {
    await using it = await threadBox(commands("echo x > a"), {
      files: { a: "a\n" },
      thread: { ephemeral: true },
    });
    await it.turn("go");
    expect(await it.thread.undo()).toMatchObject({ type: "nothing" });
    expect(existsSync(join(it.box.codexHome, "checkpoints"))).toBe(false);
  });

  test("shares the copies of what has not changed between two turns", async () => {
    await using it = await committed(commands("echo 1 > a", "echo 2 > a"), { a: "a\n" });
    writeFileSync(join(it.box.workspace, "large"), "x".repeat(100_000));
    await it.turn("one");
    await it.turn("two");
    const files = join(it.box.codexHome, "checkpoints");
    const copies = readdirSync(files, { recursive: true, encoding: "utf8" })
      .map((name) => lstatSync(join(files, name)))
      .filter((stat) => stat.size === 100_000);
    expect(copies.map(({ nlink }) => nlink)).toEqual([2, 2]);
    await it.thread.undo();
    expect(read(it, "a")).toBe("1\n");
  });

  test("that cannot be prepared keeps no turn from its work", async () => {
    await using it = await threadBox(commands("echo x > a"), { files: { a: "a\n" } });
    it.box.write(join(it.box.codexHome, "checkpoints"), "a file in the way");
    expect((await it.turn("go")).at(-1)?.type).toBe("turn.completed");
    expect(read(it, "a")).toBe("x\n");
    expect(await it.thread.undo()).toMatchObject({ type: "nothing" });
  });

  test("keeps no more than the last turns", async () => {
    const scripts = Array.from({ length: 24 }, (_, n) => `echo ${n} > a`);
    await using it = await threadBox(commands(...scripts), { files: { a: "a\n" } });
    for (const prompt of scripts) await it.turn(prompt);
    const [project] = readdirSync(join(it.box.codexHome, "checkpoints"));
    expect(readdirSync(join(it.box.codexHome, "checkpoints", project ?? "")).length).toBeLessThanOrEqual(20);
  });
});
