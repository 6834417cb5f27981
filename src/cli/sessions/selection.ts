// Which session `codex resume` and `codex fork` mean, and what is to be said in it (cli.md 3.3, rollout.md 11).

import type { Config } from "../../config/config";
import { findById, findByName, findLast } from "../../rollout/find";
import { isInteractive, isOfProvider, isSubagent } from "../../rollout/list";
import { asThreadId } from "../../rollout/path";
import { UserError } from "../../util/user-error";
import type { Begin } from "../../ui/options";
import type { Invocation } from "../grammar/spec";

export type Selection = {
  readonly action: "resume" | "fork";
  /** Id or name; undefined with `last`, and when the user is to choose. */
  readonly session: string | undefined;
  readonly last: boolean;
  /** Sessions of other folders count too. */
  readonly everywhere: boolean;
  readonly includeNonInteractive: boolean;
  readonly prompt: string | undefined;
};

/** Pure. With `--last` there is no session to name, so the one word is the prompt. */
export function selectionOf({ levels }: Invocation): Selection {
  const level = levels.at(-1) ?? levels[0];
  const word = (name: string) => level.words.get(name)?.at(-1);
  const last = level.switches.has("last");
  return {
    action: level.command === "fork" ? "fork" : "resume",
    session: last ? undefined : word("SESSION_ID"),
    last,
    everywhere: level.switches.has("all"),
    includeNonInteractive: level.switches.has("include-non-interactive"),
    prompt: last ? word("SESSION_ID") : word("PROMPT"),
  };
}

/**
 * The session's file where the command line names it, else that the user chooses. `--last` without any session begins
 * anew, as does that of `codex exec`.
 * @throws UserError for an id or a name without a session, or an archived one
 */
export async function beginOf(selection: Selection, config: Config): Promise<Begin> {
  const { action, session, last, everywhere, includeNonInteractive } = selection;
  const cwd = everywhere ? undefined : config.cwd;
  if (last) {
    const path = await findLast({
      codexHome: config.codexHome,
      cwd,
      matches: (meta) =>
        isOfProvider(meta, config.modelProviderId) &&
        (includeNonInteractive ? !isSubagent(meta) : isInteractive(meta)),
    });
    return path === undefined ? { type: "new" } : { type: action, path };
  }
  if (session === undefined) return { type: "pick", action, everywhere, includeNonInteractive };
  return { type: action, path: await named(session, action, config.codexHome) };
}

/** By name in any folder, the newest first: the name was given to find it again. */
async function named(session: string, action: "resume" | "fork", codexHome: string): Promise<string> {
  const id = asThreadId(session);
  if (id !== undefined) return await findById(codexHome, id, `thread/${action}`);
  const path = await findByName(codexHome, session);
  if (path !== undefined) return path;
  throw new UserError(
    `No session is called '${session}'. See what there is with \`codex ${action} --all\`, or name one by its id.`,
  );
}
