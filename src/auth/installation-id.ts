// The identity of this installation: a UUID in CODEX_HOME, made on first use (agent.md 1).

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Reads `$CODEX_HOME/installation_id` or makes it; where it cannot be kept, the id holds for this process. */
export function installationId(codexHome: string): string {
  const path = join(codexHome, "installation_id");
  const kept = read(path);
  if (kept !== null && UUID.test(kept)) return kept;
  const fresh = crypto.randomUUID();
  try {
    mkdirSync(codexHome, { recursive: true });
    writeFileSync(path, fresh, { flag: kept === null ? "wx" : "w" });
    return fresh;
  } catch {
    return read(path) ?? fresh; // another process made it first, or the folder is read-only
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return null; // not there yet
  }
}
