// Copies between the pipes of the command of `codex sandbox` and the files that are our own streams.

import { writeSync } from "node:fs";
import type { RunningCommand } from "../../exec/spawn";
import type { Handover } from "./streams";

/** Until the command has ended. */
export async function relay(command: RunningCommand, { stdin }: Handover): Promise<void> {
  if (stdin === "pipe") void feed(command);
  await Promise.all([copy(command.stdout, 1), copy(command.stderr, 2)]);
}

async function copy(from: ReadableStream<Uint8Array> | null, to: 1 | 2): Promise<void> {
  if (from === null) return;
  for await (const chunk of from) {
    for (let done = 0; done < chunk.byteLength;) done += writeSync(to, chunk, done);
  }
}

async function feed(command: RunningCommand): Promise<void> {
  try {
    for await (const chunk of Bun.file(0).stream()) await command.write(chunk);
  } catch (error) {
    // Open as a path only: there is nothing to read.
    if (!(error instanceof Error && "code" in error)) throw error;
  } finally {
    command.closeStdin();
  }
}
