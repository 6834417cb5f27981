// `codex exec` at a terminal: what commands and models send is shown there and not obeyed; elsewhere it stays as it came.

import { expect, test } from "bun:test";
import { scripted, type ExecRun } from "../support/exec-run";
import { CODEX } from "../support/harness";
import { completed, functionCall, message, respond } from "../support/responses-server";

const EVIL = "\x1b]0;owned\x07\x1b[2J\x1b[5;31mred\x1b[8mhidden";
const SCRIPT = () => [
  respond(
    functionCall(
      "exec_command",
      { cmd: "printf '\\033]0;owned\\007\\033[2J\\033[5;31mred\\033[8mhidden\\n'" },
      "c1",
    ),
  ),
  respond(message(`answer ${EVIL}`), completed()),
];

async function atTerminal(
  run: ExecRun,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const { box } = run;
  let seen = "";
  const decoder = new TextDecoder();
  const program = Bun.spawn([CODEX, "exec", "-s", "danger-full-access", "--no-stdin", ...args, "go"], {
    cwd: box.workspace,
    env: {
      PATH: process.env["PATH"] ?? "/usr/bin:/bin",
      HOME: box.home,
      CODEX_HOME: box.codexHome,
      SHELL: "/bin/sh",
      TERM: "xterm-256color",
      ...env,
    },
    terminal: {
      cols: 80,
      rows: 24,
      data: (_, bytes) => void (seen += decoder.decode(bytes, { stream: true })),
    },
  });
  await program.exited;
  program.terminal?.close();
  return seen;
}

test("a terminal gets colours of commands and nothing else that it would obey", async () => {
  await using run = await scripted(SCRIPT());
  const seen = await atTerminal(run, [], {});
  expect(seen).toContain("\x1b[31mredhidden\r\n");
  expect(seen).toContain("answer \x1b[31mredhidden");
  const sequences = seen.split("\x1b").slice(1);
  expect(sequences.filter((text) => !/^\[[0-9;]*m/.test(text))).toEqual([]);
  expect(seen.replaceAll("\r\n", "").replaceAll("\x1b", "")).not.toMatch(/\p{Cc}/u);
});

test("a terminal without colours gets none", async () => {
  await using run = await scripted(SCRIPT());
  const seen = await atTerminal(run, [], { NO_COLOR: "1" });
  expect(seen).toContain("\nredhidden\r\n");
  expect(seen).not.toContain("\x1b");
});

test("a file gets what came", async () => {
  await using run = await scripted(SCRIPT());
  const { stdout, stderr } = await run.box.codex(["exec", "-s", "danger-full-access", "--no-stdin", "go"]);
  expect(stdout).toBe(`answer ${EVIL}\n`);
  expect(stderr).toContain(EVIL);
});
