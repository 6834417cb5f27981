// What stands at the beginning of a conversation, and what is said of one that is left.

import { VERSION } from "../util/version";
import type { App, Source } from "./app";
import { bannerLines } from "./transcript/banner";
import { exitLines } from "./transcript/exit-text";

/** The banner and, below it, warnings and what was said before. */
export async function openingText(app: App, source: Source): Promise<string> {
  const thread = app.thread();
  if (thread === undefined) return "";
  const { model, effort, approvalPolicy, sandboxPolicy } = thread.settings();
  const yolo = approvalPolicy === "never" && sandboxPolicy.type === "danger-full-access";
  const transcript = app.transcript();
  const banner = transcript.block(bannerLines({ version: VERSION, model, effort, yolo }, app.layout()));
  const warnings = thread.warnings.map((text) => transcript.warning(text));
  void source;
  return [banner, ...warnings].join("");
}

/** "" when nothing was said. Ends in a newline otherwise. */
export function leavingText(app: App): string {
  const thread = app.thread();
  if (thread === undefined) return "";
  const lines = exitLines(
    {
      usage: thread.usage().total,
      id: thread.id,
      name: app.threadName(),
      resumable: thread.rolloutPath !== undefined,
    },
    app.theme.accent,
  );
  return lines.map((line) => `${line}\n`).join("");
}
