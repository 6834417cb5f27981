// Takes 1.7 MB of zeros out of a Linux executable that Bun has compiled.
//
// Bun appends our program to its own data segment, and so has to put into the file what was only memory before: the variables
// that begin as zero. Here the program gets a segment of its own, and those variables are only memory again. Nothing moves in
// memory. The entry for it is that of the build id, which no loader needs.

const MAGIC = 0x464c457f;
const CLASS_64_LITTLE_ENDIAN = 0x0102;
const LOAD = 1;
const NOTE = 4;
/** A section that takes no room in the file. */
const NO_BITS = 8;
const ALLOCATED = 2;
const SECTION = ".bun";

/** The smaller file; the file as it was when it is no such executable, or has no such gap. */
export function withoutGap(file: Buffer): Buffer {
  if (file.readUInt32LE(0) !== MAGIC || file.readUInt16LE(4) !== CLASS_64_LITTLE_ENDIAN) return file;
  const sections = sectionsOf(file);
  const program = sections.find(({ name }) => name === SECTION);
  const segments = segmentsOf(file);
  const note = segments.findLast(({ type }) => type === NOTE);
  const data = segments.findLast(
    (each) => each.type === LOAD && program !== undefined && isWithin(program, each),
  );
  if (program === undefined || data === undefined || note === undefined || note.at < data.at) return file;

  const before = sections.filter(
    ({ allocated, address }) => allocated && address >= data.address && address < program.address,
  );
  const dataEnd = Math.max(...before.filter(({ type }) => type !== NO_BITS).map(endInFile));
  const memoryEnd = Math.max(...before.map(({ address, size }) => address + size));
  const start = dataEnd + ((((program.address - dataEnd) % data.align) + data.align) % data.align);
  const gap = program.offset - start;
  if (!(gap > 0) || memoryEnd > program.address || !isZero(file.subarray(dataEnd, program.offset)))
    return file;

  const smaller = Buffer.concat([file.subarray(0, start), file.subarray(program.offset)]);
  writeSegment(smaller, { ...data, fileSize: dataEnd - data.offset, size: memoryEnd - data.address });
  const { at } = note;
  const { address, size } = program;
  writeSegment(smaller, { ...data, at, offset: start, address, fileSize: size, size });
  const table = Number(file.readBigUInt64LE(0x28)) - gap;
  smaller.writeBigUInt64LE(BigInt(table), 0x28);
  for (const section of sections) {
    if (section.offset < program.offset) continue;
    smaller.writeBigUInt64LE(BigInt(section.offset - gap), section.at - gap + 0x18);
  }
  return smaller;
}

type Segment = {
  /** Of its entry in the file. */
  readonly at: number;
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
  readonly size: number;
  readonly align: number;
};

type Section = {
  readonly at: number;
  readonly name: string;
  readonly type: number;
  readonly allocated: boolean;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
};

function segmentsOf(file: Buffer): readonly Segment[] {
  return entries(Number(file.readBigUInt64LE(0x20)), file.readUInt16LE(0x36), file.readUInt16LE(0x38)).map(
    (at) => ({
      at,
      type: file.readUInt32LE(at),
      flags: file.readUInt32LE(at + 4),
      offset: Number(file.readBigUInt64LE(at + 8)),
      address: Number(file.readBigUInt64LE(at + 0x10)),
      fileSize: Number(file.readBigUInt64LE(at + 0x20)),
      size: Number(file.readBigUInt64LE(at + 0x28)),
      align: Number(file.readBigUInt64LE(at + 0x30)),
    }),
  );
}

function writeSegment(file: Buffer, { at, flags, offset, address, fileSize, size, align }: Segment): void {
  file.writeUInt32LE(LOAD, at);
  file.writeUInt32LE(flags, at + 4);
  for (const [index, word] of [offset, address, address, fileSize, size, align].entries()) {
    file.writeBigUInt64LE(BigInt(word), at + 8 + 8 * index);
  }
}

function sectionsOf(file: Buffer): readonly Section[] {
  const table = Number(file.readBigUInt64LE(0x28));
  const places = entries(table, file.readUInt16LE(0x3a), file.readUInt16LE(0x3c));
  const namesAt = places[file.readUInt16LE(0x3e)];
  const names = namesAt === undefined ? 0 : Number(file.readBigUInt64LE(namesAt + 0x18));
  return places.map((at) => {
    const name = names + file.readUInt32LE(at);
    return {
      at,
      name: file.toString("latin1", name, file.indexOf(0, name)),
      type: file.readUInt32LE(at + 4),
      allocated: (file.readUInt32LE(at + 8) & ALLOCATED) !== 0,
      address: Number(file.readBigUInt64LE(at + 0x10)),
      offset: Number(file.readBigUInt64LE(at + 0x18)),
      size: Number(file.readBigUInt64LE(at + 0x20)),
    };
  });
}

function entries(table: number, size: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => table + index * size);
}

function isWithin(section: Section, { offset, fileSize }: Segment): boolean {
  return section.offset >= offset && endInFile(section) <= offset + fileSize;
}

function endInFile({ offset, size }: Section): number {
  return offset + size;
}

function isZero(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0);
}
