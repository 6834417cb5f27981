// /review, /compact, /init, /undo, /skills, /hooks: turns and what surrounds them.

import { reviewHint } from "../../agent/review-text";
import type { ReviewTarget } from "../../protocol/review";
import type { App, CommandCall } from "../app";
import { plainDraft } from "../composer/draft";
import initPrompt from "./init-prompt.md" with { type: "text" };

export { goal } from "./goals";

export async function review(app: App, { args }: CommandCall): Promise<void> {
  const { screen, theme } = app;
  if (args !== "") return startReview(app, { type: "custom", instructions: args });
  const { pickReview } = await import("../pickers/review-preset");
  const target = await app.dialog(() =>
    pickReview({ screen, theme, cwd: app.config().cwd, env: app.options.env }),
  );
  if (target !== "cancelled") startReview(app, target);
}

export function compact(app: App): void {
  app.startTurn({ kind: "compaction", run: (thread, options) => thread.compact(options) });
}

export function init(app: App): void {
  app.submit(plainDraft(initPrompt.trim()));
}

export async function undo(app: App): Promise<void> {
  const result = await app.thread()?.undo();
  switch (result?.type) {
    case undefined:
      return;
    case "nothing":
      return app.notice(result.reason);
    case "refused":
      return app.error(result.reason);
    case "restored": {
      const count = result.files.length;
      if (count === 0) app.notice("No file was put back.");
      else
        app.notice(
          `Undid the last turn's changes to ${count} ${count === 1 ? "file" : "files"}.`,
          result.files.join(", "),
        );
      for (const { path, reason } of result.notRestored) app.warning(`${path} was not restored: ${reason}`);
      if (result.gap !== undefined) app.warning(result.gap);
      return;
    }
    default:
      return result satisfies never;
  }
}

export async function skills(app: App): Promise<void> {
  const thread = app.thread();
  if (thread === undefined) return;
  const { saveSkills, skillsMenu } = await import("../pickers/skills");
  const { screen, theme } = app;
  const known = thread.skills();
  if (known.length === 0)
    return app.notice("There are no skills.", "put one in $CODEX_HOME/skills/NAME/SKILL.md");
  const end = await app.dialog(() => skillsMenu({ screen, theme, skills: known }));
  if (end.type === "insert") app.composer.insert(`$${end.skill.name} `);
  if (end.type !== "enable") return;
  saveSkills(app.config(), known, end.enabled);
  app.notice("Saved.", "it counts from the next conversation on");
}

/** What is changed counts from the next turn on. */
export async function hooks(app: App): Promise<void> {
  const { screen, theme } = app;
  const reload = () => app.options.reload(app.config().cwd);
  const config = await reload();
  const [{ findHooks }, { hooksMenu }] = await Promise.all([
    import("../../hooks/load"),
    import("../pickers/hooks"),
  ]);
  const { hooks: found, warnings } = findHooks(config);
  for (const warning of warnings) app.warning(warning);
  if (found.length === 0)
    return app.notice(
      "No hooks are configured.",
      "they stand in hooks.json in $CODEX_HOME, or in .codex of a project",
    );
  if (config.features.get("hooks") === false) app.warning("No hooks run: the feature `hooks` is off.");
  const changed = await app.dialog(() => hooksMenu({ screen, theme, config, reload }));
  app.setConfig(changed);
  await app.thread()?.reloadHooks(changed);
}

function startReview(app: App, target: ReviewTarget): void {
  app.print(app.transcript().reviewStarted(reviewHint(target)));
  app.startTurn({ kind: "review", run: (thread, options) => thread.review(target, options) });
}
