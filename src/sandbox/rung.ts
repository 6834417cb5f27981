// Which sandbox a machine lets us build, and how that is remembered: in CODEX_HOME, which commands cannot write.

import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Bubblewrap } from "./bubblewrap";

/** Why it is not the rung above, and what to do about that. */
export type Blocker = { readonly reason: string; readonly fix: string; readonly cause?: string };

export type Rung =
  | { readonly type: "namespaces" }
  | { readonly type: "bubblewrap"; readonly bubblewrap: Bubblewrap; readonly blocker: Blocker }
  | { readonly type: "landlock"; readonly version: number; readonly blocker: Blocker }
  | { readonly type: "none"; readonly blocker: Blocker };

/** `key` is all that the answer depends on, compared whole. */
export type Remembered = { readonly key: string; readonly rung: Rung };

/** Undefined when there is none, or none that we understand. */
export function readRemembered(codexHome: string): Remembered | undefined {
  try {
    const found = JSON.parse(readFileSync(fileIn(codexHome), "utf8")) as Remembered; // Ours alone to write.
    return typeof found.rung.type === "string" ? found : undefined;
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}

/** Where it cannot be written it is found out again each time. */
export function remember(codexHome: string, remembered: Remembered): void {
  if (statSync(codexHome, { throwIfNoEntry: false }) === undefined) return;
  const file = fileIn(codexHome);
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, JSON.stringify(remembered), { mode: 0o600 });
    renameSync(draft, file);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
  }
}

function fileIn(codexHome: string): string {
  return join(codexHome, "tmp", "sandbox-rung.json");
}
