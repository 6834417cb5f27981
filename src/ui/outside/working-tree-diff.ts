// What has changed in the working tree and is not staged, files that git does not know yet included (tui.md 3).

import type { Environment } from "./lent-program";
import { runHelper } from "./lent-program";

const DIFF_BYTES = 16 * 1_048_576;
const TIMEOUT_MS = 30_000;
/** Of new files; each is one more run of git. */
const NEW_FILES = 200;
/** Programs that the repository's own configuration names are not run. */
const GIT = ["git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"];

/** Coloured text, in pieces; none when nothing has changed. */
export async function workingTreeDiff(cwd: string, env: Environment): Promise<readonly string[]> {
  const git = async (args: readonly string[]): Promise<string> => {
    const { output } = await runHelper([...GIT, ...args], {
      cwd,
      env: { ...env, GIT_OPTIONAL_LOCKS: "0" },
      maxBytes: DIFF_BYTES,
      timeoutMs: TIMEOUT_MS,
    });
    return new TextDecoder().decode(output);
  };
  const flags = ["--color=always", "--no-ext-diff", "--no-textconv"];
  const tracked = await git(["diff", ...flags]);
  const listed = await git(["ls-files", "-z", "--others", "--exclude-standard"]);
  const files = listed.split("\0").filter((file) => file !== "");
  const pieces = [tracked];
  for (const file of files.slice(0, NEW_FILES)) {
    pieces.push(await git(["diff", "--no-index", ...flags, "--", "/dev/null", file]));
  }
  if (files.length > NEW_FILES) pieces.push(`\n… and ${files.length - NEW_FILES} more new files\n`);
  return pieces.filter((piece) => piece !== "");
}
