// The C text can be compiled on one machine for another, and where it was not, it is compiled at its first use.

import { linkSymbols } from "bun:ffi";
import { describe, expect, test } from "bun:test";
import { libcFunctions } from "../../src/exec/libc";
import { landlockVersion } from "../../src/exec/linux-run";
import { compileCode, machineCode, placeCode, type Addresses } from "../../src/exec/linux-code";

describe.skipIf(process.platform !== "linux")("the C text", () => {
  test.skipIf(process.arch !== "x64")("becomes the same machine code each time, without an address", () => {
    const code = machineCode();
    expect(code).not.toBeNull();
    expect(machineCode()).toEqual(code);
  });

  test.skipIf(process.arch !== "x64")("runs wherever it is placed", () => {
    const code = machineCode();
    if (code === null) throw new Error("there is no machine code");
    const [one, other] = [placeCode(code), placeCode(code)];
    if (one === undefined || other === undefined) throw new Error("there is no memory for it");
    expect(one(0)).not.toBe(other(0));
    expect(versionOf(one)).toBe(landlockVersion());
    expect(versionOf(other)).toBe(landlockVersion());
  });

  test("can be compiled when it is needed", () => {
    expect(versionOf(compileCode())).toBe(landlockVersion());
  });
});

/** Of Landlock, which the code asks the kernel for by way of the functions it is handed. */
function versionOf(addressOf: Addresses): number {
  const { syscall, clone, errorNumber, thread } = libcFunctions();
  const { symbols } = linkSymbols({
    prepare: { args: ["ptr"], returns: "void", ptr: addressOf(0) },
    version: { args: [], returns: "i64", ptr: addressOf(3) },
  });
  symbols.prepare(BigUint64Array.of(syscall, clone, errorNumber, thread));
  return Number(symbols.version());
}
