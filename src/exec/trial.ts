// Finds out what the system lets us do, by doing it around nothing: each answer takes a few milliseconds and is waited for.

import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { basename, isAbsolute } from "node:path";
import { executableCandidates } from "./executable";

/** A program that takes longer is not one to start each command with. */
const TRIAL_MS = 2_000;

/** Whether it ends well. Its environment is empty, so that nothing there can help. */
export function endsWell(argv: readonly string[]): boolean {
  try {
    const { exitCode } = Bun.spawnSync([...argv], {
      env: {},
      stdin: "ignore",
      stdout: "ignore",
      stderr: "ignore",
      timeout: TRIAL_MS,
    });
    return exitCode === 0;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}

/** Canonical paths of the programs of this name in PATH. */
export function programsNamed(name: string, path: string | undefined): readonly string[] {
  const found = executableCandidates(name, path).flatMap((candidate) => {
    try {
      accessSync(candidate, constants.X_OK);
      const real = realpathSync(candidate);
      return isAbsolute(candidate) && basename(real) === name && statSync(real).isFile() ? [real] : [];
    } catch (error) {
      if (error instanceof Error && "code" in error) return [];
      throw error;
    }
  });
  return [...new Set(found)];
}
