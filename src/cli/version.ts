// Prints the version, and imports nothing for it: `--version` is what scripts call most often, and it takes 3 ms.

import { VERSION } from "../util/version";

/** `codex-cli 0.139.0`; `name` is the part before the number. */
export function printVersion(name: string): void {
  console.log(`${name} ${VERSION}`);
}
