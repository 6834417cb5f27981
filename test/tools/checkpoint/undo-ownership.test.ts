// Undoing leaves files with whom they belong to, and under all their names.

import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  linkSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { undoLastTurn } from "../../../src/tools/checkpoint/undo";
import { CODEX } from "../../support/harness";
import { customCall, functionCall, message, respond, type Script } from "../../support/responses-server";
import { threadBox, type ThreadBox } from "../../support/thread-box";

const canGive = process.getuid?.() === 0 && Bun.which("setpriv") !== null;
/** Nobody, and a user and a group that nobody has. */
const ORDINARY_ID = 65_534;
const OTHER_ID = 54_321;
/** Outside the sandbox, in which root has lost the right to give files away. */
const OPEN = { git: false, sandbox: "danger-full-access" } as const;

const run = (cmd: string): Script => [
  respond(functionCall("exec_command", { cmd, login: false })),
  respond(message("done")),
];
const patch = (text: string): Script => [
  respond(customCall("apply_patch", `*** Begin Patch\n${text}\n*** End Patch`)),
  respond(message("done")),
];

function commit({ box: { workspace } }: ThreadBox): void {
  const identity = ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "commit.gpgsign=false"];
  for (const words of [
    ["init", "-q"],
    ["add", "-A"],
    ["commit", "-qm", "start"],
  ]) {
    expect(Bun.spawnSync(["git", ...identity, ...words], { cwd: workspace }).exitCode).toBe(0);
  }
}

const at = ({ box }: ThreadBox, name: string) => join(box.workspace, name);
const read = (it: ThreadBox, name: string) => readFileSync(at(it, name), "utf8");
const facts = (it: ThreadBox, name: string) => {
  const { uid, gid, mode } = statSync(at(it, name));
  return { uid, gid, mode: mode & 0o7777 };
};

describe.skipIf(!canGive)("as root, files of others stay theirs", () => {
  const other = { uid: OTHER_ID, gid: ORDINARY_ID };

  for (const where of ["in a repository", "outside one"]) {
    test(`${where}: those that were replaced, changed and removed`, async () => {
      const script = "echo x > new && mv new replaced; echo x > changed; rm removed";
      const files = { replaced: "r\n", changed: "c\n", removed: "d\n" };
      await using it = await threadBox(run(script), { ...OPEN, files });
      for (const name of Object.keys(files)) {
        chownSync(at(it, name), other.uid, other.gid);
        chmodSync(at(it, name), 0o640);
      }
      if (where === "in a repository") {
        commit(it);
        for (const name of Object.keys(files))
          writeFileSync(at(it, name), `dirty ${files[name as "changed"]}`); // its keys
      }
      const before = Object.keys(files).map((name) => read(it, name));
      await it.turn("go");
      expect(facts(it, "replaced").uid).toBe(0);
      expect(await it.thread.undo()).toMatchObject({ notRestored: [] });
      expect(Object.keys(files).map((name) => read(it, name))).toEqual(before);
      for (const name of Object.keys(files)) expect(facts(it, name)).toEqual({ ...other, mode: 0o640 });
    });
  }

  test("what git alone knew keeps the owner that it has now, or gets that of its folder", async () => {
    const files = { "in/changed": "c\n", "in/removed": "d\n" };
    await using it = await threadBox(run("echo x > in/changed; rm in/removed"), { ...OPEN, files });
    commit(it);
    for (const name of [...Object.keys(files), "in"]) chownSync(at(it, name), other.uid, other.gid);
    chmodSync(at(it, "in/changed"), 0o600);
    await it.turn("go");
    expect(await it.thread.undo()).toMatchObject({ notRestored: [] });
    expect([read(it, "in/changed"), read(it, "in/removed")]).toEqual(["c\n", "d\n"]);
    expect(facts(it, "in/changed")).toEqual({ ...other, mode: 0o600 });
    expect(facts(it, "in/removed")).toMatchObject(other);
  });

  test("folders that come back belong to whom their files belong to", async () => {
    await using it = await threadBox(run("rm deep/er/file && rmdir deep/er deep"), {
      ...OPEN,
      files: { "deep/er/file": "f\n" },
    });
    for (const name of ["deep", "deep/er", "deep/er/file"]) chownSync(at(it, name), other.uid, other.gid);
    await it.turn("go");
    expect(readdirSync(it.box.workspace)).toEqual([]);
    await it.thread.undo();
    for (const name of ["deep", "deep/er", "deep/er/file"]) expect(facts(it, name)).toMatchObject(other);
  });

  test("the way back gives them their owners too", async () => {
    await using it = await threadBox(run("chown 54321:65534 a; chmod 604 a; echo new > a"), {
      ...OPEN,
      files: { a: "a\n" },
    });
    await it.turn("go");
    await it.thread.undo();
    expect([read(it, "a"), facts(it, "a").uid]).toEqual(["a\n", 0]);
    expect((await it.box.codex(["undo", "--redo"])).exitCode).toBe(0);
    expect([read(it, "a"), facts(it, "a")]).toEqual(["new\n", { ...other, mode: 0o604 }]);
  });
});

