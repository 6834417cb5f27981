// Ctrl-R: looks for an earlier prompt by a part of it, and shows the one found until it is taken or left (tui.md 2).

import type { Draft } from "./draft";
import { previousBreak } from "../editor/graphemes";
import type { Recall } from "./recall";

export type HistorySearch = {
  readonly query: () => string;
  /** The prompt that is shown; undefined before the first is found. */
  readonly found: () => Draft | undefined;
  /** Nothing (more) contains the query. */
  readonly failed: () => boolean;
  readonly type: (text: string) => void;
  readonly erase: () => void;
  readonly older: () => void;
  readonly newer: () => void;
};

export function createHistorySearch(recall: Recall): HistorySearch {
  let query = "";
  let back = 0;
  let found: Draft | undefined;
  let failed = false;

  const look = (from: number, by: 1 | -1) => {
    const hit = query === "" ? undefined : recall.find(query, from, by);
    failed = query !== "" && hit === undefined;
    if (hit !== undefined) ({ back, draft: found } = hit);
  };
  /** Passes over prompts that read the same as the one shown. */
  const another = (by: 1 | -1) => {
    const shown = found?.display;
    if (shown === undefined) return look(0, 1);
    for (let from = back + by; ;) {
      look(from, by);
      if (failed || found?.display !== shown) return;
      from = back + by;
    }
  };
  return {
    query: () => query,
    found: () => found,
    failed: () => failed,
    type(text) {
      query += text;
      look(back, 1);
    },
    erase() {
      query = query.slice(0, previousBreak(query, query.length));
      back = 0;
      found = undefined;
      look(0, 1);
    },
    older: () => another(1),
    newer: () => another(-1),
  };
}
