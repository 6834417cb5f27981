// One turn of `codex exec` against the scripted model, ready to be measured.

import { join } from "node:path";
import { mockProvider, parseEvents, sandboxBox, type Box } from "../test/support/harness";
import { boxEnvironment } from "./box-environment";
import { measure, type Measured } from "./measure";
import type { Job } from "./paired";
import type { Program } from "./program";
import type { Scenario } from "./scenarios";

/** Replaced on the command line: every run has a server of its own. */
const NO_SERVER = "http://127.0.0.1:9/v1";

/** The reference sometimes loses an event when much happens at once; such a run shows nothing and is made again. */
const REFERENCE_ATTEMPTS = 3;

/** The box stays for all runs, so what a program sets up in a new CODEX_HOME is not measured. */
export async function execJob(program: Program, scenario: Scenario): Promise<Job> {
  const box = await sandboxBox({ config: mockProvider(NO_SERVER) });
  return {
    run: async () => {
      for (let attempt = 1; ; attempt++) {
        const run = await turn(program, box, scenario);
        const complaint = whatIsWrong(run, scenario);
        if (complaint === undefined) return run;
        if (program.name === "codex" || attempt === REFERENCE_ATTEMPTS) {
          throw new Error(`${program.name}: ${complaint}\n${run.stderr}`);
        }
      }
    },
    [Symbol.asyncDispose]: () => box[Symbol.asyncDispose](),
  };
}

async function turn(program: Program, box: Box, scenario: Scenario): Promise<Measured> {
  for (const [path, text] of Object.entries(scenario.files?.() ?? {})) box.write(path, text);
  await using model = await startModel(scenario);
  const provider = `model_providers.mock.base_url="${model.url}"`;
  return await measure({
    argv: [program.path, "exec", "--json", "-s", "workspace-write", "-c", provider, "Please do it."],
    cwd: box.workspace,
    env: boxEnvironment(box),
    folder: box.home,
  });
}

async function startModel(scenario: Scenario): Promise<AsyncDisposable & { readonly url: string }> {
  const model = Bun.spawn([process.execPath, join(import.meta.dir, "model.ts"), scenario.name], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  const { value } = await model.stdout.getReader().read();
  return {
    url: new TextDecoder().decode(value).trim(),
    [Symbol.asyncDispose]: async () => {
      await model.stdin.end();
      await model.exited;
    },
  };
}

/** Undefined when the turn did all that the model asked for. */
function whatIsWrong(run: Measured, scenario: Scenario): string | undefined {
  if (run.exitCode !== 0) return `exit code ${run.exitCode}`;
  const events = parseEvents(run.stdout);
  if (events.at(-1)?.type !== "turn.completed") return `the last event is ${JSON.stringify(events.at(-1))}`;
  const done = events.filter((event) => {
    const item = event["item"] as { readonly type: string; readonly status?: string } | undefined; // as every item event has
    return (
      event.type === "item.completed" && item?.type === scenario.items.type && item.status === "completed"
    );
  });
  if (done.length === scenario.items.count) return undefined;
  return `${done.length} of ${scenario.items.count} ${scenario.items.type} items succeeded`;
}
