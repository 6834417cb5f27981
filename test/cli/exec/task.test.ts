// What a command line asks a non-interactive run to do.

import { describe, expect, test } from "bun:test";
import { parseArgv } from "../../../src/cli/argv";
import { execTask, type ExecTask } from "../../../src/cli/exec/task";
import { CODEX } from "../../../src/cli/table";

function task(...argv: string[]): ExecTask {
  const parsed = parseArgv(CODEX, argv);
  if (parsed.type !== "run") throw new Error(`expected a command, got ${parsed.type}`);
  return execTask(parsed.invocation);
}

test("exec has a prompt, or is given it on stdin", () => {
  expect(task("exec", "do it")).toEqual({ type: "prompt", argument: "do it" });
  expect(task("e", "-")).toEqual({ type: "prompt", argument: "-" });
  expect(task("exec")).toEqual({ type: "prompt", argument: undefined });
});

describe("exec resume", () => {
  const resume = {
    type: "resume",
    session: undefined,
    last: false,
    everywhere: false,
    argument: undefined,
  } as const;

  test("takes a session and a prompt", () => {
    expect(task("exec", "resume", "id", "go on")).toEqual({ ...resume, session: "id", argument: "go on" });
    expect(task("exec", "resume", "id", "-")).toEqual({ ...resume, session: "id", argument: "-" });
    expect(task("exec", "resume", "id")).toEqual({ ...resume, session: "id" });
    expect(task("exec", "resume")).toEqual(resume);
  });

  test("with --last takes a single word for the prompt", () => {
    expect(task("exec", "resume", "--last", "go on")).toEqual({ ...resume, last: true, argument: "go on" });
    expect(task("exec", "resume", "--last", "--all")).toEqual({ ...resume, last: true, everywhere: true });
    expect(task("exec", "resume", "id", "go on", "--last")).toMatchObject({ last: true, argument: "go on" });
  });

  test("takes over the prompt before it when it has none", () => {
    expect(task("exec", "P", "resume", "--last")).toEqual({ ...resume, last: true, argument: "P" });
    expect(task("exec", "P", "resume", "id")).toEqual({ ...resume, session: "id", argument: "P" });
    expect(task("exec", "P", "resume", "id", "Q")).toMatchObject({ argument: "Q" });
  });
});

describe("review", () => {
  const review = (...argv: string[]) => {
    const both = [task("exec", "review", ...argv), task("review", ...argv)];
    expect(both[0]).toEqual(both[1]);
    return both[0]?.type === "review" ? both[0].target : undefined;
  };

  test("is of changes, a branch, a commit, or anything", () => {
    expect(review("--uncommitted")).toEqual({ type: "uncommittedChanges" });
    expect(review("--base", "main")).toEqual({ type: "baseBranch", branch: "main" });
    expect(review("--commit", "abc")).toEqual({ type: "commit", sha: "abc", title: null });
    expect(review("--commit", "abc", "--title", "T")).toEqual({ type: "commit", sha: "abc", title: "T" });
    expect(review("look at this")).toEqual({ type: "custom", instructions: "look at this" });
  });

  test("is not of nothing", () => {
    expect(() => task("review")).toThrow(
      "Specify --uncommitted, --base, --commit, or provide custom review instructions",
    );
  });

  const refused = (argv: string, text: string) =>
    test(`${argv} is refused`, () => {
      for (const command of ["exec review", "review"]) {
        expect(() => task(...`${command} ${argv}`.split(" "))).toThrow(text);
      }
    });
  refused("--uncommitted --base x", "the argument '--uncommitted' cannot be used with '--base <BRANCH>'");
  refused("--base x --commit y", "the argument '--base <BRANCH>' cannot be used with '--commit <SHA>'");
  refused("--uncommitted x", "the argument '--uncommitted' cannot be used with '[PROMPT]'");
  refused("x --commit y", "the argument '--commit <SHA>' cannot be used with '[PROMPT]'");
  refused("--title x", "the following required arguments were not provided:\n  --commit <SHA>");
  refused("a b", "unexpected argument 'b' found");
});

describe("options that must stand before the subcommand", () => {
  for (const flag of ["-s=read-only", "-C=.", "--color=never", "-p=x", "--add-dir=x", "--oss"]) {
    test(flag, () => {
      expect(() => task("exec", "resume", flag, "id")).toThrow("unexpected argument");
      expect(() => task("exec", "review", flag, "--uncommitted")).toThrow("unexpected argument");
    });
  }
  test("review alone has next to none", () => {
    for (const flag of ["-m=x", "--json", "--yolo", "--ephemeral"]) {
      expect(() => task("review", flag, "--uncommitted")).toThrow("unexpected argument");
    }
    expect(task("-m", "x", "review", "--strict-config", "-c", "a=1", "--uncommitted").type).toBe("review");
  });
});
