// `codex rules list`, `codex rules revoke` and `codex execpolicy check`, in the compiled executable.

import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sandboxBox, type Box } from "../support/harness";

const USER = `# what I allow
prefix_rule(pattern=["git", "commit"], decision="allow")  # since May
prefix_rule(
    # network
    pattern = ["npm", ["publish", "unpublish"]],
    decision = "prompt",
    justification = "goes out",
)

for name in ["one", "two"]:
    prefix_rule([name])
prefix_rule(["a"]); prefix_rule(["b"], "forbidden")
network_rule("api.example.com", "https", "allow")
`;

/** A trusted project with rules of its own, and rules of the user. */
async function ruled(
  user: string = USER,
): Promise<Box & { readonly file: string; readonly project: string }> {
  const box = await sandboxBox({ config: "" });
  box.write(join(box.codexHome, "config.toml"), `[projects."${box.workspace}"]\ntrust_level = "trusted"\n`);
  const file = box.write(join(box.codexHome, "rules/default.rules"), user);
  const project = box.write(".codex/rules/p.rules", 'prefix_rule(["make"], "allow")\n');
  return { ...box, file, project };
}

describe("codex rules list", () => {
  test("shows whose each rule is, what it decides, its words and its place", async () => {
    await using box = await ruled();
    const { stdout, stderr, exitCode } = await box.codex(["rules", "list"]);
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
    const lines = stdout.split("\n").map((line) => line.trim().split(/ {2,}/));
    expect(lines).toEqual([
      ["user", "allow", "git commit", `${box.file}:2`],
      ["user", "prompt", "npm publish|unpublish", `${box.file}:3`, "goes out"],
      ["user", "allow", "one", `${box.file}:11`],
      ["user", "allow", "two", `${box.file}:11`],
      ["user", "allow", "a", `${box.file}:12`],
      ["user", "forbid", "b", `${box.file}:12`],
      ["user", "allow", "https api.example.com", `${box.file}:13`],
      ["project", "allow", "make", `${box.project}:1`],
      [""],
    ]);
  });

  test("gives the same as JSON", async () => {
    await using box = await ruled('prefix_rule(["x", ["y", "z"]], "prompt")\n');
    const { stdout } = await box.codex(["rules", "list", "--json"]);
    expect(JSON.parse(stdout)).toEqual([
      {
        scope: "user",
        file: box.file,
        line: 1,
        kind: "prefix",
        decision: "prompt",
        pattern: [["x"], ["y", "z"]],
        justification: null,
      },
      {
        scope: "project",
        file: box.project,
        line: 1,
        kind: "prefix",
        decision: "allow",
        pattern: [["make"]],
        justification: null,
      },
    ]);
  });

  test("shows the mistake when a file has one, since then no rule is in force", async () => {
    await using box = await ruled('prefix_rule(["x"], "perhaps")\n');
    const { stdout, stderr, exitCode } = await box.codex(["rules", "list"]);
    expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 1 });
    expect(stderr).toContain("invalid decision: perhaps");
  });

  test("says so when there are none", async () => {
    await using box = await sandboxBox();
    expect((await box.codex(["rules", "list"])).stdout).toBe("No rules.\n");
    expect((await box.codex(["rules", "list", "--json"])).stdout).toBe("[]\n");
  });
});

describe("codex rules revoke", () => {
  const lines = USER.split("\n");
  const cases: readonly [
    name: string,
    words: (file: string) => readonly string[],
    left: readonly string[],
  ][] = [
    ["by its words", () => ["git", "commit"], lines.toSpliced(1, 1, "# since May")],
    ["by its place", (file) => [`${file}:2`], lines.toSpliced(1, 1, "# since May")],
    ["over several lines", (file) => [`${file}:3`], lines.toSpliced(2, 6, "# network")],
    ["before another on its line", () => ["a"], lines.toSpliced(11, 1, 'prefix_rule(["b"], "forbidden")')],
    ["after another on its line", () => ["b"], lines.toSpliced(11, 1, 'prefix_rule(["a"])')],
    ["about the network", (file) => [`${file}:13`], lines.toSpliced(12, 1)],
  ];
  for (const [name, words, left] of cases) {
    test(`takes out a rule ${name}, and nothing else`, async () => {
      await using box = await ruled();
      const { stdout, stderr, exitCode } = await box.codex(["rules", "revoke", ...words(box.file)]);
      expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
      expect(stdout).toStartWith("Revoked ");
      expect(readFileSync(box.file, "utf8")).toBe(left.join("\n"));
    });
  }

  test("keeps line ends and a BOM", async () => {
    await using box = await ruled('\ufeff# c\r\nprefix_rule(["a"]) # why\r\nprefix_rule(["b"])\r\n');
    await box.codex(["rules", "revoke", "a"]);
    expect(readFileSync(box.file, "utf8")).toBe('\ufeff# c\r\n# why\r\nprefix_rule(["b"])\r\n');
  });

  test("changes nothing when no rule is meant, several are, or a loop makes it", async () => {
    await using box = await ruled(`${USER}prefix_rule(["a"], "prompt")\n`);
    const before = readFileSync(box.file, "utf8");
    const refused = async (...words: string[]) => {
      const { stderr, exitCode } = await box.codex(["rules", "revoke", ...words]);
      expect(exitCode).toBe(1);
      expect(readFileSync(box.file, "utf8")).toBe(before);
      return stderr;
    };
    expect(await refused("nope", "x")).toContain("No rule is `nope x`");
    expect(await refused("a")).toContain(`2 rules are meant. Name one of them:\n  ${box.file}:12  a\n`);
    expect(await refused("one")).toContain("a loop, a condition or a function makes it");
  });

  test("of the last rule leaves a file that can be added to", async () => {
    await using box = await ruled('prefix_rule(["a"])');
    expect((await box.codex(["rules", "revoke", "a"])).exitCode).toBe(0);
    expect(readFileSync(box.file, "utf8")).toBe("");
  });
});

describe("codex execpolicy check", () => {
  test("prints which rules match, and needs a file and a command", async () => {
    await using box = await ruled();
    const { stdout, exitCode } = await box.codex([
      "execpolicy",
      "check",
      "-r",
      box.file,
      "git",
      "commit",
      "-m",
    ]);
    expect(JSON.parse(stdout)).toEqual({
      matchedRules: [{ prefixRuleMatch: { matchedPrefix: ["git", "commit"], decision: "allow" } }],
      decision: "allow",
    });
    expect(exitCode).toBe(0);
    const wrong = await box.codex(["execpolicy", "check"]);
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stderr).toContain("--rules <PATH>");
  });
});
