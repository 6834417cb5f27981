// Recognises the commands that are asked for under every policy, or refused where nobody can be asked (approvals.md 5).

import { lower, wrappedScript } from "./shell";
import { isDangerousOnWindows } from "./windows";

/**
 * True for `rm -f` and `rm -rf`, also behind `sudo` and in a plain script. The list is short on purpose: it is the same
 * as everywhere else, so that nothing is refused here that runs there. See `destructive.ts` for ours.
 */
export function isDangerous(words: readonly string[], platform: NodeJS.Platform = process.platform): boolean {
  if (platform === "win32" && isDangerousOnWindows(words)) return true;
  const [program, first] = words;
  if (program === "rm" && (first === "-f" || first === "-rf")) return true;
  if (program === "sudo") return isDangerous(words.slice(1), platform);
  if (wrappedScript(words) === undefined) return false;
  const lowered = lower(words);
  return lowered.type === "plain" && lowered.commands.some((command) => isDangerous(command.words, platform));
}
