import { expect, test } from "bun:test";
import { mergeTables, prepareLayer } from "../../src/config/merge";

test("tables are merged key by key, everything else is replaced whole", () => {
  const base = { a: { x: 1, list: [1, 2] }, b: 1, c: { d: 1 } };
  const over = { a: { y: 2, list: [3] }, b: { z: 1 }, c: 5 };
  expect(mergeTables(base, over)).toEqual({ a: { x: 1, y: 2, list: [3] }, b: { z: 1 }, c: 5 });
  expect(base).toEqual({ a: { x: 1, list: [1, 2] }, b: 1, c: { d: 1 } });
});

test("keys of Object's own names are ordinary keys", () => {
  const merged = mergeTables({ ["__proto__"]: { a: 1 } }, { ["__proto__"]: { b: 2 }, constructor: 3 });
  expect(Object.keys(merged)).toEqual(["__proto__", "constructor"]);
  expect(Object.hasOwn(Object.prototype, "b")).toBe(false);
});

test("path keys are resolved against the layer's folder, other strings are left alone", () => {
  const prepared = prepareLayer(
    {
      model: "a/b",
      model_instructions_file: "prompts/base.md",
      log_dir: "~/logs",
      sqlite_home: "~",
      model_catalog_json: "/abs/../x.json",
      sandbox_workspace_write: { writable_roots: ["../x", "~y", 5] },
      agents: { reviewer: { config_file: "agents/r.toml", description: "a/b" }, max_threads: 2 },
      model_providers: { p: { auth: { command: "bin/token", cwd: "." } } },
      skills: { config: [{ path: "skills/a/SKILL.md" }] },
    },
    "/base",
    "/home/u",
  );
  expect(prepared).toEqual({
    model: "a/b",
    model_instructions_file: "/base/prompts/base.md",
    log_dir: "/home/u/logs",
    sqlite_home: "/home/u",
    model_catalog_json: "/x.json",
    sandbox_workspace_write: { writable_roots: ["/x", "/base/~y", 5] },
    agents: { reviewer: { config_file: "/base/agents/r.toml", description: "a/b" }, max_threads: 2 },
    model_providers: { p: { auth: { command: "bin/token", cwd: "/base" } } },
    skills: { config: [{ path: "/base/skills/a/SKILL.md" }] },
  });
});

test("an older key of memories is renamed, and the newer one wins over it", () => {
  const rename = (memories: object) => prepareLayer({ memories }, "/", "/")["memories"];
  expect(rename({ no_memories_if_mcp_or_web_search: true })).toEqual({ disable_on_external_context: true });
  expect(rename({ no_memories_if_mcp_or_web_search: true, disable_on_external_context: false })).toEqual({
    disable_on_external_context: false,
  });
});
