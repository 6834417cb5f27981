// The two programs that are compared: ours, and the reference when it is installed.

import { closeSync, openSync, readSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { Glob } from "bun";

export type Program = { readonly name: "codex" | "reference"; readonly path: string };

/** Of release 0.139.0 for linux-x64, for when it is not installed. */
export const REFERENCE_SIZE_BYTES = 233_383_152;

/** How a package of the reference lies beside its launcher's, in the same scope. */
const NATIVE = new Glob("codex-*/vendor/*/bin/codex");

/** @param path relative to the working directory */
export function ourProgram(path: string): Program {
  return { name: "codex", path: resolve(path) };
}

/** @param given the executable, or the launcher script that its package installs; undefined or empty for none */
export function findReference(given: string | undefined): Program | undefined {
  if (given === undefined || given === "") return undefined;
  const path = realpathSync(given);
  return { name: "reference", path: isScript(path) ? nativeBehind(path) : path };
}

function isScript(path: string): boolean {
  const start = Buffer.alloc(2);
  const fd = openSync(path, "r");
  readSync(fd, start);
  closeSync(fd);
  return start.toString() === "#!";
}

/** The launcher is `<scope>/codex/bin/codex.js`; starting it would measure Node as well. */
function nativeBehind(launcher: string): string {
  const scope = dirname(dirname(dirname(launcher)));
  const [found] = NATIVE.scanSync(scope);
  if (found === undefined)
    throw new Error(`${launcher} is a script, and there is no native executable in ${scope}`);
  return join(scope, found);
}
