// The terminal as streams, for those whom it is lent to: libraries that ask questions.

import { Readable, Writable } from "node:stream";
import type { Tty } from "./tty";

export type LentStreams = {
  readonly input: Readable;
  readonly output: Writable;
  /** Nothing is read any more, and keys come in lines again. */
  readonly giveBack: () => Promise<void>;
};

export function borrowedStreams(tty: Tty): LentStreams {
  let raw = false;
  const setRaw = (on: boolean) => {
    raw = on;
    tty.raw(on);
  };
  let ours = true;
  const input: Readable = new Readable({
    read: () => {
      if (!ours) return;
      tty.read(
        (bytes) => void input.push(bytes),
        () => void input.push(null),
      );
    },
  });
  const output = new Writable({
    decodeStrings: false,
    write: (chunk: string | Uint8Array, _encoding, done) => {
      const text = typeof chunk === "string" ? chunk : new TextDecoder().decode(chunk);
      void written(tty, text, done);
    },
  });
  const { columns, rows } = tty.size();
  return {
    input: Object.assign(input, { isTTY: true, setRawMode: (on: boolean) => (setRaw(on), input) }),
    output: Object.assign(output, { isTTY: true, columns, rows }),
    giveBack: async () => {
      ours = false;
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
