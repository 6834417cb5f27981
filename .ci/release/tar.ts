// A tar archive in the oldest form that all programs read (POSIX ustar), the same bytes for the same content.

export type ArchivedFile = {
  /** At most 100 bytes. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Permission bits. */
  readonly mode: number;
};

const BLOCK = 512;
const NAME_BYTES = 100;

/** @param modified seconds since the epoch, of every file */
export function tarArchive(files: readonly ArchivedFile[], modified: number): Uint8Array {
  const parts = files.flatMap((file) => [header(file, modified), file.bytes, padding(file.bytes.length)]);
  return Buffer.concat([...parts, new Uint8Array(2 * BLOCK)]);
}

function header({ name, bytes, mode }: ArchivedFile, modified: number): Uint8Array {
  if (Buffer.byteLength(name) > NAME_BYTES) throw new Error(`the name is too long for this archive: ${name}`);
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0);
  const numbers: readonly (readonly [number, number, number])[] = [
    [mode, 100, 8],
    [0, 108, 8], // user
    [0, 116, 8], // group
    [bytes.length, 124, 12],
    [modified, 136, 12],
  ];
  for (const [value, at, width] of numbers) block.write(octal(value, width), at);
  block.write("        0", 148); // the checksum counts as blanks while it is made; then the type, an ordinary file
  block.write("ustar\u000000", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, "0")}\0`;
}

function padding(length: number): Uint8Array {
  return new Uint8Array((BLOCK - (length % BLOCK)) % BLOCK);
}
