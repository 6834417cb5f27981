// Files that are not UTF-8: what is not touched keeps its bytes, and what cannot be written as it should be is refused.

import { describe, expect, test } from "bun:test";
import { chmodSync, existsSync, lstatSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { applyPatchText } from "../../src/patch/apply";
import { decodeText, encodeText } from "../../src/patch/encoding";
import { tempFolder, type TempFolder } from "../support/temp-folder";
import { randomFrom } from "./random";

function apply(folder: TempFolder, lineEndings: "keep" | "patch", ...body: readonly string[]) {
  const text = ["*** Begin Patch", ...body, "*** End Patch"].join("\n");
  return applyPatchText(text, { cwd: folder.path, home: folder.path, lineEndings });
}

const bytesOf = (folder: TempFolder, name: string) =>
  readFileSync(join(folder.path, name)).toString("latin1");
const UPDATE = ["*** Update File: f", "@@"];

describe("a file that is not UTF-8", () => {
  test("is patched on its ASCII lines, and every other byte stays", () => {
    using folder = tempFolder();
    folder.write("f", Buffer.from("caf\xe9\r\none\r\n\x85\xa0\r\n", "latin1"));
    expect(apply(folder, "keep", ...UPDATE, "-one", "+two").exitCode).toBe(0);
    expect(bytesOf(folder, "f")).toBe("caf\xe9\r\ntwo\r\n\x85\xa0\r\n");
  });

  test("takes letters of Latin-1 where it can be that", () => {
    using folder = tempFolder();
    folder.write("f", Buffer.from("caf\xe9\none\n", "latin1"));
    expect(apply(folder, "keep", ...UPDATE, "-café", "+garçon").exitCode).toBe(0);
    expect(bytesOf(folder, "f")).toBe("gar\xe7on\none\n");
  });

  test("refuses letters that may mean something else in its encoding", () => {
    using folder = tempFolder();
    const shiftJis = Buffer.from("\x93\xfa\x96\x7b\none\n", "latin1");
    folder.write("f", shiftJis);
    const refused = apply(folder, "keep", ...UPDATE, "-one", "+é");
    expect(refused.stderr).toBe(
      `Failed to update ${folder.path}/f: the file is not UTF-8, and how to write 'é' in its encoding is not known\n`,
    );
    const other = apply(folder, "keep", ...UPDATE, "-one", "+日");
    expect(other.stderr).toContain("how to write '日'");
    expect(readFileSync(join(folder.path, "f"))).toEqual(shiftJis);
  });

  test("says so when its lines are not found", () => {
    using folder = tempFolder();
    folder.write("f", Buffer.from("\x93\xfa\x96\x7b\n", "latin1"));
    expect(apply(folder, "keep", ...UPDATE, "-日本", "+x").stderr).toEndWith(
      "日本\n(the file is not UTF-8: only its ASCII lines can be named in a patch)\n",
    );
  });

  test("is refused by the stand-alone command, as ever", () => {
    using folder = tempFolder();
    folder.write("f", Buffer.from("x\n\xff\n", "latin1"));
    expect(apply(folder, "patch", ...UPDATE, "-x", "+y").stderr).toBe(
      `Failed to read file to update ${folder.path}/f: invalid utf-8 sequence of 1 bytes from index 2\n`,
    );
  });
});

describe("UTF-16 with a BOM", () => {
  for (const order of ["utf-16le", "utf-16be"] as const) {
    test(`${order} stays that`, () => {
      using folder = tempFolder();
      const encode = (text: string) => Buffer.from(encodeText(text, order));
      folder.write("f", encode("\ufeffone\r\n日本 😀\r\n"));
      expect(apply(folder, "keep", ...UPDATE, " one", "-日本 😀", "+日 é").exitCode).toBe(0);
      expect(readFileSync(join(folder.path, "f"))).toEqual(encode("\ufeffone\r\n日 é\r\n"));
    });
  }

  test("that is broken is taken byte by byte", () => {
    for (const text of ["\xff\xfea", "\xff\xfe\x00\xd8\x00\x00"]) {
      const decoded = decodeText(Buffer.from(text, "latin1"));
      expect(decoded).toEqual({ type: "text", text, encoding: "bytes" });
    }
  });
});

test("random bytes come back as they were", () => {
  const random = randomFrom(7);
  for (let n = 0; n < 2000; n++) {
    const head = random.pick([[], [0xff, 0xfe], [0xfe, 0xff], [0xef, 0xbb, 0xbf]]);
    const bytes = Uint8Array.from([
      ...head,
      ...Array.from({ length: random.below(12) }, () => random.below(256)),
    ]);
    const { text, encoding } = decodeText(bytes);
    expect(Buffer.from(encodeText(text, encoding))).toEqual(Buffer.from(bytes));
  }
});

describe("a move, keeping what the patch does not say", () => {
  const MOVE = (to: string) => ["*** Update File: f", `*** Move to: ${to}`, "@@", "-one", "+two"];

  test("onto itself changes the file in place", () => {
    using folder = tempFolder({ f: "one\n" });
    const inode = statSync(join(folder.path, "f")).ino;
    expect(apply(folder, "keep", ...MOVE("./f")).stdout).toBe(
      "Success. Updated the following files:\nM ./f\n",
    );
    expect(bytesOf(folder, "f")).toBe("two\n");
    expect(statSync(join(folder.path, "f")).ino).toBe(inode);
  });

  test("to another path of the same file does not take it away", () => {
    using folder = tempFolder({ "real/f": "one\n" });
    symlinkSync("real", join(folder.path, "linked"));
    const body = ["*** Update File: real/f", "*** Move to: linked/f", "@@", "-one", "+two"];
    expect(apply(folder, "keep", ...body).exitCode).toBe(0);
    expect(bytesOf(folder, "real/f")).toBe("two\n");
  });

  test("takes the mode of the file along", () => {
    using folder = tempFolder({ f: "one\n" });
    chmodSync(join(folder.path, "f"), 0o750);
    expect(apply(folder, "keep", ...MOVE("g")).exitCode).toBe(0);
    expect(lstatSync(join(folder.path, "g")).mode & 0o777).toBe(0o750);
    expect(existsSync(join(folder.path, "f"))).toBe(false);
  });
});
