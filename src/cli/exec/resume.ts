// Finds the session file that `codex exec resume` goes on with (exec.md 9, rollout.md 11).

import type { Config } from "../../config/config";
import { findById, findByName, findLast } from "../../rollout/find";
import { isOfProvider, isSubagent } from "../../rollout/list";
import type { ResumeTask } from "./task";

const UUID = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/;

/**
 * An id is looked for everywhere; a name, or the last session, only among those of the working folder unless the user
 * wants all. The last one also has to be of this run's model provider, and none that a thread opened for its own ends,
 * such as a reviewer's.
 *
 * @returns undefined when no session has the name or there is no last one: then a new one begins
 * @throws UserError for an id without a session, or with an archived one
 */
export async function sessionToResume(task: ResumeTask, config: Config): Promise<string | undefined> {
  const { codexHome } = config;
  const cwd = task.everywhere ? undefined : config.cwd;
  if (task.last) {
    return await findLast({
      codexHome,
      cwd,
      matches: (meta) => isOfProvider(meta, config.modelProviderId) && !isSubagent(meta),
    });
  }
  if (task.session === undefined) return undefined;
  const id = threadId(task.session);
  return id === undefined ? await findByName(codexHome, task.session, cwd) : await findById(codexHome, id);
}

/** Why a new session begins where one was to be resumed, and how to have the other; one line for stderr. */
export function nothingToResume({ last, session, everywhere }: ResumeTask): string {
  const place = everywhere ? "" : " in this folder";
  const wider = everywhere ? "" : " `--all` looks in every folder.";
  if (last) return `There is no earlier session${place}, so a new one begins.${wider}`;
  if (session === undefined) {
    return "No session was named, so a new one begins. `codex exec resume` takes an id, a name or `--last`.";
  }
  return `No session${place} is called \`${session}\`, so a new one begins.${wider}`;
}

/** In the form that file names have. */
function threadId(word: string): string | undefined {
  const id = word.toLowerCase();
  if (!UUID.test(id)) return undefined;
  return id.replaceAll("-", "").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
