// The process that does one file operation inside the sandbox: a JSON request on stdin, a JSON line on stdout (exec-server.md 6).

import { readFileSync } from "node:fs";
import { answerAsHelper } from "../../server/exec/file-helper";
import { messageOf } from "../../util/user-error";
import { writeOutput } from "../output";

/** 0 when there was an answer, also that it failed; 1 when the request was not understood. */
export async function runFileHelper(): Promise<number> {
  try {
    for (const piece of await answerAsHelper(readFileSync(0, "utf8"))) await writeOutput(1, piece);
    return 0;
  } catch (error) {
    await writeOutput(2, `fs sandbox helper failed: ${messageOf(error)}\n`);
    return 1;
  }
}
