// Rules and the approval policy `never` in `codex exec`: what runs, where it runs, and what is refused in which words.

import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { itemsOf, outputOf, scripted, type ExecRun, type ScriptedOptions } from "../support/exec-run";
import { functionCall, message, respond } from "../support/responses-server";

const RULES = `
prefix_rule(pattern = ["touch"], decision = "allow")
prefix_rule(pattern = ["echo"], decision = "allow")
prefix_rule(pattern = ["askme"], decision = "prompt")
prefix_rule(pattern = ["nono"], decision = "forbidden")
prefix_rule(pattern = ["whynot"], decision = "forbidden", justification = "because")
`;

type Tool = "exec_command" | "shell_command";

/** A run in which the model calls one tool once. */
async function calling(tool: Tool, command: string, options: ScriptedOptions = {}): Promise<ExecRun> {
  const given = { [tool === "exec_command" ? "cmd" : "command"]: command, login: false };
  const it = await scripted([respond(functionCall(tool, given, "c1")), respond(message("done"))], options);
  it.box.write(join(it.box.codexHome, "rules", "default.rules"), RULES);
  return it;
}

/** What the model reads and what is shown. */
async function result(it: ExecRun, args: readonly string[] = ["-s", "workspace-write"]) {
  const { events, exitCode, stderr } = await it.box.events([...args, "go"]);
  const items = itemsOf(events, "item.completed").filter((item) => item.type === "command_execution");
  return { output: outputOf(it.server.requests[1], "c1"), items, exitCode, stderr };
}

/** Which shell the user has is another matter. */
function withoutShell(text: string): string {
  return text.replaceAll(/\/[\w/]*\b(ba|z|)sh (?=-c )/g, "SHELL ");
}

describe("a command that every rule allows", () => {
  test("runs outside the sandbox", async () => {
    await using it = await calling("exec_command", "touch ../outside && echo made");
    const { output, exitCode } = await result(it, ["-s", "read-only"]);
    expect(output).toContain("Process exited with code 0\n");
    expect(exitCode).toBe(0);
    expect(existsSync(join(it.box.workspace, "../outside"))).toBe(true);
  });

  test("stays inside when another command beside it has no rule", async () => {
    await using it = await calling("exec_command", "touch ../outside && ls");
    expect((await result(it)).output).toContain("Read-only file system");
    expect(existsSync(join(it.box.workspace, "../outside"))).toBe(false);
  });

  test("stays inside with --ignore-rules", async () => {
    await using it = await calling("exec_command", "touch ../outside");
    expect((await result(it, ["--ignore-rules"])).output).toContain("Read-only file system");
  });
});

describe("a command that may not run", () => {
  const refused = (command: string, reason: string, args?: readonly string[]) =>
    test(`${[...(args ?? []), command].join(" ")} is refused: ${reason}`, async () => {
      const quoted = `SHELL -c '${command}'`;
      const text = reason.replace("CMD", quoted);
      await using unified = await calling("exec_command", command);
      const first = await result(unified, args);
      expect(withoutShell(first.output)).toBe(
        `exec_command failed for \`${quoted}\`: CreateProcess { message: "Rejected(\\"${text}\\")" }`,
      );
      expect({ items: first.items, exitCode: first.exitCode }).toEqual({ items: [], exitCode: 0 });
      await using plain = await calling("shell_command", command);
      const second = await result(plain, args);
      expect(withoutShell(second.output)).toBe(text);
      expect(JSON.parse(withoutShell(JSON.stringify(second.items)))).toEqual([
        {
          id: "item_0",
          type: "command_execution",
          command: quoted,
          aggregated_output: text,
          exit_code: -1,
          status: "declined",
        },
      ]);
    });

  const ASKING = "approval required by policy, but AskForApproval is set to Never";
  refused("askme x", ASKING);
  refused("askme x", ASKING, ["--yolo"]);
  refused("nono x", "`CMD` rejected: policy forbids commands starting with `nono`");
  refused("echo a && whynot x", "`CMD` rejected: because");
  refused("rm -rf x", "`CMD` rejected: blocked by policy");
});

test("what is dangerous in a sandbox runs where there is none", async () => {
  await using it = await calling("exec_command", "rm -rf x");
  mkdirSync(join(it.box.workspace, "x"));
  expect((await result(it, ["--yolo"])).output).toContain("Process exited with code 0");
  expect(existsSync(join(it.box.workspace, "x"))).toBe(false);
});

describe("rules of a project", () => {
  const FILES = { ".codex/rules/p.rules": 'prefix_rule(["echo"], "forbidden", justification = "quiet")\n' };

  test("count when it is trusted", async () => {
    await using it = await calling("exec_command", "echo hi", { files: FILES });
    expect((await result(it)).output).toContain("rejected: quiet");
  });

  test("do not count when it is not", async () => {
    await using it = await calling("exec_command", "echo hi", { files: FILES });
    const { output } = await result(it, ["-s", "read-only"]);
    expect(output).toContain("Process exited with code 0");
  });
});

test("a mistake in a file of rules ends the run before it begins, unless they are ignored", async () => {
  await using it = await calling("exec_command", "echo hi");
  const file = it.box.write(join(it.box.codexHome, "rules", "x.rules"), 'prefix_rule(["a"], "nope")\n');
  const { stdout, stderr, exitCode } = await it.box.codex(["exec", "--json", "go"]);
  expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 1 });
  expect(stderr).toStartWith(
    `Error loading rules:\n${file}:1: error: invalid decision: nope (problem is on or around line 1)\n`,
  );
  expect((await it.box.codex(["exec", "--ignore-rules", "go"])).exitCode).toBe(0);
});
