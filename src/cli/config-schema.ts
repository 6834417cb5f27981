// `codex config schema`: prints the JSON Schema of config.toml, for editors that check and complete it.

import { configSchema } from "../config/validate";
import { writeOutput } from "./output";

/** Always exit code 0. */
export async function run(): Promise<number> {
  await writeOutput(1, `${JSON.stringify(configSchema(), null, 2)}\n`);
  return 0;
}
