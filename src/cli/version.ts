// Prints the version, and imports nothing for it: `--version` is what scripts call most often, and it takes 3 ms.

import { VERSION } from "../util/version";

/** `codex-cli 0.139.0`; `name` is the part before the number. */
export function printVersion(name: string): void {
  console.log(`${name} ${VERSION}`);
}

/** Put in by build.ts. */
declare const BUILD:
  { readonly commit: string; readonly committed: number; readonly target: string } | undefined;

/** The version, and from what it was made. */
export function printProvenance(name: string): void {
  printVersion(name);
  if (typeof BUILD === "undefined") return;
  const { commit, committed, target } = BUILD;
  console.log(`commit: ${commit} (${new Date(committed * 1000).toISOString()})`);
  console.log(`target: ${target === "this system" ? `${process.platform}-${process.arch}` : target}`);
  console.log(`runtime: bun ${Bun.version} (${Bun.revision})`);
}
