// Writes to our stdout and stderr: whole, in order, without blocking the event loop, and without changing the descriptors.

import { write, writeSync } from "node:fs";

/** 1 is stdout, 2 is stderr. */
export type OutputFd = 1 | 2;

/** How long to wait before trying a full pipe again that somebody else made non-blocking. */
const FULL_PIPE_RETRY_MS = 5;

/**
 * Writes all of `text`, as UTF-8 where it is no bytes already, and resolves when the system has taken it. A slow reader slows the caller only: the
 * event loop (signals, the model stream) goes on. Callers await one write before the next, which keeps the order.
 *
 * File sinks and fs streams are not used on purpose: they make a shared pipe non-blocking for every process on it.
 *
 * @throws the system's error; `isBrokenPipe` tells a reader that went away.
 */
export async function writeOutput(fd: OutputFd, text: string | Uint8Array): Promise<void> {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  let offset = 0;
  while (offset < bytes.length) {
    try {
      offset += await writeSome(fd, bytes, offset);
    } catch (error) {
      if (codeOf(error) !== "EAGAIN") throw error;
      await Bun.sleep(FULL_PIPE_RETRY_MS);
    }
  }
}

/** Writes all of `text` before it returns; for last words and one-line answers. Throws as `writeOutput` does. */
export function writeOutputNow(fd: OutputFd, text: string): void {
  const bytes = Buffer.from(text);
  let offset = 0;
  while (offset < bytes.length) {
    try {
      offset += writeSync(fd, bytes, offset);
    } catch (error) {
      if (codeOf(error) !== "EAGAIN") throw error;
      Bun.sleepSync(FULL_PIPE_RETRY_MS);
    }
  }
}

/** True when an error says that the reader of our output went away, which is nobody's fault and not worth a message. */
export function isBrokenPipe(error: unknown): boolean {
  return codeOf(error) === "EPIPE";
}

function writeSome(fd: OutputFd, bytes: Uint8Array, offset: number): Promise<number> {
  return new Promise((resolve, reject) => {
    write(fd, bytes, offset, bytes.length - offset, null, (error, written) => {
      if (error) reject(error);
      else resolve(written);
    });
  });
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