/** `codex undo` as an ordinary user, to whom all but the named files belong. */
function undoAsOrdinary(it: ThreadBox, ...but: readonly string[]) {
  return asOrdinary(it, ["undo"], but);
}

async function asOrdinary({ box }: ThreadBox, words: readonly string[], but: readonly string[]) {
  const root = dirname(box.workspace);
  const kept = but.map((name) => join(box.workspace, name));
  for (const name of new Bun.Glob("**/*").scanSync({ cwd: root, dot: true, onlyFiles: false })) {
    if (!kept.includes(join(root, name))) chownSync(join(root, name), ORDINARY_ID, ORDINARY_ID);
  }
  chownSync(root, ORDINARY_ID, ORDINARY_ID);
  const identity = [`--reuid=${ORDINARY_ID}`, `--regid=${ORDINARY_ID}`, "--clear-groups"];
  const child = Bun.spawn(["setpriv", ...identity, CODEX, ...words], {
    cwd: box.workspace,
    stdin: "ignore",
    env: { PATH: process.env["PATH"] ?? "", HOME: box.home, CODEX_HOME: box.codexHome },
    stdout: "pipe",
    stderr: "pipe",
  });
  return { stdout: await new Response(child.stdout).text(), stderr: await new Response(child.stderr).text() };
}

describe.skipIf(!canGive)("as an ordinary user, files of others", () => {
  test("that were replaced are left alone, and named", async () => {
    await using it = await threadBox(run("echo x > new && mv new a; echo x > b"), {
      ...OPEN,
      files: { a: "a\n", b: "b\n" },
    });
    chownSync(at(it, "b"), ORDINARY_ID, ORDINARY_ID);
    await it.turn("go");
    const { stdout } = await undoAsOrdinary(it, "a");
    expect(stdout).toContain("  a: it belonged to another user or group, and may not be given back\n");
    expect(stdout).toContain("Put back 1 file to before the last turn:\n  b\n");
    expect([read(it, "a"), facts(it, "a").uid]).toEqual(["x\n", 0]);
    expect(readdirSync(it.box.workspace).sort()).toEqual(["a", "b"]);
  });

  test("that may not be read are left alone, and named, and the others come back", async () => {
    await using it = await threadBox(run("echo x > a; echo x > b"), {
      ...OPEN,
      files: { a: "a\n", b: "b\n" },
    });
    chownSync(at(it, "b"), ORDINARY_ID, ORDINARY_ID);
    await it.turn("go");
    chmodSync(at(it, "a"), 0o600);
    const { stdout } = await undoAsOrdinary(it, "a");
    expect(stdout).toContain("Put back 1 file to before the last turn:\n  b\n");
    expect(stdout).toContain("  a: Permission denied (os error 13)\n");
  });

  test("that could not be read are not kept, and those beside them are", async () => {
    await using it = await threadBox(run("echo x > a"), { ...OPEN, files: { a: "a\n", secret: "s\n" } });
    chmodSync(at(it, "secret"), 0o600);
    await asOrdinary(it, ["exec", "--skip-git-repo-check", "-s", "danger-full-access", "go"], ["secret"]);
    expect(read(it, "a")).toBe("x\n");
    const { stdout } = await undoAsOrdinary(it, "secret");
    expect(stdout).toStartWith("Put back 1 file to before the last turn:\n  a\n`codex undo --redo`");
  });

  test("in a folder that may be listed and not entered are named, and the others come back", async () => {
    await using it = await threadBox(run("chmod 444 sub; echo x > b"), {
      ...OPEN,
      files: { "sub/a": "a\n", b: "b\n" },
    });
    chownSync(at(it, "b"), ORDINARY_ID, ORDINARY_ID);
    await it.turn("go");
    const { stdout } = await undoAsOrdinary(it);
    chmodSync(at(it, "sub"), 0o755);
    expect(stdout).toContain("Put back 1 file to before the last turn:\n  b\n");
    expect(stdout).toContain("  sub/a: Permission denied (os error 13)\n");
  });

  test("that lie among what is kept for undoing, and are out of date, do no harm", async () => {
    await using it = await threadBox(run("echo x > a"), { ...OPEN, files: { a: "a\n" } });
    const old = it.box.write(join(it.box.codexHome, "checkpoints/old/file"), "");
    utimesSync(dirname(old), 0, 0);
    const theirs = [old, dirname(old)].map((path) => relative(it.box.workspace, path));
    await asOrdinary(it, ["exec", "--skip-git-repo-check", "-s", "danger-full-access", "go"], theirs);
    const { stdout } = await undoAsOrdinary(it, ...theirs);
    expect(stdout).toStartWith("Put back 1 file to before the last turn:\n  a\n");
  });

  test("that may be written are put back, and stay theirs", async () => {
    await using it = await threadBox(run("echo x > a"), { ...OPEN, files: { a: "a\n" } });
    chmodSync(at(it, "a"), 0o666);
    await it.turn("go");
    await undoAsOrdinary(it, "a");
    expect([read(it, "a"), facts(it, "a")]).toEqual(["a\n", { uid: 0, gid: 0, mode: 0o666 }]);
  });
});

