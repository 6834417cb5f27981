// `codex debug landlock CMD` and `codex debug seatbelt CMD`: the first spelling of `codex sandbox` (cli.md 8.2).

import type { Invocation } from "../grammar/spec";
import { run as runSandbox } from "./sandbox";

/** Puts the system's name in front of the command, where the spelling after this one had it. */
export function run(invocation: Invocation): Promise<number> {
  const [root, ...nested] = invocation.levels;
  const levels = nested.map((level) => {
    const command = level.words.get("COMMAND");
    if (command === undefined) return level;
    return { ...level, words: new Map([["COMMAND", [level.command, "--", ...command]]]) };
  });
  return runSandbox({ path: invocation.path, levels: [root, ...levels] });
}
