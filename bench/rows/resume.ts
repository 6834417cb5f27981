// What it takes to go on with a session of a million items and a gigabyte, with and without a compaction near its end.

import { rmSync } from "node:fs";
import { mockProvider, sandboxBox, type Box } from "../../test/support/harness";
import { boxEnvironment } from "../box-environment";
import { startModel } from "../exec-job";
import { writeLongSession } from "../long-session";
import { measure, type Measured } from "../measure";
import type { Program } from "../program";
import { median, type Row } from "../row";
import { SCENARIOS } from "../scenarios";

/** Reading a gigabyte once is measure enough. */
const MOST_RUNS = 3;
const MIB = 1_048_576;
const ID = "01a20208-2414-7f40-bf18-d5aa731ae9b1";

type Kind = {
  readonly name: string;
  readonly title: string;
  readonly afterCompaction: number | undefined;
  readonly wallMs: number;
  readonly peakMib: number;
};

const KINDS: readonly Kind[] = [
  {
    name: "resume-compacted",
    title: "exec resume: 1 GB, compacted 49 MB before its end",
    afterCompaction: 49_000_000,
    wallMs: 1_000,
    peakMib: 200,
  },
  {
    name: "resume-whole",
    title: "exec resume: 1 GB, never compacted",
    afterCompaction: undefined,
    wallMs: 10_000,
    peakMib: 400,
  },
];

export const RESUME_ROWS: readonly Row[] = KINDS.map((kind) => ({
  name: kind.name,
  title: kind.title,
  measure: async ({ codex, runs }) => {
    const measured: Measured[] = [];
    for (let run = 0; run < Math.min(runs, MOST_RUNS); run++) measured.push(await resumed(codex, kind));
    return [
      {
        what: "wall",
        unit: "ms",
        codex: median(measured.map(({ wallMs }) => wallMs)),
        reference: undefined,
        budget: { type: "absolute", most: kind.wallMs },
      },
      {
        what: "peak memory",
        unit: "MiB",
        codex: median(measured.map(({ peakBytes }) => peakBytes / MIB)),
        reference: undefined,
        budget: { type: "absolute", most: kind.peakMib },
      },
    ];
  },
}));

async function resumed(codex: Program, kind: Kind): Promise<Measured> {
  await using box = await sandboxBox({ config: mockProvider("http://127.0.0.1:9/v1") });
  writeLongSession(box, { id: ID, afterCompaction: kind.afterCompaction });
  try {
    return await oneTurn(codex, box);
  } finally {
    rmSync(box.codexHome, { recursive: true });
  }
}

async function oneTurn(codex: Program, box: Box): Promise<Measured> {
  const scenario = SCENARIOS.find(({ name }) => name === "one-turn");
  if (scenario === undefined) throw new Error("the scenario of one turn is gone");
  await using model = await startModel(scenario);
  const provider = `model_providers.mock.base_url="${model.url}"`;
  const run = await measure({
    argv: [codex.path, "exec", "--json", "-c", provider, "resume", ID, "Please go on."],
    cwd: box.workspace,
    env: boxEnvironment(box),
    folder: box.home,
  });
  if (run.exitCode !== 0)
    throw new Error(`exit code ${run.exitCode}: ${run.stdout.slice(-500)} ${run.stderr.slice(-500)}`);
  return run;
}
