// `codex archive` and `codex unarchive`: put a session out of sight, and bring it back (cli.md 3.4).

import { archiveThread, unarchiveThread } from "../../rollout/archive";
import type { Invocation } from "../grammar/spec";
import { loadedConfig } from "../loaded-config";
import { writeOutput } from "../output";
import { refuseRemote } from "./remote";

/** @throws UserError when no such session is in that state, or its file cannot be moved */
export async function run(invocation: Invocation): Promise<number> {
  refuseRemote(invocation);
  const session = invocation.levels.at(-1)?.words.get("SESSION")?.[0] ?? "";
  const { codexHome } = await loadedConfig(invocation);
  const archives = invocation.path.at(-1) === "archive";
  const id = archives ? archiveThread(codexHome, session) : unarchiveThread(codexHome, session);
  await writeOutput(1, `${archives ? "Archived" : "Unarchived"} session ${id}.\n`);
  return 0;
}
