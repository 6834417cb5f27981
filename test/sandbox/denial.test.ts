import { describe, expect, test } from "bun:test";
import { isFirstWsl } from "../../src/sandbox/confine";
import { looksDenied } from "../../src/sandbox/denial";

describe("a command that the sandbox stood in the way of", () => {
  const linux = process.platform === "linux";
  test.each([
    [1, "touch: x: Read-only file system", true, true],
    [1, "OPERATION NOT PERMITTED", true, true],
    [127, "bash: Permission denied", true, true],
    [1, "Failed to write file /x", true, true],
    [0, "Permission denied", true, false],
    [1, "Permission denied", false, false],
    [1, "assertion failed", true, false],
    [2, "usage: x", true, false],
    [126, "", true, false],
    [159, "", true, linux],
  ])("exit %d, %j, sandboxed %p: %p", (code, output, sandboxed, expected) => {
    expect(looksDenied(code, output, sandboxed)).toBe(expected);
  });
});

test.each([
  ["Linux version 4.4.0-19041-Microsoft (Microsoft@Microsoft.com)", true],
  ["Linux version 5.15.90.1-microsoft-standard-WSL2", false],
  ["Linux version 6.6.0-WSL1", true],
  ["Linux version 6.1.0-13-amd64 (debian-kernel@lists.debian.org)", false],
])("%s: first WSL %p", (version, expected) => {
  expect(isFirstWsl(version)).toBe(expected);
});
