import { describe, expect, test } from "bun:test";
import { boundedOutput } from "../../src/exec/output";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("bounded output", () => {
  test("below the limit it is all there", () => {
    const output = boundedOutput(10);
    for (const part of ["ab", "", "cdefg", "hij"]) output.write(bytes(part));
    expect([output.text(), output.totalBytes, output.omittedBytes]).toEqual(["abcdefghij", 10, 0]);
  });

  test("above it, the beginning and the end are kept", () => {
    const output = boundedOutput(6);
    for (const part of ["ab", "cdefgh", "i", "jkl"]) output.write(bytes(part));
    expect([output.text(), output.totalBytes, output.omittedBytes]).toEqual(["abcjkl", 12, 6]);
  });

  test("one large chunk is cut the same as many small ones", () => {
    const text = "0123456789".repeat(100);
    const [one, many] = [boundedOutput(50), boundedOutput(50)];
    one.write(bytes(text));
    for (const letter of text) many.write(bytes(letter));
    expect(many.text()).toBe(one.text());
    expect(one.text()).toBe(text.slice(0, 25) + text.slice(-25));
  });

  test("a character over two chunks is whole", () => {
    const output = boundedOutput();
    const euro = bytes("€");
    for (const byte of euro) output.write(Uint8Array.of(byte));
    expect(output.text()).toBe("€");
  });

  test("a character that the cut goes through is left out, not mangled", () => {
    for (let limit = 4; limit < 30; limit++) {
      const output = boundedOutput(limit);
      output.write(bytes("€äx🙂".repeat(20)));
      expect(output.text()).not.toContain("\uFFFD");
    }
  });

  test("what is not UTF-8 becomes U+FFFD", () => {
    const output = boundedOutput();
    output.write(Uint8Array.of(0x61, 0xff, 0x62));
    expect(output.text()).toBe("a\uFFFDb");
  });

  test.each([
    ["", 0],
    ["a", 1],
    ["a\n", 1],
    ["a\nb", 2],
    ["\n\n", 2],
  ])("%j has %d lines", (text, lines) => {
    const output = boundedOutput(1);
    for (const letter of text) output.write(bytes(letter));
    expect(output.totalLines).toBe(lines);
  });

  test("memory stays within the bound", () => {
    const output = boundedOutput(1000);
    const chunk = new Uint8Array(10_000).fill(0x61);
    for (let i = 0; i < 1000; i++) output.write(chunk);
    expect(output.text().length).toBe(1000);
    expect(output.totalBytes).toBe(10_000_000);
  });
});
