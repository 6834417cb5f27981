// Reads a response body ahead of whoever consumes it, within a limit, and notices when it falls silent or breaks.

/** Read but not yet consumed: a slow reader of our output must not let the connection time out. */
const AHEAD_BYTES = 1_048_576;
/** How long a finished response may take to close, so that its connection can serve the next request. */
const DRAIN_MS = 1000;

/** How a body ended: closed in order, cut (`cause` says how), or silent for too long. */
export type BodyEnd =
  | { readonly type: "closed" }
  | { readonly type: "broken"; readonly cause: unknown }
  | { readonly type: "silent" };

export type BodyReader = {
  /** All that has come since the last call, at least one chunk; or how the body ended, when everything was consumed. */
  readonly next: () => Promise<{ readonly type: "bytes"; readonly chunks: readonly Uint8Array[] } | BodyEnd>;
  /** Nothing more is wanted: the rest is thrown away, and a body that does not end soon is given up. Does not wait. */
  readonly finish: () => void;
};

/**
 * Starts reading at once.
 * @param silenceMs no byte for this long ends the body; time in which we do not read does not count
 * @param giveUp closes the connection
 */
export function readAhead(
  body: ReadableStream<Uint8Array>,
  silenceMs: number,
  giveUp: () => void,
): BodyReader {
  let chunks: Uint8Array[] = [];
  let held = 0;
  let ended: BodyEnd | null = null;
  let finished = false;
  let arrived = Promise.withResolvers<void>();
  let consumed = Promise.withResolvers<void>();

  const end = (how: BodyEnd): void => {
    ended ??= how;
    arrived.resolve();
    consumed.resolve();
  };

  const pump = async (): Promise<void> => {
    const reader = body.getReader();
    const silence = setTimeout(() => {
      end({ type: "silent" });
      giveUp();
    }, silenceMs);
    try {
      while (ended === null) {
        silence.refresh();
        const { done, value } = await reader.read();
        if (done) return end({ type: "closed" });
        if (finished) continue;
        chunks.push(value);
        held += value.length;
        arrived.resolve();
        if (held < AHEAD_BYTES) continue;
        clearTimeout(silence);
        await consumed.promise;
      }
    } catch (cause) {
      end({ type: "broken", cause });
    } finally {
      clearTimeout(silence);
    }
  };
  void pump();

  return {
    async next() {
      while (chunks.length === 0) {
        if (ended !== null) return ended;
        await arrived.promise;
        arrived = Promise.withResolvers<void>();
      }
      const taken = { type: "bytes", chunks } as const;
      chunks = [];
      held = 0;
      consumed.resolve();
      consumed = Promise.withResolvers<void>();
      return taken;
    },
    finish() {
      finished = true;
      chunks = [];
      held = 0;
      consumed.resolve();
      if (ended !== null) return;
      setTimeout(() => {
        if (ended === null) giveUp();
      }, DRAIN_MS).unref();
    },
  };
}
