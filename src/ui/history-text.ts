// What stands at the beginning of a conversation, and what is said of one that is left.

import { existsSync } from "node:fs";
import type { Thread } from "../agent/thread-options";
import type { Config } from "../config/config";
import type { ThreadSettings } from "../protocol/thread";
import { sessionsFolder } from "../rollout/path";
import { VERSION } from "../util/version";
import type { App, Source } from "./app";
import { lineItem } from "./live/line-items";
import { isTitleItem } from "./live/title";
import type { Given } from "./options";
import tips from "./tips.txt" with { type: "text" };
import { bannerLines, firstSessionLines, forkLine, tipLines } from "./transcript/banner";
import { exitLines } from "./transcript/exit-text";
import type { Layout } from "./transcript/layout";
import { goalHint, goalText } from "./transcript/notes";
import { createTranscript, type Transcript } from "./transcript/transcript";

export function transcriptOf({ toml }: Config, layout: Layout): Transcript {
  return createTranscript({
    ...layout,
    hideReasoning: toml.hide_agent_reasoning ?? false,
    showRawReasoning: toml.show_raw_agent_reasoning ?? false,
  });
}

/**
 * The banner and, below it, warnings and what was said before.
 * @param settled finished lines about what the user has just decided
 */
export async function openingText(
  app: App,
  source: Source,
  first: "first" | "later",
  settled: string,
): Promise<string> {
  const thread = app.thread();
  if (thread === undefined) return "";
  const transcript = app.transcript();
  const { config, options } = app;
  const own = first === "first" ? [...options.warnings, ...unknownItems(app)] : [];
  const deprecations = first === "first" ? config().deprecations : [];
  return [
    transcript.block(bannerLines(bannerOf(thread), app.layout())),
    ...(first === "first" && options.news !== undefined ? [transcript.notice(options.news)] : []),
    ...[...own, ...thread.warnings].map((text) => transcript.warning(text)),
    settled,
    ...deprecations.map(({ summary, details }) => transcript.warning(summary, details)),
    ...(source.type === "new" ? welcome(app, first) : await past(app, source)),
    ...goalNotice(app, thread),
  ].join("");
}

/** What was left unfinished goes on behind the user's next turn. */
function goalNotice(app: App, { goals }: Thread): readonly string[] {
  const goal = goals?.current() ?? null;
  if (goal === null || goal.status === "complete") return [];
  return [app.transcript().notice(goalText(goal), goalHint(goal))];
}

/** What is configured for the two lines and is no item of theirs (tui.md 10). */
function unknownItems(app: App): readonly string[] {
  const { statusLine, title } = app.lines();
  const unknown = [
    ["status line", statusLine.filter((id) => lineItem(id) === undefined)],
    ["terminal title", title.filter((id) => !isTitleItem(id))],
  ] as const;
  return unknown.flatMap(([line, ids]) => {
    if (ids.length === 0) return [];
    const names = new Intl.ListFormat("en").format(ids.map((id) => `"${id}"`));
    return [`Ignored invalid ${line} ${ids.length === 1 ? "item" : "items"}: ${names}.`];
  });
}

function bannerOf(thread: Thread) {
  const { model, effort, approvalPolicy, sandboxPolicy } = thread.settings();
  const yolo = approvalPolicy === "never" && sandboxPolicy.type === "danger-full-access";
  return { version: VERSION, model, effort, yolo };
}

/** Somebody who has no session yet is told what can be done; others get a tip, when they start the program. */
function welcome(app: App, first: "first" | "later"): readonly string[] {
  const { codexHome, toml } = app.config();
  const transcript = app.transcript();
  if (!existsSync(sessionsFolder(codexHome))) return [transcript.block(firstSessionLines(app.layout()))];
  if (first === "later" || toml.tui?.show_tooltips === false) return [];
  const all = tips.trim().split("\n");
  const tip = all[Math.floor(Math.random() * all.length)] ?? "";
  return [transcript.block(tipLines(tip, app.layout()))];
}

/** The session as it was seen before; of a copy, where it comes from. */
async function past(app: App, source: Exclude<Source, { type: "new" }>): Promise<readonly string[]> {
  const transcript = app.transcript();
  const path = app.thread()?.rolloutPath ?? source.path;
  const { replay } = await import("./transcript/replay");
  const shown = replay(path, transcript);
  if (source.type === "resume") return [shown];
  const [{ readMeta }, { threadNames }] = await Promise.all([
    import("../rollout/rebuild"),
    import("../rollout/names"),
  ]);
  const { id } = readMeta(source.path);
  return [transcript.notice(forkLine({ id, name: threadNames(app.config().codexHome).get(id) })), shown];
}

/** A session that is gone on with keeps its model and permissions, but for what the command line says. */
export function adoptRecorded(thread: Thread, given: Given): void {
  if (thread.recorded === undefined) return;
  const { model, effort, planEffort, approvalPolicy, sandboxPolicy, collaborationMode } = thread.recorded;
  thread.configure({
    collaborationMode,
    ...(given.model ? {} : { model, effort, planEffort }),
    ...(given.approvalPolicy ? {} : { approvalPolicy }),
    ...(given.sandbox ? {} : { sandboxPolicy }),
  });
}

/** What a new conversation takes over from the one before; the mode is not among it. */
export function settingsOf(thread: Thread): Partial<ThreadSettings> {
  const { collaborationMode: _, ...kept } = thread.settings();
  return kept;
}

/** "" when nothing was said. Ends in a newline otherwise. */
export function leavingText(app: App): string {
  const thread = app.thread();
  if (thread === undefined) return "";
  const left = {
    usage: thread.usage().total,
    id: thread.id,
    name: app.threadName(),
    resumable: thread.rolloutPath !== undefined,
  };
  return exitLines(left, app.theme.accent)
    .map((line) => `${line}\n`)
    .join("");
}
