// Shows what the user is to do elsewhere until it has been done, or the user gives up.

import { fieldLine } from "../questions/field-view";
import { fitted, hanging } from "../questions/list-view";
import { runPrompt } from "../questions/prompt";
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
  const { screen, theme, lines, footer, placeholder, work } = options;
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
  const ended = await runPrompt<"done" | "given_up">(
    screen,
    {
      whenGone: "done",
      start(paint) {
        redraw = paint;
        return () => {
          redraw = () => {};
        };
      },
      render: (size, field) =>
        fitted(
          {
            head: lines(size.columns),
            options: [],
            cursor: 0,
            below:
              placeholder === undefined
                ? []
                : [
                    theme.accent(FIELD) +
                      fieldLine(field, size.columns - FIELD.length, theme, { placeholder }),
                  ],
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
        if (field.text.trim() !== "") typed.add(field.text.trim());
        return { type: "fill", text: "" };
      },
    },
    finished.signal,
  );
  if (ended === "given_up" || !finished.signal.aborted) givenUp.abort();
  const [settled] = await outcome;
  if (settled.status === "rejected") throw settled.reason;
  return settled.value;
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
