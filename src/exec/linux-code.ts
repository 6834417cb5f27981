// The C text as machine code. Compiled when this program is built, which saves 3 ms and 2 MiB, or else at its first use.

import { cc, toArrayBuffer, type Pointer } from "bun:ffi";
import { closeSync, writeSync } from "node:fs";
import { mapExecutable, memoryFile, withVariable } from "./libc";
import cloneText from "./linux-clone.c" with { type: "text" };
import commandText from "./linux-command.c" with { type: "text" };
import descendantsText from "./linux-descendants.c" with { type: "text" };
import landlockText from "./linux-landlock.c" with { type: "text" };
import memoryText from "./linux-memory.c" with { type: "text" };
import mountsText from "./linux-mounts.c" with { type: "text" };
import placeholdersText from "./linux-placeholders.c" with { type: "text" };
import spawnerText from "./linux-spawner.c" with { type: "text" };
import systemText from "./linux-system.c" with { type: "text" };
import traceText from "./linux-trace.c" with { type: "text" };

/** Gives the address of one of the functions, by its number in `codex_address` of the C text. */
export type Addresses = (which: number) => Pointer;

/** Code and data in one piece, the same wherever it lies. */
export type MachineCode = {
  readonly architecture: NodeJS.Architecture;
  /** Base64. What is missing up to `size` is zero. */
  readonly bytes: string;
  readonly size: number;
  /** Of the functions, from the start. */
  readonly offsets: readonly number[];
};

const TEXT = [
  systemText,
  memoryText,
  mountsText,
  placeholdersText,
  landlockText,
  descendantsText,
  commandText,
  traceText,
  cloneText,
  spawnerText,
].join("\n");

const FUNCTIONS = [0, 1, 2, 3];
const FIRST_FUNCTION = 4;
const END_OF_DATA = 5;
/** The compiler puts code at the start of a page, its own before ours, and data behind it. */
const PAGE_BYTES = 4096;
const JUMP = Buffer.from([0xff, 0x25]);
const JUMP_BYTES = 6;
const WORD_BYTES = 8;
/** To tell what the compiler writes from what it leaves as it was. */
const COMPILATIONS = 4;

/**
 * The compiler cannot read the embedded file system, hence the memory file. Left to itself it also writes headers of its
 * own to the temporary folder, which commands in a sandbox may write too; where there is no such folder it goes without.
 */
export function compileCode(): Addresses {
  const fd = memoryFile();
  try {
    writeSync(fd, TEXT);
    const { symbols } = withVariable("BUN_TMPDIR", "/dev/null/none", () =>
      cc({
        source: `/proc/self/fd/${fd}`,
        flags: ["-nostdlib"],
        symbols: { codex_address: { args: ["i32"], returns: "u64" } },
      }),
    );
    return (which) => pointer(Number(symbols.codex_address(which)));
  } finally {
    closeSync(fd);
  }
}

/**
 * For a macro, at build time: what the compiler makes of the text. Null where that could not be used elsewhere, because it
 * holds addresses: its own, or those of functions of the program that runs the compiler.
 */
export function machineCode(): MachineCode | null {
  if (process.platform !== "linux" || process.arch !== "x64") return null;
  const [code, ...others] = Array.from({ length: COMPILATIONS }, compiledPiece);
  if (code === undefined || callsElsewhere(code.bytes)) return null;
  for (const other of others) {
    if (holdsAddress(code, other)) return null;
    // Between code and data is what was in the memory before.
    for (const [at, byte] of other.bytes.entries()) if (byte !== code.bytes[at]) code.bytes[at] = 0;
  }
  const { bytes, offsets } = code;
  return { architecture: process.arch, bytes: bytes.toString("base64"), size: bytes.byteLength, offsets };
}

type Piece = { readonly start: number; readonly bytes: Buffer; readonly offsets: readonly number[] };

function compiledPiece(): Piece {
  const addressOf = compileCode();
  const start = pointer(Math.floor(addressOf(FIRST_FUNCTION) / PAGE_BYTES) * PAGE_BYTES);
  const size = Math.ceil((addressOf(END_OF_DATA) - start) / WORD_BYTES) * WORD_BYTES + WORD_BYTES;
  const bytes = Buffer.from(Buffer.from(toArrayBuffer(start, 0, size))); // A copy: the memory is the compiler's.
  return { start, bytes, offsets: FUNCTIONS.map((which) => addressOf(which) - start) };
}

/** A word that lies as far from the start of the one as from the start of the other. */
function holdsAddress(one: Piece, other: Piece): boolean {
  for (let at = 0; at < one.bytes.byteLength; at += WORD_BYTES) {
    const [a, b] = [one.bytes.readBigUInt64LE(at), other.bytes.readBigUInt64LE(at)];
    if (a !== b && a - BigInt(one.start) === b - BigInt(other.start)) return true;
  }
  return false;
}

/** Such calls go through `jmp *table(%rip)`, where the table lies in the data or behind it. */
function callsElsewhere(code: Buffer): boolean {
  for (let at = code.indexOf(JUMP); at >= 0; at = code.indexOf(JUMP, at + 1)) {
    if (at + JUMP_BYTES > code.byteLength) return false;
    const target = at + JUMP_BYTES + code.readInt32LE(at + JUMP.byteLength);
    if (target > at && target < code.byteLength + PAGE_BYTES && target % WORD_BYTES === 0) return true;
  }
  return false;
}

/** Undefined where the system allows no code that was not read from a file. */
export function placeCode({ bytes, size, offsets }: MachineCode): Addresses | undefined {
  const start = mapExecutable(size);
  if (start === undefined) return undefined;
  new Uint8Array(toArrayBuffer(start, 0, size)).setFromBase64(bytes);
  return (which) => pointer(start + (offsets[which] ?? Number.NaN));
}

function pointer(address: number): Pointer {
  if (!(address > 0)) throw new Error("the machine code has no such address");
  return address as Pointer; // The brand says no more than that it is one.
}
