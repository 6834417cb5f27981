// Edits of config.toml by programs that run at the same moment.

import { expect, test } from "bun:test";
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { tryLock } from "../../src/exec/libc";
import { sandboxBox } from "../support/harness";

const PROGRAMS = 24;

test("of programs that edit config.toml at the same moment none undoes what another one wrote", async () => {
  await using box = await sandboxBox({ config: "# mine\n" });
  const names = Array.from({ length: PROGRAMS }, (_, index) => `server-${index}`);
  const features = ["memories", "goals", "undo", "apps"];
  const runs = await Promise.all([
    ...names.map((name) => box.codex(["mcp", "add", name, "--", "true"])),
    ...features.map((name) => box.codex(["features", "enable", name])),
  ]);
  expect(runs.map(({ exitCode }) => exitCode)).toEqual(runs.map(() => 0));
  const text = readFileSync(join(box.codexHome, "config.toml"), "utf8");
  expect(text).toStartWith("# mine\n");
  const toml = Bun.TOML.parse(text) as { mcp_servers: object; features: object };
  expect(Object.keys(toml.mcp_servers).toSorted()).toEqual(names.toSorted());
  expect(Object.keys(toml.features).toSorted()).toEqual(features.toSorted());
  expect(readdirSync(box.codexHome).filter((name) => /lock$|tmp$/.test(name))).toEqual([]);
});

test("an edit waits while another program edits, and no longer than two seconds for one that is stuck", async () => {
  await using box = await sandboxBox();
  const servers = async () =>
    Object.keys(JSON.parse((await box.codex(["mcp", "list", "--json"])).stdout) as object).length;
  const fd = openSync(box.codexHome, "r");
  expect(tryLock(fd)).toBe("locked");
  const begun = performance.now();
  const stuck = await box.codex(["mcp", "add", "one", "--", "true"]);
  expect(performance.now() - begun).toBeGreaterThan(1900);
  expect([stuck.exitCode, await servers()]).toEqual([0, 1]);
  const waiting = box.codex(["mcp", "add", "two", "--", "true"]);
  closeSync(fd);
  expect([(await waiting).exitCode, await servers()]).toEqual([0, 2]);
});
