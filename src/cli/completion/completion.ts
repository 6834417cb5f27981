// `codex completion [SHELL]`: prints the script that completes codex's commands and options in a shell (cli.md 10).

import type { CommandModule, CommandSpec } from "../grammar/spec";
import { writeOutput } from "../output";
import { bashScript } from "./bash";
import { elvishScript } from "./elvish";
import { fishScript } from "./fish";
import { placesOf, type Place } from "./places";
import { powershellScript } from "./powershell";
import { zshScript } from "./zsh";

const SCRIPTS: Readonly<Record<string, (places: readonly Place[]) => string>> = {
  bash: bashScript,
  elvish: elvishScript,
  fish: fishScript,
  powershell: powershellScript,
  zsh: zshScript,
};

/** The command, for the table under `root`. Always exit code 0. */
export function completionOf(root: CommandSpec): CommandModule {
  return {
    run: async ({ levels }) => {
      const [shell = "bash"] = levels.at(-1)?.words.get("SHELL") ?? [];
      const script = SCRIPTS[shell] ?? bashScript;
      await writeOutput(1, script(placesOf(root)));
      return 0;
    },
  };
}
