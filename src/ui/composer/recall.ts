// Earlier prompts: walking through them with Up and Down, and finding one by a part of it (tui.md 2).

import type { Draft } from "./draft";

/** Prompts of this session that are kept whole, with images and pastes. */
const SESSION_PROMPTS = 200;

/** Prompts of earlier sessions. */
export type PromptHistory = {
  /** The prompt so many steps back, 0 the newest; undefined when there is none. */
  readonly at: (back: number) => Draft | undefined;
};

export type Recall = {
  /** Notes a prompt of this session, unless it is the one before. */
  readonly remember: (draft: Draft) => void;
  /** The next older prompt that differs from the one shown; undefined when there is none. */
  readonly older: () => Draft | undefined;
  /** The next newer one; `start` when the walk is back where it began; undefined when there is no walk. */
  readonly newer: () => Draft | "start" | undefined;
  /** The prompt that the walk is at. */
  readonly shown: () => Draft | undefined;
  /** Ends the walk: the next one begins at the newest. */
  readonly stop: () => void;
  /** The nearest prompt that contains the query, ignoring case, from `from` on; `by` 1 goes back in time, -1 forward. */
  readonly find: (query: string, from: number, by: 1 | -1) => Found | undefined;
};

export type Found = { readonly back: number; readonly draft: Draft };

export function createRecall(history: PromptHistory): Recall {
  const session: Draft[] = [];
  let position = -1;
  const at = (back: number): Draft | undefined => {
    if (back < 0) return undefined;
    return back < session.length ? session[session.length - 1 - back] : history.at(back - session.length);
  };
  const step = (by: 1 | -1): Draft | undefined => {
    const shown = at(position)?.display;
    let next = position + by;
    while (at(next) !== undefined && at(next)?.display === shown) next += by;
    const draft = at(next);
    if (draft !== undefined) position = next;
    return draft;
  };
  return {
    remember(draft) {
      position = -1;
      if (draft.display === "" || session.at(-1)?.display === draft.display) return;
      session.push(draft);
      if (session.length > SESSION_PROMPTS) session.shift();
    },
    older: () => step(1),
    newer() {
      if (position < 0) return undefined;
      const draft = step(-1);
      if (draft === undefined) position = -1;
      return draft ?? "start";
    },
    shown: () => at(position),
    stop() {
      position = -1;
    },
    find(query, from, by) {
      const wanted = query.toLowerCase();
      for (let back = from; ; back += by) {
        const draft = at(back);
        if (draft === undefined) return undefined;
        if (draft.display.toLowerCase().includes(wanted)) return { back, draft };
      }
    },
  };
}
