// Saving what the user allowed always (approvals.md 12.6).

import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import {
  allowRuleText,
  networkRuleText,
  savedPrefixText,
  saveRule,
  withAllowed,
} from "../../src/rules/append";
import { loadRules } from "../../src/rules/load";
import { matchWords, NO_RULES } from "../../src/rules/match";
import { tempFolder } from "../support/temp-folder";

const TOUCH = 'prefix_rule(pattern=["touch", "/etc/x"], decision="allow")';

describe("the line", () => {
  test("is a prefix_rule with words as JSON strings", () => {
    expect(allowRuleText(["touch", "/etc/x"])).toBe(TOUCH);
    expect(allowRuleText(["id"])).toBe('prefix_rule(pattern=["id"], decision="allow")');
  });

  test("for a host is a network_rule", () => {
    const rule = { host: "h", protocol: "https", justification: 'a "b"' } as const;
    expect(networkRuleText({ ...rule, decision: "forbidden" })).toBe(
      'network_rule(host="h", protocol="https", decision="deny", justification="a \\"b\\"")',
    );
    expect(networkRuleText({ ...rule, decision: "allow", justification: undefined })).toBe(
      'network_rule(host="h", protocol="https", decision="allow")',
    );
  });

  test("whatever the words are, reads back as the same rule", async () => {
    using home = tempFolder();
    const prefixes = [
      [
        "a b",
        "c\nd",
        "\t",
        '"',
        "'",
        "\\",
        "\\n",
        "{x}",
        "%s",
        "é",
        "日本",
        "😀",
        "\u0000",
        "\u001b[1m",
        "\u2028",
        "#",
        "",
      ],
      ["\ud800 alone"],
      ["/bin/bash", "-lc", "echo \"$HOME\" > 'f'\nls"],
    ];
    for (const prefix of prefixes) await saveRule(join(home.path, "rules"), allowRuleText(prefix));
    const { rules, problem } = loadRules([join(home.path, "rules")]);
    expect(problem).toBeUndefined();
    expect(rules.prefixRules.map(({ pattern }) => pattern.map(([word]) => word))).toEqual(
      prefixes.map((prefix) => prefix.map((word) => word.toWellFormed())),
    );
  });
});

describe("saving", () => {
  test("makes the folder and the file", async () => {
    using home = tempFolder();
    const folder = join(home.path, "rules");
    expect(await saveRule(folder, TOUCH)).toEqual({ type: "saved", file: join(folder, "default.rules") });
    expect(readFileSync(join(folder, "default.rules"), "utf8")).toBe(`${TOUCH}\n`);
  });

  test("does not add a line twice", async () => {
    using home = tempFolder();
    const folder = join(home.path, "rules");
    for (const line of [TOUCH, allowRuleText(["id"]), TOUCH]) await saveRule(folder, line);
    expect(readFileSync(join(folder, "default.rules"), "utf8")).toBe(`${TOUCH}\n${allowRuleText(["id"])}\n`);
  });

  test("adds the newline that is missing at the end, and changes nothing else", async () => {
    using home = tempFolder({ "rules/default.rules": "# mine\r\nprefix_rule(['a'])" });
    await saveRule(join(home.path, "rules"), TOUCH);
    expect(readFileSync(join(home.path, "rules/default.rules"), "utf8")).toBe(
      `# mine\r\nprefix_rule(['a'])\n${TOUCH}\n`,
    );
  });

  test("follows a link, so that a file kept elsewhere stays there", async () => {
    using home = tempFolder({ "dotfiles/default.rules": "", "rules/other.rules": "" });
    symlinkSync(join(home.path, "dotfiles/default.rules"), join(home.path, "rules/default.rules"));
    await saveRule(join(home.path, "rules"), TOUCH);
    expect(readFileSync(join(home.path, "dotfiles/default.rules"), "utf8")).toBe(`${TOUCH}\n`);
  });

  test("says why it failed, and leaves nothing behind", async () => {
    using home = tempFolder({ file: "" });
    const nowhere = join(home.path, "missing", "rules");
    const result = await saveRule(nowhere, TOUCH);
    expect(result).toEqual({
      type: "failed",
      reason: `${nowhere}/default.rules: No such file or directory (os error 2)`,
    });
    expect(existsSync(join(home.path, "missing"))).toBe(false);
    expect((await saveRule(join(home.path, "file"), TOUCH)).type).toBe("failed");
  });

  test("from several processes at once loses no line and breaks none", async () => {
    using home = tempFolder();
    const folder = join(home.path, "rules");
    const module = join(import.meta.dir, "../../src/rules/append.ts");
    const code = `
      const { saveRule, allowRuleText } = await import(${JSON.stringify(module)});
      for (let n = 0; n < 20; n++) {
        const both = await saveRule(${JSON.stringify(folder)}, allowRuleText(["shared", String(n)]));
        const own = await saveRule(${JSON.stringify(folder)}, allowRuleText([process.argv[1], String(n)]));
        if (both.type !== "saved" || own.type !== "saved") throw new Error(JSON.stringify([both, own]));
      }`;
    const children = ["p", "q", "r"].map((name) =>
      Bun.spawn([process.execPath, "-e", code, name], { stderr: "inherit" }),
    );
    expect(await Promise.all(children.map((child) => child.exited))).toEqual([0, 0, 0]);
    const lines = readFileSync(join(folder, "default.rules"), "utf8").split("\n").slice(0, -1);
    expect(lines.length).toBe(80);
    expect(new Set(lines).size).toBe(80);
    expect(loadRules([folder]).rules.prefixRules.length).toBe(80);
  });
});

describe("in memory", () => {
  test("the rule counts at once", () => {
    const rules = withAllowed(NO_RULES, ["touch", "/etc/x"]);
    expect(matchWords(rules, ["touch", "/etc/x", "y"]).map(({ decision }) => decision)).toEqual(["allow"]);
  });

  test("nothing is added when a rule allows it already", () => {
    const rules = withAllowed(NO_RULES, ["touch"]);
    expect(withAllowed(rules, ["touch", "x"])).toBe(rules);
  });

  test("the model is told which prefix was saved", () => {
    expect(savedPrefixText(["id"])).toBe('Approved command prefix saved:\n- ["id"]');
    expect(savedPrefixText(["touch", "/etc/x"])).toBe(
      'Approved command prefix saved:\n- ["touch", "/etc/x"]',
    );
  });
});
