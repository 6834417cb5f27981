// Runs codex behind a filter of system calls, which stands in for an older kernel or a locked-down system.

import { join } from "node:path";
import { PYTHON, type Confined } from "../support/confined";
import { CODEX } from "../support/harness";
import { finished, type Finished } from "../support/processes";

/** Takes the name of a filter, then a command. */
export const FILTER = join(import.meta.dir, "filter-calls.py");

/** A command in the sandbox of workspace-write. */
export function codexWords(argv: readonly string[]): readonly string[] {
  return [CODEX, "sandbox", "--full-auto", "--", ...argv];
}

/** @param filter one of those that filter-calls.py knows */
export async function runBehind(box: Confined, filter: string, argv: readonly string[]): Promise<Finished> {
  return await run(box, [PYTHON ?? "python3", FILTER, filter, ...codexWords(argv)]);
}

/** In the workspace, with the places of the box. */
export async function run(box: Confined, words: readonly string[]): Promise<Finished> {
  const child = Bun.spawn([...words], {
    cwd: box.workspace,
    env: { PATH: process.env.PATH ?? "", HOME: box.home, CODEX_HOME: box.codexHome, TMPDIR: box.tmp },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  return await finished(child);
}
