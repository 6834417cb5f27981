// How long to wait before trying again, and the waiting itself.

const BASE_MS = 200;
const JITTER = 0.1;
/** With 100 retries the doubling would take longer than the machine lasts. */
const MAX_MS = 30_000;

/** Before retry `attempt` (from 1): 200 ms, doubled each time, give or take 10 % (agent.md 11). */
export function retryDelay(attempt: number): number {
  const delay = Math.min(BASE_MS * 2 ** (attempt - 1), MAX_MS);
  return delay * (1 - JITTER + Math.random() * 2 * JITTER);
}

/** Ends after `ms`, or as soon as the signal is aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const stop = () => resolve();
  signal.addEventListener("abort", stop, { once: true });
  await promise;
  clearTimeout(timer);
  signal.removeEventListener("abort", stop);
}
