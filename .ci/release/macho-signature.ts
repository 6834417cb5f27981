// Signs a macOS executable ad hoc: no certificate, but every page hashed, without which macOS starts nothing on arm64.
//
// The compiled executable carries the runtime's own signature, which no longer fits its bytes. The layout is that of
// Apple's cs_blobs.h: a superblob with a code directory (version 2.4), an empty set of requirements, an empty signature.

export type SigningOptions = {
  /** Of the program, for people and for the keychain. */
  readonly identifier: string;
};

const LC_SEGMENT_64 = 0x19;
const LC_CODE_SIGNATURE = 0x1d;
const MACHO_64 = 0xfeedfacf;
const PAGE_BITS = 12;
const PAGE = 1 << PAGE_BITS;
const HASH_BYTES = 32;
const SHA_256 = 2;
const AD_HOC = 0x2;
const MAIN_BINARY = 1n;
const REQUIREMENTS_SLOT = 2;
const SIGNATURE_SLOT = 0x10000;

/** The executable with a fresh signature in place of its old one. @throws Error for what is not a signed 64-bit executable */
export function signAdHoc(executable: Uint8Array, { identifier }: SigningOptions): Uint8Array {
  const image = Buffer.from(executable);
  const { signature, linkedit, text } = loadCommands(image);
  const codeLimit = image.readUInt32LE(signature + 8);
  const pages = Math.ceil(codeLimit / PAGE);
  const requirements = Buffer.concat([bigs(0xfade0c01, 12, 0)]);
  const sizes = layout(pages, identifier, requirements.length);

  // What the load commands say of the signature is itself signed, so it comes first.
  const end = codeLimit + sizes.total;
  image.writeUInt32LE(sizes.total, signature + 12);
  const linkeditStart = Number(image.readBigUInt64LE(linkedit + 40));
  image.writeBigUInt64LE(BigInt(end - linkeditStart), linkedit + 48);
  image.writeBigUInt64LE(BigInt(Math.ceil((end - linkeditStart) / 16_384) * 16_384), linkedit + 32);

  const code = image.subarray(0, codeLimit);
  const hashes = Array.from({ length: pages }, (_, page) =>
    sha256(code.subarray(page * PAGE, (page + 1) * PAGE)),
  );
  const directory = Buffer.concat([
    bigs(0xfade0c02, sizes.directory, 0x20400, AD_HOC, sizes.hashes, sizes.identifier),
    bigs(REQUIREMENTS_SLOT, pages, codeLimit),
    Buffer.from([HASH_BYTES, SHA_256, 0, PAGE_BITS]),
    bigs(0, 0, 0, 0), // spare, scatter, team, spare
    quads(0n, image.readBigUInt64LE(text + 40), image.readBigUInt64LE(text + 48), MAIN_BINARY),
    Buffer.from(`${identifier}\0`),
    sha256(requirements), // slot 2 of the special ones
    Buffer.alloc(HASH_BYTES), // slot 1: no Info.plist
    ...hashes,
  ]);
  const blob = Buffer.concat([
    bigs(0xfade0cc0, sizes.total, 3),
    bigs(0, sizes.head, REQUIREMENTS_SLOT, sizes.head + sizes.directory),
    bigs(SIGNATURE_SLOT, sizes.head + sizes.directory + requirements.length),
    directory,
    requirements,
    bigs(0xfade0b01, 8),
  ]);
  return Buffer.concat([code, blob]);
}

/** Offsets of the load commands that matter. */
function loadCommands(image: Buffer) {
  if (image.readUInt32LE(0) !== MACHO_64) throw new Error("not a 64-bit Mach-O executable");
  const found = { signature: 0, linkedit: 0, text: 0 };
  let at = 32;
  for (let left = image.readUInt32LE(16); left > 0; left--) {
    const command = image.readUInt32LE(at);
    const segment = image.toString("latin1", at + 8, at + 24).replace(/\0+$/, "");
    if (command === LC_CODE_SIGNATURE) found.signature = at;
    if (command === LC_SEGMENT_64 && segment === "__LINKEDIT") found.linkedit = at;
    if (command === LC_SEGMENT_64 && segment === "__TEXT") found.text = at;
    at += image.readUInt32LE(at + 4);
  }
  if (Object.values(found).includes(0)) throw new Error("no place for a signature in this executable");
  return found;
}

function layout(pages: number, identifier: string, requirements: number) {
  const head = 12 + 3 * 8;
  const fixed = 88;
  const hashes = fixed + Buffer.byteLength(identifier) + 1 + REQUIREMENTS_SLOT * HASH_BYTES;
  const directory = hashes + pages * HASH_BYTES;
  return { head, identifier: fixed, hashes, directory, total: head + directory + requirements + 8 };
}

function sha256(bytes: Uint8Array): Uint8Array {
  return new Bun.CryptoHasher("sha256").update(bytes).digest();
}

function bigs(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [at, value] of values.entries()) bytes.writeUInt32BE(value, at * 4);
  return bytes;
}

function quads(...values: readonly bigint[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  for (const [at, value] of values.entries()) bytes.writeBigUInt64BE(value, at * 8);
  return bytes;
}
