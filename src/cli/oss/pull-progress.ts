// Shows how a download of a model goes: one line that changes on a terminal, a line for each tenth elsewhere.

const GIGABYTE = 1024 ** 3;
const STEP = 10;
/** The terminal's line is written anew at most this often. */
const REDRAW_MS = 100;
const CLEAR_LINE = "\r\x1b[2K";

export type Progress = {
  /** A whole line. */
  readonly line: (text: string) => void;
  /** What is being done, when that changes. */
  readonly status: (text: string) => void;
  /** One part of the download, by its digest: bytes that are there, and how many there will be. */
  readonly part: (digest: string, completed: number, total: number) => void;
  /** Another program's output. */
  readonly raw: (text: string) => void;
  /** Nothing more will change. */
  readonly end: () => void;
};

/** @param now milliseconds, of any clock that does not go back */
export function downloadProgress(options: {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  readonly now?: () => number;
}): Progress {
  const { write, isTerminal, now = () => performance.now() } = options;
  const parts = new Map<string, { readonly completed: number; readonly total: number }>();
  let shownStatus = "";
  let shownStep = -1;
  let drawnAt = -REDRAW_MS;
  let open = false;

  const closeLine = () => {
    if (open) write("\n");
    open = false;
  };
  const line = (text: string) => {
    closeLine();
    write(`${text}\n`);
  };
  return {
    line,
    status: (text) => {
      if (text !== shownStatus) line(text);
      shownStatus = text;
    },
    part: (digest, completed, total) => {
      parts.set(digest, { completed, total });
      const text = summary([...parts.values()]);
      const step = Math.floor(text.percent / STEP);
      if (isTerminal) {
        if (now() - drawnAt < REDRAW_MS) return;
        drawnAt = now();
        open = true;
        write(CLEAR_LINE + text.text);
      } else if (step > shownStep) {
        line(text.text);
      }
      shownStep = Math.max(shownStep, step);
    },
    raw: (text) => {
      closeLine();
      write(text);
    },
    end: closeLine,
  };
}

/** `0.93/1.86 GB (50.0%)` over all parts known so far. */
function summary(parts: readonly { readonly completed: number; readonly total: number }[]): {
  readonly text: string;
  readonly percent: number;
} {
  const completed = parts.reduce((sum, part) => sum + part.completed, 0);
  const total = parts.reduce((sum, part) => sum + part.total, 0);
  const percent = total === 0 ? 0 : (completed / total) * 100;
  const amount = `${(completed / GIGABYTE).toFixed(2)}/${(total / GIGABYTE).toFixed(2)} GB`;
  return { text: `${amount} (${percent.toFixed(1)}%)`, percent };
}
