// The ad hoc signature of macOS executables, read back as the kernel reads it. What a Mac says of it is not proven here.

import { describe, expect, test } from "bun:test";
import { signAdHoc } from "../../.ci/release/macho-signature";

const PAGE = 4096;
const CODE = 5 * PAGE + 123;

describe("an ad hoc signature", () => {
  const signed = Buffer.from(signAdHoc(executable(), { identifier: "codex" }));
  const { at, length } = signatureOf(signed);
  const blob = signed.subarray(at, at + length);
  const slots = new Map(
    Array.from({ length: blob.readUInt32BE(8) }, (_, slot) => [
      blob.readUInt32BE(12 + slot * 8),
      blob.subarray(blob.readUInt32BE(16 + slot * 8)),
    ]),
  );
  const directory = slots.get(0) ?? Buffer.alloc(0);

  test("ends the file, and its load command and segment cover it", () => {
    expect(at).toBe(CODE);
    expect(at + length).toBe(signed.length);
    expect(blob.readUInt32BE(0)).toBe(0xfade0cc0);
    expect(blob.readUInt32BE(4)).toBe(length);
    const linkedit = {
      offset: signed.readBigUInt64LE(32 + 72 + 40),
      size: signed.readBigUInt64LE(32 + 72 + 48),
    };
    expect(Number(linkedit.offset + linkedit.size)).toBe(signed.length);
    expect(signed.readBigUInt64LE(32 + 72 + 32) >= linkedit.size).toBe(true);
  });

  test("has a code directory, no requirements and no certificate, and says that it is ad hoc", () => {
    expect([...slots.keys()]).toEqual([0, 2, 0x10000]);
    expect(directory.readUInt32BE(0)).toBe(0xfade0c02);
    expect(directory.readUInt32BE(12)).toBe(0x2);
    const identifier = directory.readUInt32BE(20);
    expect(directory.toString("latin1", identifier, identifier + 6)).toBe("codex\0");
    expect(slots.get(2)?.readUInt32BE(0)).toBe(0xfade0c01);
    expect(slots.get(0x10000)?.subarray(0, 8).toString("hex")).toBe("fade0b0100000008");
  });

  test("holds the hash of every page, of the load commands as they are now, and of the requirements", () => {
    const hashes = directory.readUInt32BE(16);
    const pages = directory.readUInt32BE(28);
    expect(directory.readUInt32BE(32)).toBe(CODE);
    expect(pages).toBe(6);
    for (let page = 0; page < pages; page++) {
      const code = signed.subarray(page * PAGE, Math.min((page + 1) * PAGE, CODE));
      expect(directory.subarray(hashes + page * 32, hashes + page * 32 + 32).toString("hex")).toBe(
        sha256(code),
      );
    }
    const requirements = slots.get(2)?.subarray(0, 12) ?? Buffer.alloc(0);
    expect(directory.subarray(hashes - 64, hashes - 32).toString("hex")).toBe(sha256(requirements));
    expect(directory.subarray(hashes - 32, hashes).toString("hex")).toBe("0".repeat(64));
  });

  test("is the same when it is made again, over itself too", () => {
    expect(Buffer.compare(Buffer.from(signAdHoc(signed, { identifier: "codex" })), signed)).toBe(0);
  });

  test("is refused to what is no such executable", () => {
    expect(() => signAdHoc(Buffer.alloc(64), { identifier: "codex" })).toThrow(
      "not a 64-bit Mach-O executable",
    );
    const bare = Buffer.alloc(64);
    bare.writeUInt32LE(0xfeedfacf, 0);
    expect(() => signAdHoc(bare, { identifier: "codex" })).toThrow("no place for a signature");
  });
});

/** A header, the two segments and the signature command that matter, some code, and an old signature of one page. */
function executable(): Buffer {
  const image = Buffer.alloc(CODE + PAGE);
  for (let at = 1024; at < CODE; at++) image[at] = at % 251;
  image.writeUInt32LE(0xfeedfacf, 0);
  image.writeUInt32LE(3, 16);
  const segment = (at: number, name: string, offset: number, size: number) => {
    image.writeUInt32LE(0x19, at);
    image.writeUInt32LE(72, at + 4);
    image.write(name, at + 8);
    image.writeBigUInt64LE(BigInt(offset), at + 40);
    image.writeBigUInt64LE(BigInt(size), at + 48);
  };
  segment(32, "__TEXT", 0, 4 * PAGE);
  segment(32 + 72, "__LINKEDIT", 4 * PAGE, CODE + PAGE - 4 * PAGE);
  const command = 32 + 2 * 72;
  image.writeUInt32LE(0x1d, command);
  image.writeUInt32LE(16, command + 4);
  image.writeUInt32LE(CODE, command + 8);
  image.writeUInt32LE(PAGE, command + 12);
  return image;
}

function signatureOf(image: Buffer) {
  const command = 32 + 2 * 72;
  return { at: image.readUInt32LE(command + 8), length: image.readUInt32LE(command + 12) };
}

function sha256(bytes: Uint8Array): string {
  return new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
}
