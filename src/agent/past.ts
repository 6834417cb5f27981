// What a thread begins with: its instructions and its session file's header, or all that an earlier session left.

import { readFileSync } from "node:fs";
import type { Config } from "../config/config";
import type { ModelInfo } from "../model/catalog";
import { truncateForHistory } from "../model/truncate";
import { originatorFor } from "../model/user-agent";
import { NO_USAGE } from "../model/usage";
import type { TokenUsage } from "../protocol/events";
import type { Goal } from "../protocol/goal";
import type { SessionMeta, TurnContext } from "../protocol/rollout";
import { forkThread } from "../rollout/fork";
import { readMeta, rebuild } from "../rollout/rebuild";
import { userMessage } from "../rollout/user-messages";
import { RolloutWriter } from "../rollout/writer";
import { osErrorText } from "../util/os-error";
import { UserError } from "../util/user-error";
import { VERSION } from "../util/version";
import baseInstructions from "./base-instructions.md" with { type: "text" };
import { gitInfo } from "../rollout/git-info";
import personalities from "./personalities.md" with { type: "text" };
import { ThreadLog } from "./thread-log";
import type { ThreadOptions } from "./thread-options";
import abortedNote from "./turn-aborted.md" with { type: "text" };

const LEFT_OUT =
  "This session is longer than what can be sent to a model: the model sees its newest part, and the summary before it if there is one. The session file keeps all of it.";

export type Past = {
  readonly id: string;
  readonly instructions: string;
  readonly log: ThreadLog;
  readonly usage: TokenUsage;
  /** Of the last response, or an estimate. */
  readonly lastUsage: TokenUsage | undefined;
  readonly baseline: TurnContext | undefined;
  /** Null when there is none. */
  readonly goal: Goal | null;
  /** Of the last turn of the session that is resumed. */
  readonly lastTurn: TurnContext | undefined;
  readonly warnings: readonly string[];
};

/** @throws UserError for an instructions file that cannot be used */
export function newPast(options: ThreadOptions, model: ModelInfo): Past {
  const id = Bun.randomUUIDv7();
  const instructions = options.instructions ?? threadInstructions(options.config, model);
  const writer = options.ephemeral
    ? RolloutWriter.ephemeral()
    : RolloutWriter.create({
        codexHome: options.config.codexHome,
        meta: sessionMeta(options, id, { text: instructions }),
      });
  return {
    id,
    instructions,
    log: new ThreadLog(writer),
    usage: NO_USAGE,
    lastUsage: undefined,
    baseline: undefined,
    goal: null,
    lastTurn: undefined,
    warnings: [],
  };
}

/** The thread keeps its id and its instructions; everything else comes from this invocation (exec.md 9). An ephemeral one leaves the file as it is. */
export function resumedPast(
  path: string,
  model: ModelInfo,
  { ephemeral, isCopy = false }: Pick<ThreadOptions, "ephemeral" | "isCopy">,
): Past {
  const rebuilt = rebuild(path);
  const history = rebuilt.history.map((item) => truncateForHistory(item, model));
  return {
    id: isCopy ? Bun.randomUUIDv7() : rebuilt.meta.id,
    instructions: rebuilt.meta.base_instructions?.text ?? baseInstructions,
    log: new ThreadLog(ephemeral ? RolloutWriter.ephemeral() : RolloutWriter.resume(path), history),
    usage: rebuilt.usage ?? NO_USAGE,
    lastUsage: rebuilt.lastUsage,
    baseline: rebuilt.contextBaseline,
    goal: isCopy ? null : rebuilt.goal,
    lastTurn: rebuilt.lastTurnContext,
    warnings: [
      ...(rebuilt.badLines === 0 ? [] : [damageWarning(path, rebuilt.badLines)]),
      ...(rebuilt.olderLeftOut ? [LEFT_OUT] : []),
    ],
  };
}

/**
 * Begins a session file with all that another holds, or all before one of its prompts; to be resumed. A turn that had
 * not ended is closed in it. Throws the error of the file system, and as `rebuild`.
 * @param beforePrompt counted from 0 among the prompts that were not rolled back
 */
export async function forkedSession(
  options: ThreadOptions,
  source: string,
  beforePrompt?: number,
): Promise<string> {
  const from = readMeta(source);
  const fork = forkThread({
    codexHome: options.config.codexHome,
    source,
    sourceId: from.id,
    meta: sessionMeta(options, Bun.randomUUIDv7(), from.base_instructions),
    ...(beforePrompt !== undefined && { beforePrompt }),
  });
  if (fork.openTurnId !== undefined) {
    await using writer = RolloutWriter.resume(fork.path);
    writer.append({ type: "response_item", payload: abortedMessage() });
    const ended = { turn_id: fork.openTurnId, completed_at: Math.floor(Date.now() / 1000) };
    writer.append({ type: "event_msg", payload: { type: "turn_aborted", ...ended, reason: "interrupted" } });
  }
  return fork.path;
}

/** What the model is told of a turn that was cut short. */
export function abortedMessage() {
  return userMessage(`<turn_aborted>\n${abortedNote.trim()}\n</turn_aborted>`);
}

/** `model_instructions_file` wins over `instructions`, and that over those of the model (config.md 7.1). */
function threadInstructions({ toml, features }: Config, model: ModelInfo): string {
  const file = toml.model_instructions_file;
  if (file !== undefined) return instructionsFile(file);
  if (toml.instructions !== undefined) return toml.instructions;
  const personality = features.get("personality") === false ? "none" : (toml.personality ?? "pragmatic");
  if (model.instructions !== undefined) {
    const { text, personalities: texts } = model.instructions;
    const tone = texts[`personality_${personality}`] ?? texts["personality_default"] ?? "";
    return text.replaceAll("{{ personality }}", () => tone);
  }
  const tone = model.supportsPersonality ? personalitySection(personality) : undefined;
  return tone === undefined ? baseInstructions : `${baseInstructions.trimEnd()}\n\n${tone}\n`;
}

/** What the base instructions do not say already; the pragmatic tone is theirs. */
function personalitySection(name: string): string | undefined {
  const section = personalities.split(/^# /m).find((part) => part.startsWith(`${name}\n`));
  return section === undefined ? undefined : `# Tone\n\n${section.slice(name.length).trim()}`;
}

function instructionsFile(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, "utf8").trim();
  } catch (error) {
    throw new UserError(`failed to read model instructions file ${path}: ${osErrorText(error)}`, {
      cause: error,
    });
  }
  if (text === "") throw new UserError(`model instructions file is empty: ${path}`);
  return text;
}

/** Whether a user opened the thread, or another thread did. */
export function threadSource(options: Pick<ThreadOptions, "parent">): "user" | "subagent" {
  return options.parent === undefined ? "user" : "subagent";
}

function damageWarning(path: string, badLines: number): string {
  return `${badLines} unreadable line${badLines === 1 ? "" : "s"} of the session file ${path} ${badLines === 1 ? "was" : "were"} skipped; the rest was resumed.`;
}

function sessionMeta(
  options: ThreadOptions,
  id: string,
  instructions: SessionMeta["base_instructions"],
): SessionMeta {
  const { config, parent } = options;
  const git = gitInfo(config.cwd);
  return {
    id,
    ...(parent !== undefined && { parent_thread_id: parent.threadId }),
    timestamp: new Date().toISOString(),
    cwd: config.cwd,
    originator: originatorFor(options.originator, options.env),
    cli_version: VERSION,
    source: options.source,
    thread_source: threadSource(options),
    model_provider: config.modelProviderId,
    base_instructions: instructions,
    ...(git !== undefined && { git }),
  };
}
