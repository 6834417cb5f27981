import { expect, test } from "bun:test";
import { commandEnvironment, wildcard } from "../../src/config/shell-environment";

const ENV = {
  PATH: "/bin",
  HOME: "/h",
  Lang: "C",
  MY_TOKEN: "t",
  SECRET_X: "s",
  FOO_KEY: "k",
  AZ: "1",
  ODD: undefined,
};

test("without a policy everything is inherited, secrets too", () => {
  expect(Object.keys(commandEnvironment(undefined, ENV, undefined, "linux"))).toEqual([
    ...["PATH", "HOME", "Lang", "MY_TOKEN", "SECRET_X", "FOO_KEY", "AZ"],
  ]);
});

test("the steps go in order: inherit, default excludes, exclude, set, include_only, thread id", () => {
  const policy = { ignore_default_excludes: false, exclude: ["az*"], set: { NEW_TOKEN: "v", AZ2: "q" } };
  expect(commandEnvironment(policy, ENV, "t1", "linux")).toEqual({
    ...{ PATH: "/bin", HOME: "/h", Lang: "C", NEW_TOKEN: "v", AZ2: "q", CODEX_THREAD_ID: "t1" },
  });
  expect(commandEnvironment({ ...policy, include_only: ["PATH", "AZ?"] }, ENV, "t1", "linux")).toEqual({
    ...{ PATH: "/bin", AZ2: "q", CODEX_THREAD_ID: "t1" },
  });
});

test("core and none inherit little or nothing; names are compared without case", () => {
  expect(commandEnvironment({ inherit: "core" }, ENV, undefined, "linux")).toEqual({
    ...{ PATH: "/bin", HOME: "/h", Lang: "C" },
  });
  expect(commandEnvironment({ inherit: "none", set: { A: "1" } }, ENV, undefined, "linux")).toEqual({
    A: "1",
  });
});

test("Windows has a core list of its own and always PATHEXT", () => {
  const env = { Path: "C:\\", HOME: "/h", SystemRoot: "C:\\Windows", PROGRAMW6432: "x" };
  expect(commandEnvironment({ inherit: "core" }, env, undefined, "win32")).toEqual({
    ...{ PATH: "C:\\", SystemRoot: "C:\\Windows", PROGRAMW6432: "x", PATHEXT: ".COM;.EXE;.BAT;.CMD" },
  });
  const own = commandEnvironment({ inherit: "core" }, { PathExt: ".EXE" }, undefined, "win32");
  expect(own).toEqual({ PathExt: ".EXE" });
});

test("patterns are wildcards, not regular expressions", () => {
  const table: readonly (readonly [string, string, boolean])[] = [
    ["AWS_*", "aws_region", true],
    ["AWS_*", "XAWS_", false],
    ["A?C", "ABC", true],
    ["A?C", "AC", false],
    ["A.C", "ABC", false],
    ["A.*", "A.B", true],
    ["[AB]", "A", false],
    ["*KEY*", "MONKEYS", true],
    ["", "", true],
  ];
  for (const [pattern, name, matches] of table)
    expect([pattern, name, wildcard(pattern).test(name)]).toEqual([pattern, name, matches]);
});
