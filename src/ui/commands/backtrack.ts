// Esc Esc: goes back to before an earlier message, and gives it to the composer to be changed (tui.md 8).

import { pickEarlierMessage } from "../pickers/earlier-message";
import type { App } from "../app";
import { plainDraft, type Draft } from "../composer/draft";

export async function editPrevious(app: App): Promise<void> {
  const thread = app.thread();
  const messages = thread?.userMessages() ?? [];
  if (thread === undefined || messages.length === 0) return app.notice("There is no message to edit yet.");
  const { screen, theme } = app;
  const back = await app.dialog(() => pickEarlierMessage({ screen, theme, messages }));
  if (back === "cancelled" || app.busy()) return;
  thread.rollback(back);
  const message = messages.at(-back);
  if (message !== undefined) app.composer.restore(draftOf(message));
  app.notice("The conversation is back to before that message.", "files were not changed");
}

function draftOf({ text, images }: { readonly text: string; readonly images: readonly string[] }): Draft {
  const attached = images.map((path, index) => ({ placeholder: `[Image #${index + 1}]`, path }));
  const missing = attached.filter(({ placeholder }) => !text.includes(placeholder));
  const marks = missing.map(({ placeholder }) => placeholder).join(" ");
  const whole = marks === "" ? text : `${marks} ${text}`;
  return { ...plainDraft(whole), images: attached };
}
