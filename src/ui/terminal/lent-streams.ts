// The terminal as streams, for those whom it is lent to: libraries that ask questions.

import { Readable, Writable } from "node:stream";
import type { AnswerFilter } from "./answer-filter";
import { ESCAPE_MS } from "./keys";
import type { Tty } from "./tty";

export type LentStreams = {
  readonly input: Readable;
  readonly output: Writable;
  /** Keys come as they are pressed. */
  readonly isRaw: () => boolean;
  /** Tells that the terminal has another size. */
  readonly resized: () => void;
  /** The input ends: as if the terminal had gone. */
  readonly hangUp: () => void;
  /** Nothing is read any more, and keys come in lines again. */
  readonly giveBack: () => Promise<void>;
};

/** @param filter takes out what is no key; undefined when nothing else can come */
export function borrowedStreams(tty: Tty, filter?: AnswerFilter): LentStreams {
  let raw = false;
  const setRaw = (on: boolean) => {
    raw = on;
    tty.raw(on);
  };
  let ours = true;
  let escape: ReturnType<typeof setTimeout> | undefined;
  const hand = (bytes: Uint8Array) => {
    if (ours && bytes.length > 0) input.push(bytes);
  };
  const take = (bytes: Uint8Array) => {
    if (filter === undefined) return hand(bytes);
    clearTimeout(escape);
    hand(filter.feed(bytes));
    if (filter.pending()) escape = setTimeout(() => hand(filter.flush()), ESCAPE_MS);
  };
  const input: Readable = new Readable({
    read: () => {
      if (!ours) return;
      tty.read(take, () => void input.push(null));
    },
  });
  const output = new Writable({
    decodeStrings: false,
    write: (chunk: string | Uint8Array, _encoding, done) => {
      const text = typeof chunk === "string" ? chunk : new TextDecoder().decode(chunk);
      void written(tty, text, done);
    },
  });
  return {
    input: Object.assign(input, { isTTY: true, setRawMode: (on: boolean) => (setRaw(on), input) }),
    output: Object.defineProperties(output, {
      isTTY: { value: true },
      columns: { get: () => tty.size().columns },
      rows: { get: () => tty.size().rows },
    }),
    isRaw: () => raw,
    resized: () => void output.emit("resize"),
    hangUp: () => {
      if (ours && !input.readableEnded) input.push(null);
      ours = false;
    },
    giveBack: async () => {
      ours = false;
      clearTimeout(escape);
      await tty.stopReading();
      if (raw) setRaw(false);
      input.removeAllListeners();
      input.destroy();
      await new Promise<void>((resolve) => output.end(resolve));
    },
  };
}

/** A terminal that has gone takes everything, so that this fails only where the program is wrong. */
async function written(tty: Tty, text: string, done: () => void): Promise<void> {
  await tty.write(text);
  done();
}
