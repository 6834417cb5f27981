// Takes the terminal's late answers out of what somebody else reads as keys: an answer must never choose anything.

import { createKeyReader, type TerminalAnswer } from "./keys";

export type AnswerFilter = {
  /** What is left when whole answers are taken out; what may be the beginning of one is held back. */
  readonly feed: (bytes: Uint8Array) => Uint8Array;
  /** What was held back and can be no answer any more, after `ESCAPE_MS` of silence: the Escape key. */
  readonly flush: () => Uint8Array;
  readonly pending: () => boolean;
};

/** `CSI ? … letter`, and strings such as `OSC 11 ; … ST`. No key sends such a thing. */
const ANSWER = /\x1b\[\?[0-9;:$]*[A-Za-z]|\x1b[\]P_^][^\x07\x1b]*(?:\x07|\x1b\\)/g;
const PART_OF_ANSWER = /\x1b(?:\[(?:\?[0-9;:$]*)?|[\]P_^][^\x07\x1b]*\x1b?)?$/;
const HELD_CHARS = 4096;

export function createAnswerFilter(onAnswer: (answer: TerminalAnswer) => void): AnswerFilter {
  const reader = createKeyReader(onAnswer);
  let held = "";
  return {
    feed: (bytes) => {
      // Bytes as characters, so that no other text is changed.
      const text = held + Buffer.from(bytes).toString("latin1");
      const rest = text.replace(ANSWER, (answer) => {
        reader.feed(Buffer.from(answer, "latin1"), 0);
        return "";
      });
      const [part = ""] = PART_OF_ANSWER.exec(rest) ?? [];
      held = part.length > HELD_CHARS ? "" : part;
      return Buffer.from(rest.slice(0, rest.length - held.length), "latin1");
    },
    flush: () => {
      const isKey = held.length <= 2;
      const text = isKey ? held : "";
      if (isKey) held = "";
      return Buffer.from(text, "latin1");
    },
    pending: () => held !== "",
  };
}
