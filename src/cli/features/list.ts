// `codex features list`: one line per feature, sorted by name: its stage, and whether it is on here (cli.md 9).

import { FEATURES } from "../../config/features";
import type { Invocation } from "../grammar/spec";
import { loadedConfig } from "../loaded-config";
import { writeOutput } from "../output";

const NAME_COLUMNS = Math.max(...FEATURES.map(({ name }) => name.length));
const STAGE_COLUMNS = Math.max(...FEATURES.map(({ stage }) => stage.length));

/** @throws UserError when the configuration is faulty */
export async function run(invocation: Invocation): Promise<number> {
  const { features } = await loadedConfig(invocation);
  const lines = FEATURES.map(
    ({ name, stage }) =>
      `${name.padEnd(NAME_COLUMNS)}  ${stage.padEnd(STAGE_COLUMNS)}  ${features.get(name) === true}\n`,
  );
  await writeOutput(1, lines.join(""));
  return 0;
}
