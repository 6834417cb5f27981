import { describe, expect, test } from "bun:test";
import { Validator } from "@cfworker/json-schema";
import { join } from "node:path";
import type { ConfigToml } from "../../src/config/schema";
import { parseToml } from "../../src/config/toml-text";
import { configSchema } from "../../src/config/validate";

const PROGRAM = join(import.meta.dir, "..", "..", "dist", "codex");
const SCHEMA = JSON.parse(JSON.stringify(configSchema()));

describe("the JSON Schema", () => {
  test("is what `codex config schema` prints", async () => {
    const run = Bun.spawn([PROGRAM, "config", "schema"], { stdout: "pipe", stderr: "pipe" });
    const [printed, exitCode] = await Promise.all([run.stdout.json(), run.exited]);
    expect(exitCode).toBe(0);
    expect(printed).toEqual(SCHEMA);
  });

  test("accepts every key with a value of its type, and says what each is for", async () => {
    const everything = parseToml(await Bun.file(join(import.meta.dir, "every-key.toml")).text());
    expect(new Validator(structuredClone(SCHEMA), "2020-12").validate(everything).errors).toEqual([]);
    const silent = Object.entries<{ description?: string; properties?: object }>(SCHEMA.properties)
      .filter(([, node]) => node.description === undefined && node.properties === undefined)
      .map(([key]) => key);
    expect(silent).toEqual(["mcp_servers", "model_providers", "permissions", "projects"]);
  });

  test("names words in the order people know them in", () => {
    expect(SCHEMA.properties.sandbox_mode.enum).toEqual([
      "read-only",
      "workspace-write",
      "danger-full-access",
    ]);
  });
});

test("the schema library is not in the program", async () => {
  const program = Buffer.from(await Bun.file(PROGRAM).arrayBuffer());
  expect(program.includes("ArkError")).toBe(false);
  expect(program.includes("arktype")).toBe(false);
  expect(program.includes("Key bindings by context")).toBe(true);
});

test("the type of a config follows from the schema", () => {
  const config: ConfigToml = {
    model: "m",
    approval_policy: { granular: { sandbox_approval: true, rules: true, mcp_elicitations: true } },
    sandbox_workspace_write: { writable_roots: ["/x"] },
    model_providers: { p: { name: "P", query_params: { a: "b" } } },
    tui: { notifications: ["approval-requested"], keymap: { global: { copy: "ctrl-g" } } },
  };
  const mode: "read-only" | "workspace-write" | "danger-full-access" | undefined = config.sandbox_mode;
  expect(mode).toBeUndefined();
});
