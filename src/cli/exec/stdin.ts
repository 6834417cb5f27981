// Reads our stdin to its end.

import { osErrorText } from "../../util/os-error";
import { UserError } from "../../util/user-error";
import { isTerminal } from "../terminal";
import type { Stdin } from "./prompt";

/** More text than any model takes; a pipe that never ends does not fill the memory. */
const STDIN_BYTES = 256 * 1024 * 1024;
/** A pipe on which nothing has come for this long may be one that somebody forgot to close. */
const SILENCE_MS = 2_000;

/** @param ignored the user wants it left alone */
export async function ourStdin(ignored: boolean): Promise<Stdin> {
  if (ignored) return { type: "ignored", read: readStdin };
  return { type: (await isTerminal(0)) ? "terminal" : "piped", read: readStdin };
}

/** Waits for the end of the stream, however long it takes. @throws UserError when it cannot be read, or is more than we hold */
async function readStdin(onSilence?: () => void): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const timer = onSilence === undefined ? undefined : setTimeout(onSilence, SILENCE_MS);
  try {
    for await (const chunk of Bun.stdin.stream()) {
      clearTimeout(timer);
      length += chunk.length;
      if (length > STDIN_BYTES) throw tooLong();
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof UserError ? error : unreadable(osErrorText(error));
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks, length);
}

function tooLong(): UserError {
  return unreadable(`input is longer than ${STDIN_BYTES} bytes.`);
}

function unreadable(reason: string): UserError {
  return new UserError(`Failed to read prompt from stdin: ${reason}`, { prefixed: false });
}
