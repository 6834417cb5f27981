import { describe, expect, test } from "bun:test";
import { realpathSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { dotenvVariables, ensureCodexHome, findCodexHome } from "../../src/config/home";
import { tempFolder } from "../support/temp-folder";

describe("CODEX_HOME", () => {
  test("is used with its symbolic links resolved", () => {
    using box = tempFolder({ "real/config.toml": "" });
    symlinkSync(join(box.path, "real"), join(box.path, "link"));
    expect(findCodexHome({ CODEX_HOME: join(box.path, "link") })).toBe(join(box.path, "real"));
  });

  test("is ~/.codex when unset or empty, also when that does not exist yet", () => {
    using box = tempFolder();
    expect(findCodexHome({ HOME: box.path })).toBe(join(box.path, ".codex"));
    expect(findCodexHome({ HOME: box.path, CODEX_HOME: "" })).toBe(join(box.path, ".codex"));
    ensureCodexHome(join(box.path, ".codex"));
    expect(realpathSync(join(box.path, ".codex"))).toBe(join(box.path, ".codex"));
  });

  test("must exist and be a folder when it is set", () => {
    using box = tempFolder({ file: "" });
    const missing = join(box.path, "missing");
    const start = "Error finding codex home: CODEX_HOME points to";
    expect(() => findCodexHome({ CODEX_HOME: missing })).toThrow(
      `${start} "${missing}", but that path does not exist`,
    );
    const file = join(box.path, "file");
    expect(() => findCodexHome({ CODEX_HOME: file })).toThrow(
      `${start} "${file}", but that path is not a directory`,
    );
  });
});

describe(".env of CODEX_HOME", () => {
  test("gives all variables but those that begin with CODEX_, in whatever case", () => {
    using box = tempFolder({
      ".env": "OPENAI_API_KEY='sk 1'\nexport B=two # comment\nCODEX_API_KEY=x\ncodex_foo=y\nEMPTY=\n",
    });
    expect(dotenvVariables(box.path)).toEqual({ OPENAI_API_KEY: "sk 1", B: "two", EMPTY: "" });
  });

  test("may be missing", () => {
    using box = tempFolder();
    expect(dotenvVariables(box.path)).toEqual({});
  });
});
