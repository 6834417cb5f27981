// The read/write lock of one response's tool calls: parallel-safe tools share it, the others have it alone (agent.md 10).

export type Release = () => void;

/** First come, first served: a waiting exclusive call holds back the shared ones behind it. */
export function toolLock(): { acquire: (mode: "shared" | "exclusive") => Promise<Release> } {
  const queue: { mode: "shared" | "exclusive"; grant: () => void }[] = [];
  let holders = 0;
  let exclusive = false;

  const admit = (): void => {
    for (let next = queue[0]; next !== undefined; next = queue[0]) {
      const free = next.mode === "shared" ? !exclusive : holders === 0;
      if (!free) return;
      queue.shift();
      holders += 1;
      exclusive = next.mode === "exclusive";
      next.grant();
    }
  };

  const release = (): void => {
    holders -= 1;
    if (holders === 0) exclusive = false;
    admit();
  };

  return {
    acquire(mode) {
      const granted = Promise.withResolvers<Release>();
      queue.push({ mode, grant: () => granted.resolve(once(release)) });
      admit();
      return granted.promise;
    },
  };
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}
