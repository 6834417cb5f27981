// The helper: the C text as an executable. Compiled when this program is built, or else at its first use; and how it is started.

import { cc, toArrayBuffer, type Pointer } from "bun:ffi";
import { closeSync, readFileSync, writeSync } from "node:fs";
import { arch } from "node:os";
import { memoryFile, withVariable } from "./libc";
import cloneText from "./linux-clone.c" with { type: "text" };
import commandText from "./linux-command.c" with { type: "text" };
import descendantsText from "./linux-descendants.c" with { type: "text" };
import helperText from "./linux-helper.c" with { type: "text" };
import landlockText from "./linux-landlock.c" with { type: "text" };
import mountsText from "./linux-mounts.c" with { type: "text" };
import placeholdersText from "./linux-placeholders.c" with { type: "text" };
import spawnerText from "./linux-spawner.c" with { type: "text" };
import standInText from "./linux-stand-in.c" with { type: "text" };
import systemText from "./linux-system.c" with { type: "text" };
import traceText from "./linux-trace.c" with { type: "text" };

/** Arguments of `codex_address`. */
const MAIN = 0;
const FIRST_FUNCTION = 1;
const END_OF_DATA = 2;
/** The compiler puts code at the start of a page, its own before ours, and data behind it. */
const PAGE_BYTES = 4096;
const WORD_BYTES = 8;
/** To tell what the compiler writes from what it leaves as it was, and addresses from other numbers. */
const COMPILATIONS = 4;
const MAX_TABLE_BYTES = 32_768;

/** Where the helper lies in its own memory: far from where a kernel puts a stack. */
const BASE = 0x1000_0000;
const CODE_AT = BASE + PAGE_BYTES;

/**
 * An ELF executable that links to nothing, in base64. For a macro, at build time, and else for the first use: null where this
 * machine compiles for other processors than the program is for, or what it compiles would call the compiler's program.
 */
export function compileHelper(): string | null {
  // In a macro `process.arch` is that of the executable which is built, not that of the machine which compiles.
  const architecture = arch();
  if (process.platform !== "linux" || process.arch !== architecture) return null;
  if (architecture !== "x64" && architecture !== "arm64") return null;
  const [piece, ...others] = Array.from({ length: COMPILATIONS }, compiledPiece);
  if (piece === undefined || (architecture === "x64" && callsElsewhere(piece.bytes))) return null;
  for (const other of others) settle(piece, other);
  return executable(architecture, piece).toString("base64");
}

type Piece = {
  readonly start: number;
  readonly bytes: Buffer;
  /** Offset of the function that the helper begins with. */
  readonly main: number;
  /** Up to here there are variables, or code. */
  readonly dataEnd: number;
};

function compiledPiece(): Piece {
  const addressOf = compile();
  const start = Math.floor(addressOf(FIRST_FUNCTION) / PAGE_BYTES) * PAGE_BYTES;
  const dataEnd = addressOf(END_OF_DATA) + WORD_BYTES;
  const end = arch() === "arm64" ? endOfTables(dataEnd) : dataEnd;
  const size = Math.ceil((end - start) / WORD_BYTES) * WORD_BYTES;
  const bytes = Buffer.from(Buffer.from(toArrayBuffer(pointer(start), 0, size))); // A copy: the memory is the compiler's.
  return { start, bytes, main: addressOf(MAIN) - start, dataEnd: dataEnd - start };
}

/** On ARM the compiler reaches its own names through a table of addresses, which it puts somewhere behind the data. */
function endOfTables(data: number): number {
  for (const [, from, to] of readFileSync("/proc/self/maps", "latin1").matchAll(
    /^([0-9a-f]+)-([0-9a-f]+) /gm,
  )) {
    const end = Number(`0x${to}`);
    if (Number(`0x${from}`) <= data && data < end) return Math.min(end, data + MAX_TABLE_BYTES);
  }
  throw new Error("the compiler's memory is not there");
}

/**
 * The compiler cannot read the embedded file system, hence the memory file. Left to itself it also writes headers of its
 * own to the temporary folder, which commands in a sandbox may write too; where there is no such folder it goes without.
 */
function compile(): (which: number) => number {
  const fd = memoryFile("codex-helper.c");
  try {
    writeSync(fd, text());
    const { symbols } = withVariable("BUN_TMPDIR", "/dev/null/none", () =>
      cc({
        source: `/proc/self/fd/${fd}`,
        flags: ["-nostdlib"],
        symbols: { codex_address: { args: ["i32"], returns: "u64" } },
      }),
    );
    return (which) => Number(symbols.codex_address(which));
  } finally {
    closeSync(fd);
  }
}

/** A function, so that where nobody calls it the text is not in the executable. */
function text(): string {
  return [
    systemText,
    mountsText,
    placeholdersText,
    landlockText,
    descendantsText,
    commandText,
    traceText,
    cloneText,
    spawnerText,
    standInText,
    helperText,
  ].join("\n");
}

/**
 * Moves the addresses that a piece holds of itself to where the helper will lie: words as far from the start of the one as from
 * the start of the other. Any other byte that differs was in the memory before.
 */
