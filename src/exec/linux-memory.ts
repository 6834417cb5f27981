// Tells which parts of this process's memory a cloned child needs; it gives the rest back, keys included.

/** Byte addresses; those of a process are exact as numbers. `end` is exclusive. */
export type MemoryRange = { readonly start: number; readonly end: number };

/** More than this many ranges do not fit in `struct host` of the C text. */
export const MAX_KEPT_RANGES = 24;
/** Around an address that is wanted, this much of its mapping is kept; a multiple of every page size in use. */
const NEAR_BYTES = 131_072;
/** Mappings that the kernel shares with every process and may refuse to remove. */
const KERNEL_MAPPINGS = ["[vdso]", "[vvar]", "[vvar_vclock]", "[vectors]", "[sigpage]", "[uprobes]"];
/** Not among the addresses that a process can give back. */
const BEYOND = "[vsyscall]";

/**
 * @param maps text of /proc/self/maps
 * @param wanted addresses within code or data that the child uses; of a file that is mapped there, all of it is kept
 * @returns what to keep, sorted and merged, and the end of the highest mapping
 */
export function memoryToKeep(
  maps: string,
  wanted: readonly number[],
): { readonly top: number; readonly keep: readonly MemoryRange[] } {
  const mappings = maps.split("\n").flatMap(parseLine);
  const held = mappings.filter((mapping) => wanted.some((address) => contains(mapping, address)));
  const files = held.map(({ name }) => name).filter((name) => /\/[^/]*(libc|musl)[^/]*$/.test(name));
  const keep = mappings.flatMap((mapping): readonly MemoryRange[] => {
    if (KERNEL_MAPPINGS.includes(mapping.name) || files.includes(mapping.name)) return [mapping];
    if (!held.includes(mapping)) return [];
    return wanted.filter((address) => contains(mapping, address)).map((address) => near(mapping, address));
  });
  return { top: mappings.at(-1)?.end ?? 0, keep: merged(keep) };
}

type Mapping = MemoryRange & { readonly name: string };

/** `START-END PERMISSIONS OFFSET DEVICE INODE   NAME` */
function parseLine(line: string): readonly Mapping[] {
  const dash = line.indexOf("-");
  const space = line.indexOf(" ");
  if (dash < 0 || space < 0) return [];
  const name = line.slice(Math.max(line.indexOf("/"), line.indexOf("["), 0));
  const start = Number.parseInt(line.slice(0, dash), 16);
  const end = Number.parseInt(line.slice(dash + 1, space), 16);
  return name === BEYOND ? [] : [{ start, end, name }];
}

function contains({ start, end }: MemoryRange, address: number): boolean {
  return start <= address && address < end;
}

function near({ start, end }: MemoryRange, address: number): MemoryRange {
  const page = address - (address % NEAR_BYTES);
  return { start: Math.max(start, page - NEAR_BYTES), end: Math.min(end, page + 2 * NEAR_BYTES) };
}

function merged(ranges: readonly MemoryRange[]): readonly MemoryRange[] {
  const result: MemoryRange[] = [];
  for (const { start, end } of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (last !== undefined && start <= last.end) {
      result[result.length - 1] = { start: last.start, end: Math.max(last.end, end) };
    } else result.push({ start, end });
  }
  return result;
}