describe("a file with several names", () => {
  const inode = (it: ThreadBox, name: string) => statSync(at(it, name)).ino;

  for (const [where, settings] of [
    ["in a repository, committed", true],
    ["outside one", false],
  ] as const) {
    test(`${where}: keeps them, and the file behind them`, async () => {
      await using it = await threadBox(run("echo new > a"), { git: false, files: { a: "old\n" } });
      if (settings) commit(it);
      const outside = join(it.box.home, "other-name");
      linkSync(at(it, "a"), outside);
      if (settings) Bun.spawnSync(["git", "update-index", "--refresh"], { cwd: it.box.workspace });
      const before = inode(it, "a");
      await it.turn("go");
      expect(readFileSync(outside, "utf8")).toBe("new\n");
      expect(await it.thread.undo()).toMatchObject({ files: [at(it, "a")], notRestored: [] });
      expect([read(it, "a"), readFileSync(outside, "utf8")]).toEqual(["old\n", "old\n"]);
      expect([inode(it, "a"), statSync(outside).nlink]).toEqual([before, 2]);
    });
  }

  test("changed by a patch: keeps them", async () => {
    await using it = await threadBox(patch("*** Update File: a\n@@\n-old\n+new"), { files: { a: "old\n" } });
    const outside = join(it.box.home, "other-name");
    linkSync(at(it, "a"), outside);
    await it.turn("go");
    await it.thread.undo();
    expect([read(it, "a"), readFileSync(outside, "utf8"), statSync(outside).nlink]).toEqual([
      "old\n",
      "old\n",
      2,
    ]);
    expect((await it.box.codex(["undo", "--redo"])).exitCode).toBe(0);
    expect([readFileSync(outside, "utf8"), statSync(outside).nlink]).toEqual(["new\n", 2]);
  });

  test("that has taken its place is not written", async () => {
    await using it = await threadBox(run("rm a && ln other a"), {
      git: false,
      files: { a: "old\n", other: "mine\n" },
    });
    await it.turn("go");
    await it.thread.undo();
    expect([read(it, "a"), read(it, "other")]).toEqual(["old\n", "mine\n"]);
  });

  test("on a full disk is as it was before undoing, and named", async () => {
    const old = "old line\n".repeat(1000);
    await using it = await threadBox(run("echo new > a"), { git: false, files: { a: old } });
    const outside = join(it.box.home, "other-name");
    linkSync(at(it, "a"), outside);
    await it.turn("go");
    const limited = `trap '' XFSZ; ulimit -f 4; exec "$0" undo`;
    const child = Bun.spawn(["bash", "-c", limited, CODEX], {
      cwd: it.box.workspace,
      env: { PATH: process.env["PATH"] ?? "", HOME: it.box.home, CODEX_HOME: it.box.codexHome },
      stdout: "pipe",
    });
    expect(await new Response(child.stdout).text()).toMatch(/Left as they are:\n {2}a: .*File too large/);
    expect([read(it, "a"), readFileSync(outside, "utf8")]).toEqual(["new\n", "new\n"]);
    await it.thread.undo();
    expect(readdirSync(it.box.workspace)).toEqual(["a"]);
  });
});

test("what git cannot bring back is left alone, and named", async () => {
  await using it = await threadBox(run("echo new > a"), { git: false, files: { a: "old\n" } });
  commit(it);
  await it.turn("go");
  const { codexHome, workspace: cwd } = it.box;
  const refuseWrites = { type: "refused", reason: "", fix: "" } as const;
  const result = await undoLastTurn({
    ...{ codexHome, cwd, env: process.env, unconfined: false },
    confine: (profile) => (JSON.stringify(profile).includes('"write"') ? refuseWrites : { type: "none" }),
  });
  expect(result).toEqual({
    type: "restored",
    files: [],
    notRestored: [{ path: at(it, "a"), reason: "git could not tell how it was" }],
  });
  expect(read(it, "a")).toBe("new\n");
  rmSync(join(codexHome, "checkpoints"), { recursive: true });
});