function settle({ start, bytes }: Piece, other: Piece): void {
  const common = Math.min(bytes.byteLength, other.bytes.byteLength);
  bytes.fill(0, common);
  for (let at = 0; at < common; at += WORD_BYTES) {
    const [ours, theirs] = [bytes.readBigUInt64LE(at), other.bytes.readBigUInt64LE(at)];
    const target = BigInt(CODE_AT) + theirs - BigInt(other.start);
    if (ours === theirs || ours === target) continue;
    if (ours - BigInt(start) + BigInt(CODE_AT) === target) {
      bytes.writeBigUInt64LE(target, at);
      continue;
    }
    for (let byte = at; byte < at + WORD_BYTES; byte++) {
      if (bytes[byte] !== other.bytes[byte]) bytes[byte] = 0;
    }
  }
}

function withoutZeros(code: Buffer): Buffer {
  let end = code.byteLength;
  while (end >= WORD_BYTES && code.readBigUInt64LE(end - WORD_BYTES) === 0n) end -= WORD_BYTES;
  return code.subarray(0, end);
}

const JUMP = Buffer.from([0xff, 0x25]);
const JUMP_BYTES = 6;

/** Such calls go through `jmp *table(%rip)`, where the table lies in the data or behind it. */
function callsElsewhere(code: Buffer): boolean {
  for (let at = code.indexOf(JUMP); at >= 0; at = code.indexOf(JUMP, at + 1)) {
    if (at + JUMP_BYTES > code.byteLength) return false;
    const target = at + JUMP_BYTES + code.readInt32LE(at + JUMP.byteLength);
    if (target > at && target < code.byteLength + PAGE_BYTES && target % WORD_BYTES === 0) return true;
  }
  return false;
}

const ELF_HEADER_BYTES = 64;
const PROGRAM_HEADER_BYTES = 56;
const ENTRY_AT = ELF_HEADER_BYTES + 2 * PROGRAM_HEADER_BYTES;
const MACHINES = { x64: 62, arm64: 183 };
const PT_LOAD = 1;
const PT_GNU_STACK = 0x6474_e551;
const READ_WRITE = 6;
const READ_WRITE_EXECUTE = 7;

/** The smallest file that Linux executes: headers, a few instructions that hand the stack to `main`, then the code on a page. */
function executable(architecture: "x64" | "arm64", { bytes, main, dataEnd }: Piece): Buffer {
  const code = withoutZeros(bytes);
  const size = PAGE_BYTES + code.byteLength;
  const memory = Math.max(size, PAGE_BYTES + dataEnd);
  const image = Buffer.alloc(size);
  image.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]); // ELF, 64 bits, little-endian.
  image.writeUInt16LE(2, 16); // Executable, at a fixed address.
  image.writeUInt16LE(MACHINES[architecture], 18);
  image.writeUInt32LE(1, 20);
  image.writeBigUInt64LE(BigInt(BASE + ENTRY_AT), 24);
  image.writeBigUInt64LE(BigInt(ELF_HEADER_BYTES), 32);
  image.writeUInt16LE(ELF_HEADER_BYTES, 52);
  image.writeUInt16LE(PROGRAM_HEADER_BYTES, 54);
  image.writeUInt16LE(2, 56);
  const segments = [
    { type: PT_LOAD, rights: READ_WRITE_EXECUTE, words: [0, BASE, BASE, size, memory, PAGE_BYTES] },
    { type: PT_GNU_STACK, rights: READ_WRITE, words: [0, 0, 0, 0, 0, WORD_BYTES * 2] },
  ];
  for (const [index, { type, rights, words }] of segments.entries()) {
    const at = ELF_HEADER_BYTES + index * PROGRAM_HEADER_BYTES;
    image.writeUInt32LE(type, at);
    image.writeUInt32LE(rights, at + 4);
    for (const [nth, word] of words.entries())
      image.writeBigUInt64LE(BigInt(word), at + 8 + nth * WORD_BYTES);
  }
  image.set(entry(architecture, PAGE_BYTES + main), ENTRY_AT);
  image.set(code, PAGE_BYTES);
  return image;
}

/** @param main offset of the function in the image */
function entry(architecture: "x64" | "arm64", main: number): Buffer {
  if (architecture === "arm64") {
    const code = Buffer.alloc(8);
    code.writeUInt32LE(0x9100_03e0, 0); // mov x0, sp
    code.writeUInt32LE(0x1400_0000 + (main - (ENTRY_AT + 4)) / 4, 4); // b main
    return code;
  }
  const code = Buffer.from([
    ...[0x48, 0x89, 0xe7], // mov rdi, rsp
    ...[0x48, 0x83, 0xe4, 0xf0], // and rsp, -16
    ...[0xe8, 0, 0, 0, 0], // call main
  ]);
  code.writeInt32LE(main - (ENTRY_AT + code.byteLength), code.byteLength - 4);
  return code;
}

function pointer(address: number): Pointer {
  if (!(address > 0)) throw new Error("the machine code has no such address");
  return address as Pointer; // The brand says no more than that it is one.
}
