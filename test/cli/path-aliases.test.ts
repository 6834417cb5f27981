// The folder of links that puts apply_patch on the PATH of commands: its making, its end, and what is left by the dead.

import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readlinkSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPathAliases } from "../../src/cli/path-aliases";
import { sandboxBox } from "../support/harness";

test("links lead to the executable until they are disposed of", async () => {
  await using box = await sandboxBox();
  const aliases = createPathAliases(box.codexHome, "/opt/codex");
  if (aliases.type !== "created") throw new Error(aliases.reason);
  expect(aliases.folder).toStartWith(join(box.codexHome, "tmp", "arg0", "codex-arg0"));
  expect(readdirSync(aliases.folder).sort()).toEqual([".lock", "apply_patch", "applypatch"]);
  expect(readlinkSync(join(aliases.folder, "apply_patch"))).toBe("/opt/codex");
  expect(statSync(join(box.codexHome, "tmp", "arg0")).mode & 0o777).toBe(0o700);
  aliases[Symbol.dispose]();
  expect(existsSync(aliases.folder)).toBe(false);
});

test("folders of processes that are gone are removed, those of living ones and foreign ones are not", async () => {
  await using box = await sandboxBox();
  const parent = join(box.codexHome, "tmp", "arg0");
  const folder = (name: string, lock: boolean) => {
    mkdirSync(join(parent, name), { recursive: true });
    if (lock) writeFileSync(join(parent, name, ".lock"), "");
    return join(parent, name);
  };
  const dead = folder("codex-arg0dead", true);
  const foreign = folder("other", true);
  const unfinished = folder("codex-arg0new", false);
  using living = createPathAliases(box.codexHome, "/opt/codex");
  using another = createPathAliases(box.codexHome, "/opt/codex");
  if (living.type !== "created" || another.type !== "created") throw new Error("not created");
  expect([dead, foreign, unfinished, living.folder].map((path) => existsSync(path))).toEqual([
    false,
    true,
    true,
    true,
  ]);
});

test("nothing is made below the temporary directory of the system", async () => {
  await using box = await sandboxBox({ inSystemTemp: true });
  using aliases = createPathAliases(box.codexHome, "/opt/codex");
  expect(aliases).toMatchObject({
    type: "unavailable",
    reason: `Refusing to create helper binaries under temporary dir "${tmpdir()}" (codex_home: "${box.codexHome}")`,
  });
  expect(readdirSync(box.codexHome)).toEqual([]);
});

test("a home that cannot be written gives a reason and no failure", async () => {
  await using box = await sandboxBox();
  writeFileSync(join(box.codexHome, "tmp"), "a file in the way");
  using aliases = createPathAliases(box.codexHome, "/opt/codex");
  expect(aliases).toMatchObject({ type: "unavailable", reason: "Not a directory (os error 20)" });
});
