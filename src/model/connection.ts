// The life of one HTTP connection within that of a turn: closed with it, but not remembered by it.

export type Connection = {
  readonly signal: AbortSignal;
  readonly close: () => void;
  /** The outer signal no longer closes it, and no longer holds it in memory. */
  readonly unlink: () => void;
};

/** A long turn makes hundreds of connections; `AbortSignal.any` would keep each until the turn ends. */
export function openConnection(outer: AbortSignal): Connection {
  const controller = new AbortController();
  const close = () => controller.abort();
  if (outer.aborted) close();
  else outer.addEventListener("abort", close, { once: true });
  return {
    signal: controller.signal,
    close,
    unlink: () => outer.removeEventListener("abort", close),
  };
}
