// One conversation of the interface: its thread, from opening to disposal, and what it is called.

import { openThread } from "../agent/thread";
import type { Thread, ThreadOptions } from "../agent/thread-options";
import type { Config } from "../config/config";
import { threadNames } from "../rollout/names";
import type { Source } from "./app";
import type { PromptUiOptions } from "./options";

export type Opened = { readonly thread: Thread; readonly name: string | undefined };

/** What other programs know this front end by. */
export const ORIGINATOR = "codex-tui";

/** @throws UserError, as `openThread`, and for a session that cannot be copied */
export async function openConversation(
  { options, ending }: { readonly options: PromptUiOptions; readonly ending: AbortSignal },
  config: Config,
  source: Source,
): Promise<Opened> {
  const threadOptions: ThreadOptions = {
    config,
    env: options.env,
    originator: ORIGINATOR,
    source: "cli",
    honoursApiKeyVariable: false,
    liveOutput: "shown",
    checkpoints: "early",
    ephemeral: false,
    rules: options.readRules(config),
    pathPrefix: options.pathPrefix,
    giveUp: ending,
    ...(source.type === "new" && source.cleared === true && { startSource: "clear" }),
  };
  const path = await pathOf(source, threadOptions);
  const thread = await openThread({ ...threadOptions, resume: path });
  const name = path === undefined ? undefined : threadNames(config.codexHome).get(thread.id);
  return { thread, name };
}

async function pathOf(source: Source, options: ThreadOptions): Promise<string | undefined> {
  switch (source.type) {
    case "new":
      return undefined;
    case "resume":
      return source.path;
    case "fork": {
      const { forkedSession } = await import("../agent/past");
      return await forkedSession(options, source.path);
    }
    default:
      return source satisfies never;
  }
}
