// `codex undo` after `codex exec`, from outside.

import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { everyRung, onRung } from "../support/confined";
import { scripted } from "../support/exec-run";
import { CODEX } from "../support/harness";
import { customCall, functionCall, message, respond } from "../support/responses-server";

const PATCH = "*** Begin Patch\n*** Update File: a\n@@\n-one\n+two\n*** End Patch";

test("puts back what the last run changed, by patches and by commands, and takes that back", async () => {
  await using it = await scripted(
    [
      respond(
        customCall("apply_patch", PATCH),
        functionCall("exec_command", { cmd: "echo made > made; rm gone", login: false }),
      ),
      respond(message("done")),
    ],
    { files: { a: "one\n", gone: "gone\n" } },
  );
  const state = () =>
    ["a", "made", "gone"].map((name) => {
      const path = join(it.box.workspace, name);
      return existsSync(path) ? readFileSync(path, "utf8") : null;
    });
  expect((await it.exec(["go"])).exitCode).toBe(0);
  expect(state()).toEqual(["two\n", "made\n", null]);
  const undone = await it.box.codex(["undo"]);
  expect(undone).toMatchObject({ exitCode: 0, stderr: "" });
  expect(undone.stdout.split("\n").sort()).toEqual(
    [
      ...["Put back 3 files to before the last turn:", "  a", "  made", "  gone"],
      ...["`codex undo --redo` takes this back.", ""],
    ].sort(),
  );
  expect(state()).toEqual(["one\n", null, "gone\n"]);
  expect(await it.box.codex(["undo"])).toMatchObject({
    exitCode: 1,
    stderr: "No turn has changed a file that can be put back.\n",
  });
  expect((await it.box.codex(["undo", "--redo"])).stdout).toStartWith("Brought back 3 files:");
  expect(state()).toEqual(["two\n", "made\n", null]);
  expect((await it.box.codex(["undo", "-C", it.box.workspace])).exitCode).toBe(0);
  expect(state()).toEqual(["one\n", null, "gone\n"]);
});

test.skipIf(!everyRung().includes("landlock"))(
  "brings back committed files where only Landlock is left",
  async () => {
    await using it = await scripted(
      [
        respond(functionCall("exec_command", { cmd: "echo new > a", login: false })),
        respond(message("done")),
      ],
      { git: false, files: { a: "old\n" } },
    );
    const { workspace, home, codexHome } = it.box;
    const env = { PATH: process.env["PATH"] ?? "", HOME: home, CODEX_HOME: codexHome };
    const run = (...words: readonly string[]) =>
      Bun.spawnSync([...words], { cwd: workspace, env }).stdout.toString();
    const git = ["git", "-c", "user.name=t", "-c", "user.email=t@t", "-c", "commit.gpgsign=false"];
    run(...git, "init", "-q");
    run(...git, "add", "-A");
    run(...git, "commit", "-qm", "start");
    const codex = async (...words: readonly string[]) => {
      const accepted = ["-c", "sandbox_linux.allow_landlock=true"];
      const options = { cwd: workspace, env, stdin: "ignore", stdout: "pipe", stderr: "ignore" } as const;
      const child = Bun.spawn([...onRung("landlock"), CODEX, ...words, ...accepted], options);
      return await new Response(child.stdout).text();
    };
    await codex("exec", "-s", "workspace-write", "go");
    expect(readFileSync(join(workspace, "a"), "utf8")).toBe("new\n");
    expect(await codex("undo")).toStartWith("Put back 1 file to before the last turn:\n  a\n");
    expect(readFileSync(join(workspace, "a"), "utf8")).toBe("old\n");
  },
);
