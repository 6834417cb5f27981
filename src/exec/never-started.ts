// A command that never ran, as a value with the same shape as one that did.

import type { CommandSpec, RunningCommand, StartFailure } from "./command";

/** Its streams are empty and at their end; what is written to it goes nowhere. */
export function neverStarted(
  spec: Pick<CommandSpec, "stdout" | "stderr">,
  failure: StartFailure,
): RunningCommand {
  const exited = Promise.resolve(failure);
  const empty = () => new Blob([]).stream() as ReadableStream<Uint8Array>; // Bun types a Blob's stream by its content.
  return {
    pid: -1,
    exited,
    kill: () => {},
    stdout: spec.stdout === "pipe" ? empty() : null,
    stderr: spec.stderr === "pipe" ? empty() : null,
    write: async () => {},
    closeStdin: () => {},
    terminate: () => exited,
    resize: () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}
