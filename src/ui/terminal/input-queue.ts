// Hands the events of the terminal to whoever reads: the newest reader has them all until it returns.

import type { InputEvent } from "./keys";

/** Nobody types this much ahead; beyond it the oldest are dropped. */
const UNREAD_EVENTS = 20_000;

export type InputQueue = {
  readonly push: (events: readonly InputEvent[]) => void;
  /** No events will follow; the last one is `end`. */
  readonly end: () => void;
  readonly read: () => AsyncGenerator<InputEvent, void>;
};

export function createInputQueue(): InputQueue {
  const unread: InputEvent[] = [];
  const readers: object[] = [];
  let ended = false;
  let wake = Promise.withResolvers<void>();
  const signal = () => {
    wake.resolve();
    wake = Promise.withResolvers();
  };
  return {
    push: (events) => {
      if (ended) return;
      unread.push(...events);
      if (unread.length > UNREAD_EVENTS) unread.splice(0, unread.length - UNREAD_EVENTS);
      signal();
    },
    end: () => {
      if (ended) return;
      ended = true;
      unread.push({ type: "end" });
      signal();
    },
    async *read() {
      const self = {};
      readers.push(self);
      try {
        for (;;) {
          const event = readers.at(-1) === self ? unread.shift() : undefined;
          if (event === undefined) {
            if (ended && unread.length === 0) return;
            await wake.promise;
            continue;
          }
          yield event;
          if (event.type === "end") return;
        }
      } finally {
        readers.splice(readers.indexOf(self), 1);
        signal();
      }
    },
  };
}
