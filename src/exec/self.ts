// How to start this executable again as a helper: its path, and an environment that cannot change what it does.

import { join } from "node:path";

/** They load code into a process, or turn this executable into something else. */
const SWITCHES = /^(BUN|NODE|LD|DYLD)_/;
/** Where a compiled executable finds its own modules. */
const EMBEDDED = /^(\/\$bunfs\/|[A-Z]:[\\/]~BUN[\\/])/;

/** @param env the environment to scrub: the helper gets the rest */
export function selfCommand(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): { readonly argv: readonly string[]; readonly env: Readonly<Record<string, string>> } {
  const program = EMBEDDED.test(import.meta.dir)
    ? [process.execPath]
    : [process.execPath, join(import.meta.dir, "..", "main.ts")];
  return { argv: [...program, ...args], env: scrubbed(env) };
}

function scrubbed(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (pair): pair is [string, string] => pair[1] !== undefined && !SWITCHES.test(pair[0]),
    ),
  );
}
