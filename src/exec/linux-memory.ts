// Tells which parts of this process's memory a cloned child needs; it gives the rest back, keys included.

export type MemoryRange = { readonly start: bigint; readonly end: bigint };

/** More than this many ranges do not fit in `struct host` of the C text. */
export const MAX_KEPT_RANGES = 24;
/** Around an address that is wanted, this much of its mapping is kept. */
const NEAR_BYTES = 131_072n;
/** Mappings that the kernel shares with every process and may refuse to remove. */
const KERNEL_NAMES = /^\[(vdso|vvar|vvar_vclock|vectors|sigpage|uprobes)\]$/;

/**
 * @param maps text of /proc/self/maps
 * @param wanted addresses within code or data that the child uses
 * @returns what to keep, sorted and merged, and the end of the highest mapping
 */
export function memoryToKeep(
  maps: string,
  wanted: readonly bigint[],
): { readonly top: bigint; readonly keep: readonly MemoryRange[] } {
  const mappings = maps.split("\n").flatMap(parseLine);
  const libraries = new Set(
    mappings.filter((m) => isLibrary(m.name) && wanted.some((a) => contains(m, a))).map((m) => m.name),
  );
  const keep = mappings.flatMap((mapping) => {
    if (KERNEL_NAMES.test(mapping.name) || libraries.has(mapping.name)) return [mapping];
    return wanted.filter((address) => contains(mapping, address)).map((address) => near(mapping, address));
  });
  return { top: mappings.at(-1)?.end ?? 0n, keep: merged(keep) };
}

type Mapping = MemoryRange & { readonly name: string };

function parseLine(line: string): readonly Mapping[] {
  const match = /^([0-9a-f]+)-([0-9a-f]+) \S+ \S+ \S+ \S+ *(.*)$/.exec(line);
  const [, start, end, name] = match ?? [];
  if (start === undefined || end === undefined || name === undefined || name === "[vsyscall]") return [];
  return [{ start: BigInt(`0x${start}`), end: BigInt(`0x${end}`), name }];
}

function isLibrary(name: string): boolean {
  return /\/[^/]*(libc|musl)[^/]*$/.test(name);
}

function contains({ start, end }: MemoryRange, address: bigint): boolean {
  return start <= address && address < end;
}

function near({ start, end }: MemoryRange, address: bigint): MemoryRange {
  const page = address & ~0xffffn;
  return {
    start: page - NEAR_BYTES > start ? page - NEAR_BYTES : start,
    end: page + NEAR_BYTES < end ? page + NEAR_BYTES : end,
  };
}

function merged(ranges: readonly MemoryRange[]): readonly MemoryRange[] {
  const result: MemoryRange[] = [];
  for (const { start, end } of [...ranges].sort((a, b) => (a.start < b.start ? -1 : 1))) {
    const last = result.at(-1);
    if (last !== undefined && start <= last.end) {
      result[result.length - 1] = { start: last.start, end: end > last.end ? end : last.end };
    } else result.push({ start, end });
  }
  return result;
}
