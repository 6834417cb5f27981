// Asks git something short about the repository of a folder: branches, commits.

import { spawnCommand } from "../../exec/spawn";

/** What git needs: where programs and the user's own settings are. */
const VARIABLES = ["PATH", "HOME", "XDG_CONFIG_HOME", "SystemRoot", "USERPROFILE", "PATHEXT"];
const DEADLINE_MS = 5_000;
const MAX_BYTES = 1_048_576;

/**
 * The lines that git prints, at most 1 MiB of them; none when it fails, hangs or is not there. The repository's own
 * settings start no programs.
 */
export async function gitLines(
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
  args: readonly string[],
): Promise<readonly string[]> {
  const variables = VARIABLES.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]));
  await using git = spawnCommand({
    argv: ["git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", ...args],
    cwd,
    env: { ...Object.fromEntries(variables), GIT_OPTIONAL_LOCKS: "0", GIT_TERMINAL_PROMPT: "0", LC_ALL: "C" },
    confinement: { type: "none" },
    stdin: "null",
    stdout: "pipe",
    stderr: "stdout",
  });
  const deadline = setTimeout(() => git.kill(), DEADLINE_MS);
  try {
    const decoder = new TextDecoder();
    let text = "";
    if (git.stdout !== null) {
      for await (const bytes of git.stdout) {
        text += decoder.decode(bytes, { stream: true });
        if (text.length > MAX_BYTES) git.kill();
      }
    }
    const status = await git.exited;
    const whole = text.slice(0, text.lastIndexOf("\n"));
    return status.type === "exited" && status.code === 0 && whole !== "" ? whole.split("\n") : [];
  } finally {
    clearTimeout(deadline);
  }
}
