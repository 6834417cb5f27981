// What an update makes of a file's text when its line endings are kept, and where the planner is kinder than the vectors say.

import { describe, expect, test } from "bun:test";
import type { LineEndings } from "../../src/patch/file-lines";
import { parsePatch } from "../../src/patch/parse";
import type { Chunk } from "../../src/patch/patch";
import { planUpdate } from "../../src/patch/plan";

/** The new text of `text`, or the error, after an update with this body. */
function update(text: string, body: string, lineEndings: LineEndings = "keep"): string {
  const planned = planUpdate(text, chunksOf(body), "/f", lineEndings);
  return planned.type === "planned" ? planned.text : `error: ${planned.message}`;
}

function chunksOf(body: string): readonly Chunk[] {
  const patch = parsePatch(`*** Begin Patch\n*** Update File: f\n${body}\n*** End Patch`);
  const hunk = patch.type === "patch" ? patch.hunks[0] : undefined;
  if (hunk?.type !== "update") throw new Error("not an update");
  return hunk.chunks;
}

describe("keeping line endings", () => {
  test("lines written into a CRLF file end in CRLF", () => {
    expect(update("one\r\ntwo\r\nthree\r\n", "@@\n one\n-two\n+2\n+3")).toBe("one\r\n2\r\n3\r\nthree\r\n");
  });

  test("a CRLF file without a final line ending gets its own", () => {
    expect(update("one\r\ntwo", "@@\n-two\n+2")).toBe("one\r\n2\r\n");
    expect(update("one\r\ntwo\r\nthree", "@@\n-two\n+2")).toBe("one\r\n2\r\nthree\r\n");
  });

  test("lines appended to a CRLF file end in CRLF", () => {
    expect(update("one\r\n", "@@\n+two")).toBe("one\r\ntwo\r\n");
    expect(update("one\r\ntwo", "@@\n+three")).toBe("one\r\ntwo\r\nthree\r\n");
  });

  test("in a mixed file written lines take the commoner ending and the others stay as they are", () => {
    expect(update("a\r\nb\nc\r\nd\r\n", "@@\n a\n b\n-c\n+C\n d")).toBe("a\r\nb\nC\r\nd\r\n");
    expect(update("a\r\nb\nc\nd\n", "@@\n a\n+N\n b")).toBe("a\r\nN\nb\nc\nd\n");
  });

  test("in an evenly mixed file written lines take the ending of the first line", () => {
    expect(update("a\r\nb\n", "@@\n b\n+c")).toBe("a\r\nb\nc\r\n");
    expect(update("a\nb\r\n", "@@\n b\n+c")).toBe("a\nb\r\nc\n");
  });

  test("a file whose lines end in CR alone is patched by line", () => {
    expect(update("one\rtwo\r", "@@\n-one\n+1\n+1b")).toBe("1\r1b\rtwo\r");
  });

  test("a lone CR inside a line of an LF file is text", () => {
    expect(update("a\rb\nc\n", "@@\n-c\n+d")).toBe("a\rb\nd\n");
  });

  test("a file without any line ending gets LF", () => {
    expect(update("x", "@@\n-x\n+y")).toBe("y\n");
    expect(update("", "@@\n+y")).toBe("y\n");
  });

  test("a BOM does not hinder the first line and survives its replacement", () => {
    expect(update("\ufeffone\ntwo\n", "@@\n-one\n+1")).toBe("\ufeff1\ntwo\n");
    expect(update("\ufeffone\r\ntwo\r\n", "@@\n-one\n+1")).toBe("\ufeff1\r\ntwo\r\n");
    expect(update("\ufeffone\n", "@@\n+zero\n one")).toBe("\ufeffzero\none\n");
  });

  test("deleting every line leaves an empty file, without a BOM", () => {
    expect(update("\ufeffone\r\ntwo\r\n", "@@\n-one\n-two")).toBe("");
  });

  test("context lines keep the file's own white space and punctuation", () => {
    expect(update("   one   \nit’s\nx\n", "@@\n one\n it's\n-x\n+y")).toBe("   one   \nit’s\ny\n");
  });

  test("blank lines at the end of the file are kept, and text is appended after them", () => {
    expect(update("one\ntwo\n\n\n", "@@\n-two\n+2")).toBe("one\n2\n\n\n");
    expect(update("one\n\n", "@@\n+two")).toBe("one\n\ntwo\n");
  });

  test("a context line that the file does not have, at the end of a chunk, is let go", () => {
    expect(update("one\r\ntwo\r\n", "@@\n-two\n+2\n")).toBe("one\r\n2\r\n");
    expect(update("a\nb\n", "@@\n a\n\n+c")).toBe("a\n\nc\nb\n");
  });
});

describe("chunks that meet", () => {
  const modes: readonly LineEndings[] = ["keep", "patch"];
  for (const mode of modes) {
    test(`an end-of-file chunk does not undo an earlier chunk (${mode})`, () => {
      const body = "@@\n a\n b\n-c\n+C\n@@\n-c\n+D\n*** End of File";
      expect(update("a\nb\nc\n", body, mode)).toBe("error: Failed to find expected lines in /f:\nc");
    });

    test(`appended text is not lost when an earlier chunk replaces the last blank line (${mode})`, () => {
      expect(update("one\n\n", "@@\n one\n-\n+x\n@@\n+N", mode)).toBe("one\nx\nN\n");
    });
  }
});

describe("size", () => {
  const BOUND_MS = 2000;

  test("a block that almost matches everywhere in a file of repeated lines is searched in linear time", () => {
    const started = performance.now();
    const body = `@@\n${"-x\n".repeat(5000)}-y\n+z`;
    expect(update("x\n".repeat(300_000), body, "patch")).toStartWith("error: Failed to find expected lines");
    expect(performance.now() - started).toBeLessThan(BOUND_MS);
  });

  test("two thousand chunks into a hundred thousand CRLF lines take well under a second", () => {
    const lines = Array.from({ length: 100_000 }, (_, index) => `line ${index}`);
    const places = Array.from({ length: 2000 }, (_, index) => index * 50);
    const body = places.map((at) => `@@\n line ${at}\n-line ${at + 1}\n+changed`).join("\n");
    const started = performance.now();
    const result = update(`${lines.join("\r\n")}\r\n`, body);
    expect(performance.now() - started).toBeLessThan(BOUND_MS);
    expect(result.split("changed\r\n").length).toBe(2001);
  });
});
