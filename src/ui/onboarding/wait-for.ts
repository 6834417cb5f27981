// Shows what the user is to do elsewhere until it has been done, or the user gives up.

import { fieldLine } from "../questions/field-view";
import { fitted, hanging } from "../questions/list-view";
import { readLines } from "../questions/plain";
import { runPrompt, type Field } from "../questions/prompt";
import type { Screen } from "../terminal/screen";
import type { Theme } from "../terminal/theme";

export type WaitOptions<T> = {
  readonly screen: Screen;
  readonly theme: Theme;
  /** Laid out for a width in cells. */
  readonly lines: (columns: number) => readonly string[];
  readonly footer: string;
  /** With it there is a field for a line of text, which `work` reads. */
  readonly placeholder?: string;
  /** The outcome when the user gives up before the work has one. */
  readonly whenGone: T;
  readonly work: (during: During) => Promise<T>;
};

export type During = {
  /** Fires when the user gives up. */
  readonly signal: AbortSignal;
  readonly redraw: () => void;
  /** The lines that the user ends with Enter. */
  readonly typed: (signal: AbortSignal) => AsyncGenerator<string, void>;
};

const MARGIN = "  ";
const FIELD = "› ";

/** The outcome of the work; it is waited for also when the user gives up, so that nothing is left of it. */
export async function waitFor<T>(options: WaitOptions<T>): Promise<T> {
  const { work } = options;
  const givenUp = new AbortController();
  const finished = new AbortController();
  const typed = lineQueue();
  let redraw = () => {};
  const during = {
    signal: givenUp.signal,
    redraw: () => redraw(),
    typed: (signal: AbortSignal) => typed.lines(signal),
  };
  // A failure keeps until the prompt is gone.
  const outcome = Promise.allSettled([work(during).finally(() => finished.abort())]);
  const show = options.screen.plain ? waitPlainly : waitLively;
  const ended = await show(options, {
    over: finished.signal,
    add: (line) => typed.add(line),
    paintBy: (paint) => {
      redraw = paint;
    },
  });
  if (ended === "given_up" || !finished.signal.aborted) givenUp.abort();
  const [settled] = await outcome;
  if (settled.status === "rejected") throw settled.reason;
  return settled.value;
}

type Waiting = {
  /** Fires when the work has an outcome. */
  readonly over: AbortSignal;
  /** Hands a line to the work. */
  readonly add: (line: string) => void;
  /** Says how to show that something has changed. */
  readonly paintBy: (paint: () => void) => void;
};

type WaitEnd = "over" | "given_up";

function waitLively<T>(options: WaitOptions<T>, { over, add, paintBy }: Waiting): Promise<WaitEnd> {
  const { screen, theme, lines, footer, placeholder } = options;
  const fieldOf = (field: Field, columns: number) =>
    placeholder === undefined
      ? []
      : [theme.accent(FIELD) + fieldLine(field, columns - FIELD.length, theme, { placeholder })];
  return runPrompt<WaitEnd>(
    screen,
    {
      whenGone: "over",
      start(paint) {
        paintBy(paint);
        return () => paintBy(() => {});
      },
      render: (size, field) =>
        fitted(
          {
            head: lines(size.columns),
            options: [],
            cursor: 0,
            below: fieldOf(field, size.columns),
            foot: hanging(MARGIN, footer, size.columns, theme.dim),
          },
          size,
        ),
      press(key, field) {
        if (key.type === "key" && (key.key === "escape" || (key.ctrl && key.key === "c"))) {
          return { type: "done", value: "given_up" };
        }
        if (placeholder === undefined) return { type: "redraw" };
        if (key.type === "paste" || key.key !== "enter") return { type: "edit" };
        if (field.text.trim() !== "") add(field.text.trim());
        return { type: "fill", text: "" };
      },
    },
    over,
  );
}

/** Where the cursor cannot be moved, what is to be done is printed anew when it changes; an empty line gives up. */
function waitPlainly<T>(options: WaitOptions<T>, { over, add, paintBy }: Waiting): Promise<WaitEnd> {
  const { screen, lines } = options;
  const print = () => screen.print(`${lines(Math.max(1, screen.columns - 1)).join("\n")}\n`);
  print();
  paintBy(print);
  return readLines<WaitEnd>(screen, "Enter to give up: ", over, "over", (line) => {
    if (line.trim() === "") return { type: "done", value: "given_up" };
    add(line.trim());
    return { type: "again", complaint: "" };
  });
}

/** Lines from one side to the other. */
function lineQueue() {
  const waiting: string[] = [];
  let wake = Promise.withResolvers<void>();
  return {
    add(line: string): void {
      waiting.push(line);
      wake.resolve();
    },
    lines: async function* (signal: AbortSignal): AsyncGenerator<string, void> {
      const stop = () => wake.resolve();
      signal.addEventListener("abort", stop);
      try {
        while (!signal.aborted) {
          const line = waiting.shift();
          if (line !== undefined) {
            yield line;
            continue;
          }
          await wake.promise;
          wake = Promise.withResolvers();
        }
      } finally {
        signal.removeEventListener("abort", stop);
      }
    },
  };
}
