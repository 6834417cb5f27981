// Reads the sessions for the picker, the newest first, a few at a time, so that the first page is there at once.

import { walkThreads, type ListOptions, type Walked } from "../../rollout/list";
import { visibleLine } from "../questions/visible";

export type SessionRow = {
  readonly id: string;
  readonly path: string;
  /** Its name, else what the user said first; one line, fit to be shown. */
  readonly title: string;
  readonly branch: string | undefined;
  /** Of its last turn, canonical. */
  readonly cwd: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly provider: string | null;
  /** What a search looks at, in lower case. */
  readonly words: string;
};

export type SessionList = {
  /** As found so far, the last changed first. */
  readonly rows: () => readonly SessionRow[];
  /** Files that hold no session that could be read. */
  readonly damaged: () => number;
  readonly isComplete: () => boolean;
  /** Reads on until everything is there, giving way after every slice; `onSlice` when there is more to show. */
  readonly load: (onSlice: () => void, signal: AbortSignal) => Promise<void>;
};

/** How long one slice of reading may keep keys waiting. */
const SLICE_MS = 10;
/** How often what was found since is shown. */
const SHOW_MS = 100;
const TITLE_CHARACTERS = 400;

export function sessionList(options: Pick<ListOptions, "codexHome" | "matches">): SessionList {
  const rows: SessionRow[] = [];
  let damaged = 0;
  let isComplete = false;
  const take = (walked: Walked) => {
    if (walked.type === "damaged") damaged += 1;
    if (walked.type === "thread") rows.push(rowOf(walked));
  };
  return {
    rows: () => rows,
    damaged: () => damaged,
    isComplete: () => isComplete,
    async load(onSlice, signal) {
      const walk = walkThreads(options);
      let shown = -Infinity;
      while (!isComplete && !signal.aborted) {
        const until = performance.now() + SLICE_MS;
        while (performance.now() < until) {
          const next = walk.next();
          if (next.done) {
            isComplete = true;
            break;
          }
          take(next.value);
        }
        if (isComplete || performance.now() - shown > SHOW_MS) {
          onSlice();
          shown = performance.now();
        }
        await nextTick();
      }
    },
  };
}

/** Rows in which every word of the query occurs; with `cwd`, only those of that folder. Sorted, the newest first. */
export function wantedRows(
  rows: readonly SessionRow[],
  wanted: {
    readonly query: string;
    readonly cwd: string | undefined;
    readonly sortBy: "updated" | "created";
  },
): readonly SessionRow[] {
  const words = wanted.query.toLowerCase().split(/\s+/).filter(Boolean);
  const found = rows.filter(
    (row) =>
      (wanted.cwd === undefined || row.cwd === wanted.cwd) && words.every((word) => row.words.includes(word)),
  );
  const time = (row: SessionRow) => (wanted.sortBy === "created" ? row.createdAt : row.updatedAt).getTime();
  return found.sort((a, b) => time(b) - time(a));
}

function rowOf({ thread, latestCwd }: Extract<Walked, { type: "thread" }>): SessionRow {
  const { id, path, name, preview = "", meta, createdAt, updatedAt } = thread;
  const recorded: unknown = meta.git?.branch; // files are written by others too
  const branch = typeof recorded === "string" ? recorded : undefined;
  const cwd = latestCwd();
  const title = visibleLine((name ?? preview).slice(0, TITLE_CHARACTERS));
  return {
    id,
    path,
    title: title === "" ? "(no message yet)" : title,
    branch: branch === undefined ? undefined : visibleLine(branch),
    cwd,
    createdAt,
    updatedAt,
    provider: meta.model_provider,
    words: [name ?? "", preview, branch ?? "", cwd, id].join("\n").toLowerCase(),
  };
}

/** Lets keys, timers and the terminal have their turn. */
function nextTick(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
