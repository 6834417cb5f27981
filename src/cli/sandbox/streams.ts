// How `codex sandbox` hands over its own streams: as they are, but for files, which a command could open anew and shorten.

import { fstatSync, type Stats } from "node:fs";
import type { Confinement } from "../../exec/confinement";
import type { CommandSpec } from "../../exec/command";

export type Handover = Pick<CommandSpec, "stdin" | "stdout" | "stderr">;

/**
 * A file that is our stdout lies on a mount of ours, and through `/proc/self/fd` the command could open it without the mode it
 * came with: it gets a pipe, and we write.
 */
export function handOver(confinement: Confinement): Handover {
  const confined = confinement.type !== "none";
  const [input, output, errors] = [0, 1, 2].map(statOf);
  const outputFile = confined && output?.isFile() === true;
  const errorFile = confined && errors?.isFile() === true;
  const together = outputFile && errorFile && isSame(output, errors);
  // In namespaces of ours a file for reading is opened anew, by its path.
  const inputFile = confinement.type === "bubblewrap" && input?.isFile() === true;
  return {
    stdin: inputFile ? "pipe" : "inherit",
    stdout: outputFile ? "pipe" : "inherit",
    stderr: together ? "stdout" : errorFile ? "pipe" : "inherit",
  };
}

/** Undefined for a descriptor that is closed. */
function statOf(fd: number): Stats | undefined {
  try {
    return fstatSync(fd);
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

function isSame(one: Stats, other: Stats): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}
