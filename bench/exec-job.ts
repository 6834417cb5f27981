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

/** The box stays for all runs, so what a program sets up in a new CODEX_HOME is not measured. */
export async function execJob(program: Program, scenario: Scenario): Promise<Job> {
  const box = await sandboxBox({ config: mockProvider(NO_SERVER) });
  return {
    run: async () => {
      const run = await turn(program, box, scenario);
      const complaint = whatIsWrong(run, program, scenario);
      if (complaint !== undefined) throw new Error(`${program.name}: ${complaint}\n${run.stderr}`);
      return run;
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

export async function startModel(scenario: Scenario): Promise<AsyncDisposable & { readonly url: string }> {
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

/**
 * Undefined when the turn did all that the model asked for. The reference does not report the end of every short
 * command when several run at once; of it, the start is asked.
 */
function whatIsWrong(run: Measured, program: Program, scenario: Scenario): string | undefined {
  if (run.exitCode !== 0) return `exit code ${run.exitCode}`;
  const events = parseEvents(run.stdout);
  if (events.at(-1)?.type !== "turn.completed") return `the last event is ${JSON.stringify(events.at(-1))}`;
  const { type, count } = scenario.items;
  const items = (event: "item.started" | "item.completed") =>
    events
      .filter((e) => e.type === event)
      .map((e) => e["item"] as Item) // which every such event has
      .filter((item) => item.type === type);
  const failed = items("item.completed").find((item) => item.status !== "completed");
  if (failed !== undefined) return JSON.stringify(failed);
  const found = items(program.name === "codex" ? "item.completed" : "item.started").length;
  return found === count ? undefined : `${found} of ${count} ${type} items`;
}

type Item = { readonly type: string; readonly status?: string };
