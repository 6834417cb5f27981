// Esc Esc: goes back to before an earlier message, and gives it to the composer to be changed (tui.md 8).

import type { App } from "../app";
import { plainDraft, type Draft } from "../composer/draft";

export async function editPrevious(app: App): Promise<void> {
  const thread = app.thread();
  const messages = thread?.userMessages() ?? [];
  if (thread === undefined || messages.length === 0) return app.notice("There is no message to edit yet.");
  const { choose } = await import("../questions/choose");
  const chosen = await app.dialog(() =>
    choose({
      screen: app.screen,
      theme: app.theme,
      title: "Edit a previous message",
      subtitle: "The conversation goes back to before it. Files stay as they are.",
      options: messages
        .map(({ text }, index) => ({ value: index, label: firstLine(text) || "(images)" }))
        .reverse(),
      signal: app.ending,
    }),
  );
  if (chosen === "cancelled" || app.busy()) return;
  thread.rollback(messages.length - chosen);
  const message = messages[chosen];
  if (message !== undefined) app.composer.restore(draftOf(message));
  app.notice("The conversation is back to before that message.", "files were not changed");
}

function draftOf({ text, images }: { readonly text: string; readonly images: readonly string[] }): Draft {
  const attached = images.map((path, index) => ({ placeholder: `[Image #${index + 1}]`, path }));
  const missing = attached.filter(({ placeholder }) => !text.includes(placeholder));
  const marks = missing.map(({ placeholder }) => placeholder).join(" ");
  return { ...plainDraft(marks === "" ? text : `${marks} ${text}`), images: attached };
}

function firstLine(text: string): string {
  const [line = "", ...rest] = text.trim().split("\n");
  return rest.length > 0 ? `${line} …` : line;
}
