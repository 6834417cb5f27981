// `codex sandbox --log-denials`: what the sandbox refused to a command, printed when it has ended (cli.md 8).

import type { Confinement } from "../../exec/confinement";
import { boundedOutput } from "../../exec/output";
import { spawnCommand, type CommandSpec } from "../../exec/spawn";
import { denialText, explainRefusal, type ExplainPlace } from "../../sandbox/explain";

/** Different ones; whoever is refused more often wants to see the first. */
const MAX_DENIALS = 200;

export type DenialLog = {
  /** To be added to what is spawned. */
  readonly watch: Pick<CommandSpec, "onRefused">;
  /** To be asked for when the command has ended. Begins with an empty line. */
  readonly text: () => Promise<string>;
};

/** In the order in which they were met; for each program and target what it tried first. */
export async function denialLog(
  confinement: Confinement,
  place: ExplainPlace,
  tag: string,
): Promise<DenialLog> {
  if (confinement.type === "seatbelt") return await systemLog(tag);
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
    async text() {
      const rest = more === 0 ? "" : `… and ${more} more\n`;
      return `${HEAD}${seen.size === 0 ? whyNone(confinement) : [...seen.values()].join("")}${rest}`;
    },
  };
}

const HEAD = "\n=== Sandbox denials ===\n";

/**
 * The lines of macOS's log about what a profile with this mark refused, as `(program) operation target`, each once.
 * @param log JSON objects, one a line
 */
export function seatbeltDenials(log: string): readonly string[] {
  const messages = log.split("\n").map((line) => /"eventMessage"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(line)?.[1]);
  const denials = messages.flatMap((message) => {
    const text = message === undefined ? "" : String(JSON.parse(message));
    const [, program, what] = /^Sandbox: (.+?)\(\d+\) deny\(\d+\) (.+)$/m.exec(text) ?? [];
    return program === undefined || what === undefined ? [] : [`(${program}) ${what}`];
  });
  return [...new Set(denials)];
}

/** The log comes a moment after the event. */
const LOG_DELAY_MS = 500;

/** macOS: every line carries the mark that the profile puts on what it refuses. */
async function systemLog(tag: string): Promise<DenialLog> {
  const log = spawnCommand({
    argv: ["/usr/bin/log", "stream", "--style", "ndjson", "--predicate", `eventMessage CONTAINS "${tag}"`],
    cwd: "/",
    env: {},
    confinement: { type: "none" },
    stdin: "null",
    stdout: "pipe",
    stderr: "stdout",
  });
  const kept = boundedOutput();
  const reader = log.stdout?.getReader();
  // Its first words say that it listens.
  const first = await reader?.read();
  const reading = (async () => {
    for (let part = first; part !== undefined && !part.done; part = await reader?.read())
      kept.write(part.value);
  })();
  return {
    watch: {},
    async text() {
      await Bun.sleep(LOG_DELAY_MS);
      log.kill();
      await reading;
      await log[Symbol.asyncDispose]();
      const lines = seatbeltDenials(kept.text()).map((line) => `${line}\n`);
      return `${HEAD}${lines.length === 0 ? "None found.\n" : lines.join("")}`;
    },
  };
}

function whyNone({ type }: Confinement): string {
  if (type === "none") return "There is no sandbox.\n";
  return type === "bubblewrap" ? "They cannot be seen through bwrap.\n" : "None found.\n";
}
