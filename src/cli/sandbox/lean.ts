// The way to `codex sandbox`, which is judged by what it takes: where that would be much, the code that was only for starting up is
// let go first.

import { forgetOwnCode } from "../../exec/libc";
import type { Invocation } from "../grammar/spec";

/**
 * Of the same code more or less is in memory by now, as the page cache has it in large pieces (a file just written) or small ones.
 * What comes adds 5 MiB; to take back what was forgotten costs 2 of 16 ms.
 */
const MUCH_BYTES = 32 * 1024 * 1024;

export async function run(invocation: Invocation): Promise<number> {
  if (process.memoryUsage.rss() > MUCH_BYTES) forgetOwnCode();
  const sandbox = await import("./sandbox");
  return await sandbox.run(invocation);
}
