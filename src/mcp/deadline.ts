// A time limit that stands still while a person is asked something.

export type Deadline = Disposable & {
  readonly pause: () => void;
  readonly resume: () => void;
};

/** Calls `over` once, when `limitMs` of running time have passed, unless disposed of before. Pauses may nest. */
export function startDeadline(limitMs: number, over: () => void): Deadline {
  let leftMs = limitMs;
  let pauses = 0;
  let startedAt = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined = setTimeout(over, leftMs);
  return {
    pause() {
      pauses += 1;
      if (pauses > 1) return;
      clearTimeout(timer);
      leftMs -= performance.now() - startedAt;
    },
    resume() {
      pauses -= 1;
      if (pauses > 0) return;
      startedAt = performance.now();
      timer = setTimeout(over, Math.max(0, leftMs));
    },
    [Symbol.dispose]() {
      clearTimeout(timer);
      timer = undefined;
      pauses = Number.POSITIVE_INFINITY;
    },
  };
}
