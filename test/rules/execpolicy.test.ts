// `codex execpolicy check` (approvals.md 12.5).

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { ExecpolicyCheckOptions } from "../../src/cli/rules/execpolicy-check";
import { describeError } from "../../src/cli/error-text";
import { runExecpolicyCheck } from "../../src/cli/rules/execpolicy-check";
import { tempFolder } from "../support/temp-folder";

const RULES = `
prefix_rule(["git", "pull"], justification="ok")
prefix_rule(["git"], "prompt")
prefix_rule(["rm"], "forbidden")
host_executable("rm", ["/bin/rm"])
`;

describe("the output", () => {
  test("lists the rules that match in their order, and the strictest decision", async () => {
    expect(await check({ command: ["git", "pull", "-q"] })).toBe(
      '{"matchedRules":[{"prefixRuleMatch":{"matchedPrefix":["git","pull"],"decision":"allow","justification":"ok"}},' +
        '{"prefixRuleMatch":{"matchedPrefix":["git"],"decision":"prompt"}}],"decision":"prompt"}\n',
    );
  });

  test("has no decision when nothing matches", async () => {
    expect(await check({ command: ["ls"] })).toBe('{"matchedRules":[]}\n');
  });

  test("takes words as they are: no shell is looked into", async () => {
    expect(await check({ command: ["bash", "-lc", "rm x"] })).toBe('{"matchedRules":[]}\n');
    expect(await check({ command: ["rm x"] })).toBe('{"matchedRules":[]}\n');
  });

  test("looks up absolute paths by name when asked to", async () => {
    expect(await check({ command: ["/bin/rm", "x"] })).toBe('{"matchedRules":[]}\n');
    expect(await check({ command: ["/bin/rm", "x"], programs: "by-name" })).toBe(
      '{"matchedRules":[{"prefixRuleMatch":{"matchedPrefix":["rm"],"decision":"forbidden","resolvedProgram":"/bin/rm"}}],"decision":"forbidden"}\n',
    );
    expect(await check({ command: ["/tmp/rm"], programs: "by-name" })).toBe('{"matchedRules":[]}\n');
  });

  test("can be indented", async () => {
    expect(await check({ command: ["rm"], format: "pretty" })).toBe(
      `{
  "matchedRules": [
    {
      "prefixRuleMatch": {
        "matchedPrefix": [
          "rm"
        ],
        "decision": "forbidden"
      }
    }
  ],
  "decision": "forbidden"
}
`,
    );
  });

  test("joins several files", async () => {
    using folder = tempFolder({ "a.rules": 'prefix_rule(["x"])', "b.rules": 'prefix_rule(["x"], "prompt")' });
    const files = ["a.rules", "b.rules"].map((name) => join(folder.path, name));
    expect(JSON.parse(await check({ command: ["x"], rules: files })).decision).toBe("prompt");
  });
});

describe("a file that is wrong", () => {
  test("is reported with all of its trace, indented", async () => {
    using folder = tempFolder({ "a.rules": 'prefix_rule(["x"], "no")' });
    const file = join(folder.path, "a.rules");
    expect(await failure([file])).toBe(
      `Error: failed to parse policy at ${file}

Caused by:
    starlark error: Traceback (most recent call last):
      * ${file}:1, in <module>
          prefix_rule(["x"], "no")
    error: invalid decision: no
     --> ${file}:1:1
      |
    1 | prefix_rule(["x"], "no")
      | ^^^^^^^^^^^^^^^^^^^^^^^^
      |
`,
    );
  });

  test("or cannot be read, too", async () => {
    using folder = tempFolder();
    const file = join(folder.path, "none.rules");
    expect(await failure([file])).toBe(
      `Error: failed to read policy at ${file}\n\nCaused by:\n    No such file or directory (os error 2)\n`,
    );
    expect(await failure([folder.path])).toContain("Is a directory (os error 21)");
  });
});

/** What a process that does nothing else prints. */
async function check(options: Partial<ExecpolicyCheckOptions>): Promise<string> {
  using folder = tempFolder({ "f.rules": RULES });
  const all = {
    rules: [join(folder.path, "f.rules")],
    command: [],
    format: "compact",
    programs: "exact",
    ...options,
  };
  const module = join(import.meta.dir, "../../src/cli/rules/execpolicy-check.ts");
  const code = `
    const { runExecpolicyCheck } = await import(${JSON.stringify(module)});
    process.exitCode = await runExecpolicyCheck(${JSON.stringify(all)});`;
  const child = Bun.spawn([process.execPath, "-e", code], { stdout: "pipe", stderr: "inherit" });
  const output = await new Response(child.stdout).text();
  expect(await child.exited).toBe(0);
  return output;
}

async function failure(rules: readonly string[]): Promise<string> {
  try {
    await runExecpolicyCheck({ rules, command: ["x"], format: "compact", programs: "exact" });
  } catch (error) {
    return describeError(error, { stack: false }).text;
  }
  throw new Error("the files were accepted");
}
