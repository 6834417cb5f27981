import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { selfCommand } from "../../src/exec/executable";

test("a helper is this program with the given words", () => {
  const { argv } = selfCommand(["--flag", "x"], {});
  expect(argv[0]).toBe(process.execPath);
  expect(argv.slice(-2)).toEqual(["--flag", "x"]);
  expect(existsSync(argv[1] ?? "")).toBeTrue();
});

test("its environment cannot make it load or become something else", () => {
  const env = {
    PATH: "/bin",
    LD_PRELOAD: "x",
    DYLD_INSERT_LIBRARIES: "x",
    NODE_OPTIONS: "x",
    BUN_OPTIONS: "x",
    BUN_BE_BUN: "1",
    GONE: undefined,
  };
  expect(selfCommand([], env).env).toEqual({ PATH: "/bin" });
});
