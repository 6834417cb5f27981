// Writes what the user sends into the history of prompts, in order; what comes before there is a conversation waits for its id (tui.md 2).

import type { App } from "./app";
import type { ComposerAction } from "./composer/actions";
import type { PromptHistoryFile } from "./composer/prompt-history";

export type SentPrompts = {
  readonly add: (text: string) => void;
  /** Adds what an action sends, if it sends something. */
  readonly note: (action: ComposerAction) => void;
  /** A conversation is open. */
  readonly opened: () => void;
};

export function createSentPrompts(app: App, history: PromptHistoryFile): SentPrompts {
  const waiting: string[] = [];
  let last = Promise.resolve();
  const opened = (): void => {
    const id = app.thread()?.id;
    if (id === undefined) return;
    const texts = waiting.splice(0);
    last = last.then(async () => {
      for (const text of texts) {
        const problem = await history.append(text, id);
        if (problem !== undefined) app.warning(problem.message);
      }
    });
    app.background(() => last);
  };
  const add = (text: string): void => {
    waiting.push(text);
    opened();
  };
  return {
    add,
    note(action) {
      if (action.type === "submit" || action.type === "queue") add(action.input.text);
      if (action.type === "command") add(action.display);
      if (action.type === "shell") add(`!${action.command}`);
    },
    opened,
  };
}
