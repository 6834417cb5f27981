// What a thread begins with: nothing but its session file's header, or all that an earlier session left.

import type { ModelInfo } from "../model/catalog";
import { truncateForHistory } from "../model/truncate";
import { originatorFor } from "../model/user-agent";
import { NO_USAGE } from "../model/usage";
import type { TokenUsage } from "../protocol/events";
import type { TurnContext } from "../protocol/rollout";
import { rebuild } from "../rollout/rebuild";
import { RolloutWriter } from "../rollout/writer";
import { VERSION } from "../util/version";
import baseInstructions from "./base-instructions.md" with { type: "text" };
import { gitInfo } from "../rollout/git-info";
import { threadInstructions } from "./instructions";
import { ThreadLog } from "./thread-log";
import type { ThreadOptions } from "./thread-options";

export type Past = {
  readonly id: string;
  readonly instructions: string;
  readonly log: ThreadLog;
  readonly usage: TokenUsage;
  /** See `ThreadState`. */
  readonly countedTokens: number;
  readonly baseline: TurnContext | undefined;
  readonly warnings: readonly string[];
};

export function newPast(options: ThreadOptions): Past {
  const id = Bun.randomUUIDv7();
  const instructions = options.instructions ?? threadInstructions(options.config);
  return {
    id,
    instructions,
    log: new ThreadLog(newWriter(options, id, instructions)),
    usage: NO_USAGE,
    countedTokens: 0,
    baseline: undefined,
    warnings: [],
  };
}

/** The thread keeps its id and its instructions; everything else comes from this invocation (exec.md 9). An ephemeral one leaves the file as it is. */
export function resumedPast(path: string, model: ModelInfo, ephemeral: boolean): Past {
  const rebuilt = rebuild(path);
  const history = rebuilt.history.map((item) => truncateForHistory(item, model));
  return {
    id: rebuilt.meta.id,
    instructions: rebuilt.meta.base_instructions?.text ?? baseInstructions,
    log: new ThreadLog(ephemeral ? RolloutWriter.ephemeral() : RolloutWriter.resume(path), history),
    usage: rebuilt.usage ?? NO_USAGE,
    countedTokens: rebuilt.lastUsage?.total_tokens ?? 0,
    baseline: rebuilt.contextBaseline,
    warnings: rebuilt.badLines === 0 ? [] : [damageWarning(path, rebuilt.badLines)],
  };
}

/** Whether a user opened the thread, or another thread did. */
export function threadSource(options: Pick<ThreadOptions, "parent">): "user" | "subagent" {
  return options.parent === undefined ? "user" : "subagent";
}

function damageWarning(path: string, badLines: number): string {
  return `${badLines} unreadable line${badLines === 1 ? "" : "s"} of the session file ${path} ${badLines === 1 ? "was" : "were"} skipped; the rest was resumed.`;
}

function newWriter(options: ThreadOptions, id: string, instructions: string): RolloutWriter {
  if (options.ephemeral) return RolloutWriter.ephemeral();
  const { config, parent } = options;
  const git = gitInfo(config.cwd);
  return RolloutWriter.create({
    codexHome: config.codexHome,
    meta: {
      id,
      ...(parent !== undefined && { parent_thread_id: parent.threadId }),
      timestamp: new Date().toISOString(),
      cwd: config.cwd,
      originator: originatorFor(options.originator, options.env),
      cli_version: VERSION,
      source: options.source,
      thread_source: threadSource(options),
      model_provider: config.modelProviderId,
      base_instructions: { text: instructions },
      ...(git !== undefined && { git }),
    },
  });
}
