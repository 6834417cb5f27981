// Scripts of every kind: how they are lowered, and what is known about them (approvals.md 3 to 5).

import { describe, expect, test } from "bun:test";
import { isDangerous, isDestructive } from "../../src/rules/dangerous";
import { isSafe } from "../../src/rules/safe";
import { canonicalCommand, lower, wrappedScript, type Lowered } from "../../src/rules/shell";
import { coveredCommands, visibleCommands } from "../../src/rules/shell-view";
import sections from "../fixtures/rules-scripts.json";

type Row = {
  readonly script: string;
  readonly as: string;
  readonly commands?: readonly (readonly string[])[];
  readonly is?: readonly string[];
};

const bash = (script: string) => ["/bin/bash", "-lc", script];

test("there are at least 300 scripts", () => {
  expect(sections.flatMap(({ scripts }) => scripts).length).toBeGreaterThan(600);
});

for (const { section, scripts } of sections) {
  describe(section, () => {
    const rows: readonly Row[] = scripts;
    for (const row of rows) {
      test(JSON.stringify(row.script), () => expect(factsOf(row.script)).toEqual(row));
    }
  });
}

describe("the recognised wrapper (approvals.md 3.1)", () => {
  test("is bash, zsh or sh in any folder, with -c or -lc and one script", () => {
    for (const shell of ["bash", "zsh", "sh", "/bin/bash", "/opt/x/zsh", "./sh", "bash.exe"]) {
      expect(wrappedScript([shell, "-lc", "ls"])).toBe("ls");
      expect(wrappedScript([shell, "-c", "ls"])).toBe("ls");
    }
  });

  test("is nothing else", () => {
    for (const argv of [
      ["fish", "-c", "ls"],
      ["bash", "-l", "ls"],
      ["bash", "-lc"],
      ["bash", "-lc", "ls", "x"],
      ["bash", "-cl", "ls"],
      ["bash5", "-c", "ls"],
      ["xbash", "-c", "ls"],
      [],
    ]) {
      expect(wrappedScript(argv)).toBeUndefined();
      expect(lower(argv)).toEqual({ type: "plain", commands: [{ words: argv, literal: true }] });
    }
  });
});

test("words that the shell would change are not literal", () => {
  for (const [script, literal] of [
    ["echo a b", true],
    ["echo 'a\\b' \"{x,y}\"", true],
    ["echo *.ts ~ {}", true],
    ["echo a\\b", false],
    ["echo {x,y}", false],
    ['echo "a\\$b"', false],
    ['echo "a\\nb"', true],
  ] as const) {
    const lowered = lower(bash(script));
    expect(lowered.type === "plain" && lowered.commands.every((command) => command.literal)).toBe(literal);
  }
});

test("the same command in another shell is the same request (approvals.md 7.4)", () => {
  const words = ["git", "push", "a b"];
  expect(canonicalCommand(["/bin/bash", "-lc", "git push 'a b'"])).toEqual(words);
  expect(canonicalCommand(["zsh", "-c", "git push 'a b'"])).toEqual(words);
  expect(canonicalCommand(words)).toEqual(words);
});

test("other scripts are the same request only when they are the same text", () => {
  const key = (script: string, flag = "-lc") => JSON.stringify(canonicalCommand(["bash", flag, script]));
  expect(key("ls; pwd")).toBe(key("ls; pwd"));
  expect(key("ls; pwd")).not.toBe(key("ls;pwd"));
  expect(key("ls > f")).not.toBe(key("ls > f", "-c"));
  expect(key("ls > f")).not.toBe(key("ls"));
  expect(key("rm a\\ b")).not.toBe(key("rm 'a\\ b'"));
  expect(key("rm {a,b}")).not.toBe(key("rm '{a,b}'"));
});

test("a script too long to read is opaque", () => {
  expect(lower(bash(`echo ${"x".repeat(300_000)}`)).type).toBe("opaque");
});

test("nested without end, it neither fails nor takes long", () => {
  const started = performance.now();
  for (const script of [
    "(".repeat(20_000),
    "$(".repeat(20_000),
    "`".repeat(20_001),
    "{ ".repeat(20_000),
    "if ".repeat(20_000),
    `echo ${'"$('.repeat(5_000)}`,
    "eval ".repeat(20_000),
    "sudo ".repeat(20_000),
    "a|".repeat(20_000),
    "a # b\n".repeat(20_000),
    `cat ${"<<E ".repeat(2_000)}`,
  ]) {
    factsOf(script);
    coveredCommands(bash(script));
    visibleCommands(bash(script));
  }
  expect(performance.now() - started).toBeLessThan(20_000);
});

/** What the fixture says of a script, from our own functions. */
function factsOf(script: string): Row {
  const argv = bash(script);
  const lowered = lower(argv);
  const facts = [
    ...(isSafe({ words: argv, literal: true }, "linux") ? ["safe"] : []),
    ...(isDangerous(argv, "linux") ? ["dangerous"] : []),
    ...(isDestructive(argv) ? ["destructive"] : []),
  ];
  return {
    script,
    as: lowered.type,
    ...(lowered.type !== "opaque" && { commands: commandsOf(lowered) }),
    ...(facts.length > 0 && { is: facts }),
  };
}

function commandsOf(lowered: Lowered): readonly (readonly string[])[] {
  const commands = lowered.type === "plain" ? lowered.commands : [lowered.command];
  return commands.map(({ words }) => words);
}
