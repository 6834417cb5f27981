// Measures how long a turn works, without the time in which it waits for the user.

export type Clock = {
  readonly elapsedMs: () => number;
  /** Until the returned function is called; pauses may overlap. */
  readonly pause: () => () => void;
};

/** @param now milliseconds of a clock that never goes back */
export function startClock(now: () => number = () => performance.now()): Clock {
  const startedAt = now();
  let paused = 0;
  let pauses = 0;
  let pausedAt = 0;
  return {
    elapsedMs: () => (pauses > 0 ? pausedAt : now()) - startedAt - paused,
    pause: () => {
      if (pauses === 0) pausedAt = now();
      pauses += 1;
      let over = false;
      return () => {
        if (over) return;
        over = true;
        pauses -= 1;
        if (pauses === 0) paused += now() - pausedAt;
      };
    },
  };
}
