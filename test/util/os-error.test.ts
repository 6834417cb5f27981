// Failures of file operations, worded as the operating system words them.

import { expect, test } from "bun:test";
import { mkdirSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { osErrorText } from "../../src/util/os-error";
import { tempFolder } from "../support/temp-folder";

function failureOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
}

test("a system call that failed is named by the system's words and number", () => {
  using folder = tempFolder({ file: "x" });
  const read = (name: string) => osErrorText(failureOf(() => readFileSync(join(folder.path, name))));
  expect(read("missing")).toBe("No such file or directory (os error 2)");
  expect(read("file/below")).toBe("Not a directory (os error 20)");
  expect(read(".")).toBe("Is a directory (os error 21)");
  expect(osErrorText(failureOf(() => mkdirSync(folder.path)))).toBe("File exists (os error 17)");
  expect(osErrorText(failureOf(() => rmdirSync(folder.path)))).toBe("Directory not empty (os error 39)");
});

test("anything else keeps its own words", () => {
  expect(osErrorText(new Error("odd"))).toBe("odd");
  expect(osErrorText("thrown text")).toBe("thrown text");
});
