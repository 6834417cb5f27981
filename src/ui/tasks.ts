// Work beside the loop of the interface: its failures are shown, its end waits for it, and some of it nothing is begun beside.

export type Tasks = {
  readonly start: (work: () => Promise<void>) => void;
  /** The same for work that nothing else is begun beside. */
  readonly startAlone: (work: () => Promise<void>) => void;
  /** Something of that kind is under way. */
  readonly isAlone: () => boolean;
  /** Resolves when all that is under way has ended. */
  readonly settled: () => Promise<void>;
};

/** @param onFree called at the end of work that nothing else was begun beside */
export function createTasks(onFailure: (error: unknown) => void, onFree: () => void): Tasks {
  const running = new Set<Promise<void>>();
  let alone = 0;
  const start = (work: () => Promise<void>): void => {
    const task = work()
      .catch(onFailure)
      .finally(() => running.delete(task));
    running.add(task);
  };
  return {
    start,
    startAlone(work) {
      alone += 1;
      start(async () => {
        await work().catch(onFailure);
        alone -= 1;
        onFree();
      });
    },
    isAlone: () => alone > 0,
    settled: async () => void (await Promise.all(running)),
  };
}
