// A command line that needs no model, ready to be measured.

import { sandboxBox } from "../test/support/harness";
import { boxEnvironment } from "./box-environment";
import { measure } from "./measure";
import type { Job } from "./paired";
import type { Program } from "./program";

export async function commandJob(program: Program, args: readonly string[]): Promise<Job> {
  const box = await sandboxBox();
  return {
    run: async () => {
      const run = await measure({
        argv: [program.path, ...args],
        cwd: box.workspace,
        env: boxEnvironment(box),
        folder: box.home,
      });
      if (run.exitCode !== 0) {
        throw new Error(`${program.name} ${args.join(" ")} ended with ${run.exitCode}: ${run.stderr}`);
      }
      return run;
    },
    [Symbol.asyncDispose]: () => box[Symbol.asyncDispose](),
  };
}
