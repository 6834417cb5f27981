// What the top of the program prints for an error.

import { expect, test } from "bun:test";
import { describeError } from "../../src/cli/error-text";
import { UserError } from "../../src/util/user-error";

const text = (thrown: unknown) => describeError(thrown, { stack: false });

test("a message, with Error: in front unless it stands alone", () => {
  expect(text(new UserError("no such file"))).toEqual({ text: "Error: no such file\n", exitCode: 1 });
  expect(text(new UserError("Not logged in", { prefixed: false }))).toEqual({
    text: "Not logged in\n",
    exitCode: 1,
  });
  expect(text(new UserError("usage", { exitCode: 2 })).exitCode).toBe(2);
  expect(text(new TypeError("odd"))).toEqual({ text: "Error: odd\n", exitCode: 1 });
  expect(text("thrown text").text).toBe("Error: thrown text\n");
});

test("one cause is indented, several are numbered", () => {
  const disk = new Error("No such file or directory (os error 2)");
  expect(text(new UserError("failed to read policy at /p", { cause: disk })).text).toBe(
    "Error: failed to read policy at /p\n\nCaused by:\n    No such file or directory (os error 2)\n",
  );
  const middle = new Error("cannot load", { cause: disk });
  expect(text(new UserError("top", { cause: middle })).text).toBe(
    "Error: top\n\nCaused by:\n    0: cannot load\n    1: No such file or directory (os error 2)\n",
  );
});

test("a chain that bites its own tail ends", () => {
  const error = new Error("loop");
  error.cause = error;
  expect(text(error).text.length).toBeLessThan(1000);
});

test("a stack is only shown to those who asked for diagnostics", () => {
  expect(describeError(new Error("x"), { stack: true }).text).toContain("error-text.test.ts");
});
