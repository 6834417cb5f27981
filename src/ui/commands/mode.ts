// Plan mode, and how hard the model thinks (tui.md 4).

import type { App } from "../app";

/** Shift-Tab: from one to the other. */
export async function switchMode(app: App): Promise<void> {
  const thread = app.thread();
  if (thread === undefined) return;
  const isPlan = thread.settings().collaborationMode === "plan";
  if (app.busy()) return app.error("The mode can be changed when the task is done.");
  thread.configure({ collaborationMode: isPlan ? "default" : "plan" });
  app.redraw();
}

/** One step through the efforts of the model. */
export async function stepEffort(app: App, by: 1 | -1): Promise<void> {
  const thread = app.thread();
  if (thread === undefined) return;
  if (app.busy()) return app.error("The reasoning effort can be changed when the task is done.");
  const { model, effort } = thread.settings();
  const known = thread.models().find(({ slug }) => slug === model);
  if (known === undefined || known.efforts.length === 0) {
    return app.notice(`Nothing is known of reasoning efforts of ${model}.`, "/model chooses another model");
  }
  const names = known.efforts.map((one) => one.effort);
  const at = names.indexOf(effort ?? known.defaultEffort ?? "");
  const next = names[Math.min(Math.max(at + by, 0), names.length - 1)];
  if (next === undefined) return;
  if (names[at] === next)
    return app.notice(`${model} has no ${by > 0 ? "higher" : "lower"} reasoning effort than ${next}.`);
  thread.configure({ effort: next });
  app.notice(`Reasoning effort: ${next}`);
}
