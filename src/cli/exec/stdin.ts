// Reads our stdin to its end.

import { UserError } from "../../util/user-error";

/** More text than any model takes; a pipe that never ends does not fill the memory. */
const STDIN_BYTES = 256 * 1024 * 1024;

/** Waits for the end of the stream. @throws UserError when there is more than we hold */
export async function readStdin(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of Bun.stdin.stream()) {
    length += chunk.length;
    if (length > STDIN_BYTES) {
      throw new UserError(`Failed to read prompt from stdin: input is longer than ${STDIN_BYTES} bytes.`, {
        prefixed: false,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}
