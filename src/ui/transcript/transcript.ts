// The transcript of a thread as text to print: what happens in it, what the user says, and what the interface says beside it (tui.md 7).

import type { AskAnswer, AskRequest } from "../../protocol/approvals";
import type { ThreadEvent } from "../../protocol/events";
import { EventLines, type TranscriptOptions, type WorkStatus } from "./event-lines";
import { answerLines, errorLines, noticeLines, reviewLines, userLines, warningLines } from "./notes";

/** Every `string` returned is whole lines, each with its newline, to be printed at once; "" when there is nothing to print. */
export type Transcript = {
  readonly handle: (event: ThreadEvent) => string;
  /** The lines that still grow, a blank one first where one will be printed; each fits the width. `now` as in the options. */
  readonly live: (now: number) => readonly string[];
  readonly status: () => WorkStatus;
  /** How far the plan of the turn is; undefined before there is one. */
  readonly progress: () => { readonly done: number; readonly of: number } | undefined;
  /** Ends what is open: for the end of a turn that did not say so, and before the session ends. */
  readonly finish: () => string;
  /** What the user said, in the composer's own words; images are their placeholders. */
  readonly userMessage: (message: { readonly text: string; readonly images: readonly string[] }) => string;
  /** Before a question is put: a patch is shown in full. */
  readonly asked: (request: AskRequest) => string;
  readonly approved: (request: AskRequest, answer: AskAnswer) => string;
  readonly notice: (text: string, hint?: string) => string;
  readonly warning: (text: string, details?: string) => string;
  readonly error: (text: string) => string;
  readonly reviewStarted: (hint: string) => string;
  readonly reviewFinished: () => string;
  /** A card or a list of our own making, styled and free of control sequences. */
  readonly block: (lines: readonly string[]) => string;
};

export function createTranscript(options: TranscriptOptions): Transcript {
  const lines = new EventLines(options);
  return {
    handle: (event) => lines.handle(event),
    live: (now) => lines.live(now),
    status: () => lines.status(),
    progress: () => lines.progress(),
    finish: () => lines.finish(),
    userMessage: ({ text, images }) => lines.note(userLines(text, images, options)),
    asked: (request) => lines.asked(request),
    approved: (request, answer) => lines.note(answerLines(request, answer, options)),
    notice: (text, hint) => lines.note(noticeLines(text, hint, options)),
    warning: (text, details) => lines.note(warningLines(text, details, options)),
    error: (text) => lines.note(errorLines(text, options)),
    reviewStarted: (hint) => lines.note(reviewLines(`>> Code review started: ${hint} <<`, options)),
    reviewFinished: () => lines.note(reviewLines("<< Code review finished >>", options)),
    block: (block) => lines.note(block),
  };
}
