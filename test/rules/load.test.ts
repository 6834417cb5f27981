// Where rules are read from, and what happens when a file is wrong (approvals.md 12.1).

import { describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { ConfigLayer, LayerSource } from "../../src/config/config";
import { loadRules, rulesFolders } from "../../src/rules/load";
import { UserError } from "../../src/util/user-error";
import { tempFolder } from "../support/temp-folder";

describe("the folders", () => {
  const layers = [
    layer({ type: "system", file: "/etc/codex/config.toml" }),
    layer({ type: "user", file: "/home/u/.codex/config.toml" }),
    layer({ type: "profile", file: "/home/u/.codex/p.config.toml", profile: "p" }),
    layer({ type: "project", file: "/repo/.codex/config.toml", folder: "/repo" }),
    layer({ type: "project", file: "/repo/sub/.codex/config.toml", folder: "/repo/sub" }),
    layer({ type: "session_flags" }),
  ];

  test("are those of the system, the user and the trusted project, root first", () => {
    expect(rulesFolders({ codexHome: "/home/u/.codex", layers, ignoreRules: false })).toEqual([
      "/etc/codex/rules",
      "/home/u/.codex/rules",
      "/repo/.codex/rules",
      "/repo/sub/.codex/rules",
    ]);
  });

  test("of a project that is not trusted do not count", () => {
    const untrusted = layers.map((one) =>
      one.source.type === "project" ? { ...one, disabledReason: "not trusted" } : one,
    );
    expect(rulesFolders({ codexHome: "/h", layers: untrusted, ignoreRules: false })).toEqual([
      "/etc/codex/rules",
      "/h/rules",
    ]);
  });

  test("with --ignore-rules are the system's alone", () => {
    expect(rulesFolders({ codexHome: "/h", layers, ignoreRules: true })).toEqual(["/etc/codex/rules"]);
  });

  test("of the user count without a config file", () => {
    expect(rulesFolders({ codexHome: "/h", layers: [], ignoreRules: false })).toEqual(["/h/rules"]);
  });
});

describe("loading", () => {
  test("joins all files, folder by folder, by name", () => {
    using folder = tempFolder({
      "one/b.rules": 'prefix_rule(["b"])',
      "one/a.rules": 'prefix_rule(["a"], "prompt")',
      "two/0.rules": 'prefix_rule(["c"], "forbidden")',
    });
    const { rules, problem } = loadRules([join(folder.path, "one"), join(folder.path, "two")]);
    expect(problem).toBeUndefined();
    expect(rules.prefixRules.map(({ pattern }) => pattern[0]?.[0])).toEqual(["a", "b", "c"]);
  });

  test("takes regular files named *.rules, no links, no subfolders, nothing else", () => {
    using folder = tempFolder({
      "rules/a.rules": 'prefix_rule(["a"])',
      "rules/b.rules.bak": "nonsense(",
      "rules/c.txt": "nonsense(",
      "rules/sub/d.rules": "nonsense(",
      "e.rules": "nonsense(",
    });
    symlinkSync(join(folder.path, "e.rules"), join(folder.path, "rules/link.rules"));
    mkdirSync(join(folder.path, "rules/folder.rules"));
    const { rules, problem } = loadRules([join(folder.path, "rules")]);
    expect(problem).toBeUndefined();
    expect(rules.prefixRules.length).toBe(1);
  });

  test("of folders that are not there gives no rules", () => {
    using folder = tempFolder({ file: "x" });
    const missing = [join(folder.path, "none"), join(folder.path, "file", "rules")];
    expect(loadRules(missing).rules.prefixRules).toEqual([]);
  });

  test("discards all files when one is wrong, and says which", () => {
    using folder = tempFolder({
      "a.rules": 'prefix_rule(["a"])',
      "b.rules": 'x = 1\nprefix_rule(["b"], "nope")',
    });
    const { rules, problem } = loadRules([folder.path]);
    expect(rules.prefixRules).toEqual([]);
    expect(problem).toMatchObject({
      file: join(folder.path, "b.rules"),
      line: 2,
      message: "error: invalid decision: nope",
    });
  });

  test("fails for what cannot be read", () => {
    using folder = tempFolder({ rules: "a file" });
    folder.write("bad/a.rules", new Uint8Array([0x23, 0xff, 0x0a]));
    expect(() => loadRules([join(folder.path, "bad")])).toThrow(
      new UserError(
        `failed to read rules file ${folder.path}/bad/a.rules: stream did not contain valid UTF-8`,
      ),
    );
  });
});

function layer(source: LayerSource): ConfigLayer {
  return { source, toml: {}, text: undefined, disabledReason: undefined };
}
