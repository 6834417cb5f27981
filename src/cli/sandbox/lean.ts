// The way to `codex sandbox`, which is judged by what it takes: first of all the code that was only for starting up is let go.

import { forgetOwnCode } from "../../exec/libc";
import type { Invocation } from "../grammar/spec";

export async function run(invocation: Invocation): Promise<number> {
  forgetOwnCode();
  const sandbox = await import("./sandbox");
  return await sandbox.run(invocation);
}
