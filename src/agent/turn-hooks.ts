// Where a thread and its turns meet the user's hooks: which there are, and what is recorded of what they say (agent.md 13 and 15).

import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Config } from "../config/config";
import { RUNTIME_SWITCHES } from "../exec/executable";
import type { Shell } from "../exec/shell";
import { hasHooks } from "../hooks/configured";
import type { HookSession, SessionHooks } from "../hooks/session-hooks";
import type { ThreadEvent } from "../protocol/events";
import type { Hook } from "../protocol/hooks";
import type { UserInput } from "../protocol/user-input";
import { developerMessage } from "../rollout/user-messages";
import type { Past } from "./past";
import type { Settings } from "./settings";
import type { ThreadOptions } from "./thread-options";
import type { ThreadState, TurnStart } from "./thread-state";
import { textOf } from "./user-message";

export type FoundHooks = {
  readonly hooks: readonly Hook[];
  readonly warnings: readonly string[];
  readonly bypassTrust: boolean;
  readonly open: (hooks: readonly Hook[], session: HookSession) => SessionHooks;
};

/** Undefined when none is configured; then nothing of them is loaded either. */
export async function configuredHooks(config: Config): Promise<FoundHooks | undefined> {
  if (!hasHooks(config)) return undefined;
  const [{ findHooks }, { sessionHooks }] = await Promise.all([
    import("../hooks/load"),
    import("../hooks/session-hooks"),
  ]);
  return { ...findHooks(config), bypassTrust: config.bypassHookTrust, open: sessionHooks };
}

/** Of a thread that works on behalf of another, neither the beginning nor the end is an event. */
export function openHooks(
  found: FoundHooks | undefined,
  parts: {
    readonly options: ThreadOptions;
    readonly past: Pick<Past, "id" | "log">;
    readonly settings: Settings;
    readonly shell: Shell;
  },
): SessionHooks | undefined {
  if (found === undefined || found.hooks.length === 0) return undefined;
  const { options, past, settings, shell } = parts;
  const { env, parent, pathPrefix = [] } = options;
  const hooks =
    parent === undefined
      ? found.hooks
      : found.hooks.filter(({ event }) => event !== "SessionStart" && event !== "Stop");
  return found.open(hooks, {
    shell,
    cwd: () => settings.config().cwd,
    env: hookEnvironment(env, pathPrefix),
    sessionId: parent?.sessionId ?? past.id,
    transcriptPath: () => past.log.path ?? null,
    model: () => settings.model().slug,
    permissionMode: () => (settings.config().approvalPolicy === "never" ? "bypassPermissions" : "default"),
    outputFolder: join(tmpdir(), "hook_outputs", past.id),
    bypassTrust: found.bypassTrust,
  });
}

/** Tells hooks that the session begins, or begins anew. False when the turn must not go on. */
export async function* sessionBegins(
  thread: ThreadState,
  turn: TurnStart,
): AsyncGenerator<ThreadEvent, boolean> {
  const { hooks, startSource } = thread;
  thread.startSource = undefined;
  if (hooks === undefined || startSource === undefined) return true;
  const { contexts, stopped } = yield* hooks.sessionStart(startSource, turn);
  if (turn.signal.aborted) {
    thread.startSource = startSource;
    return false;
  }
  for (const text of contexts) thread.log.item(developerMessage(text));
  return !stopped;
}

/** What is to be recorded behind a prompt; null when it must not be recorded at all. */
export async function* admitted(
  { hooks }: ThreadState,
  turn: TurnStart,
  input: readonly UserInput[],
): AsyncGenerator<ThreadEvent, readonly string[] | null> {
  if (hooks === undefined) return [];
  const { contexts, blocked } = yield* hooks.prompt(textOf(input), turn);
  return blocked || turn.signal.aborted ? null : contexts;
}

/** Whether a compaction must not be, or the turn must not go on after it. */
export async function* stopsCompaction(
  { hooks }: ThreadState,
  turn: TurnStart,
  { when, trigger }: { readonly when: "before" | "after"; readonly trigger: "auto" | "manual" },
): AsyncGenerator<ThreadEvent, boolean> {
  if (hooks === undefined) return false;
  return (yield* hooks.compaction(when, trigger, turn)).stopped;
}

/**
 * Asks hooks whether the turn may end. Where one wants it to go on, its words become a message of the user.
 * @param state `active`: it goes on because of a hook already
 */
export async function* holdTurn(
  { hooks, log }: ThreadState,
  turn: TurnStart,
  state: { readonly active: boolean; readonly lastMessage: string | null },
): AsyncGenerator<ThreadEvent, boolean> {
  if (hooks === undefined) return false;
  const prompts = yield* hooks.stop(state, turn);
  if (prompts.length === 0) return false;
  const content = prompts.map(({ runId, text }) => ({
    type: "input_text" as const,
    text: `<hook_prompt hook_run_id="${escaped(runId).replaceAll('"', "&quot;")}">${escaped(text)}</hook_prompt>`,
  }));
  log.item({ type: "message", role: "user", content });
  return true;
}

/** So that its words cannot be taken for the end of the message. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function hookEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  pathPrefix: readonly string[],
): Readonly<Record<string, string>> {
  const given = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !RUNTIME_SWITCHES.includes(entry[0]),
  );
  const all = Object.fromEntries(given);
  if (pathPrefix.length === 0) return all;
  const name = Object.keys(all).find((key) => key.toUpperCase() === "PATH") ?? "PATH"; // `Path` on Windows
  return { ...all, [name]: [...pathPrefix, ...(all[name] ? [all[name]] : [])].join(delimiter) };
}
