// `codex sandbox --log-denials`: what the sandbox refused to a command, printed when it has ended (cli.md 8).

import type { Confinement } from "../../exec/confinement";
import type { CommandSpec } from "../../exec/spawn";
import { denialText, explainRefusal, type ExplainPlace } from "../../sandbox/explain";

/** Different ones; whoever is refused more often wants to see the first. */
const MAX_DENIALS = 200;

export type DenialLog = {
  /** To be added to what is spawned. */
  readonly watch: Pick<CommandSpec, "onRefused">;
  /** Begins with an empty line. */
  readonly text: () => string;
};

/** In the order in which they were met; for each program and target what it tried first. */
export function denialLog(confinement: Confinement, place: ExplainPlace): DenialLog {
  const seen = new Map<string, string>();
  let more = 0;
  return {
    watch: {
      onRefused(call) {
        const denial = explainRefusal(call, place);
        if (denial === undefined) return;
        const key = `${denial.program}\0${denial.target === "" ? denial.operation : denial.target}`;
        if (seen.has(key)) return;
        if (seen.size < MAX_DENIALS) seen.set(key, denialText(denial));
        else more++;
      },
    },
    text() {
      const rest = more === 0 ? "" : `… and ${more} more\n`;
      return `\n=== Sandbox denials ===\n${seen.size === 0 ? whyNone(confinement) : [...seen.values()].join("")}${rest}`;
    },
  };
}

function whyNone({ type }: Confinement): string {
  if (type === "none") return "There is no sandbox.\n";
  return type === "bubblewrap" ? "They cannot be seen through bwrap.\n" : "None found.\n";
}
