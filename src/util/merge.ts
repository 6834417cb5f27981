// Runs several async generators at once and yields what they yield, in order of arrival, with back-pressure.

/**
 * Merges generators into one. At most one value per source is held, so a slow reader slows the sources.
 * `add` may be called while the merge runs; the merge ends when every source has ended and `close` was called.
 * Leaving the loop early returns every source.
 */
export class Merge<T> {
  #pending = new Map<AsyncGenerator<T, void>, Promise<Arrival<T>>>();
  #closed = false;
  #wake = Promise.withResolvers<"wake">();

  add(source: AsyncGenerator<T, void>): void {
    this.#pending.set(source, arrive(source));
    this.#wake.resolve("wake");
  }

  /** No more sources will be added. */
  close(): void {
    this.#closed = true;
    this.#wake.resolve("wake");
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    try {
      while (this.#pending.size > 0 || !this.#closed) {
        const next = await Promise.race([...this.#pending.values(), this.#wake.promise]);
        if (next === "wake") {
          this.#wake = Promise.withResolvers<"wake">();
          continue;
        }
        if (next.type === "failed") {
          this.#pending.delete(next.source);
          throw next.error;
        }
        if (next.result.done) {
          this.#pending.delete(next.source);
          continue;
        }
        yield next.result.value;
        this.#pending.set(next.source, arrive(next.source));
      }
    } finally {
      await Promise.all([...this.#pending.keys()].map((source) => source.return()));
    }
  }
}

type Arrival<T> =
  | { type: "value"; source: AsyncGenerator<T, void>; result: IteratorResult<T, void> }
  | { type: "failed"; source: AsyncGenerator<T, void>; error: unknown };

/** A rejection becomes a value, so that a source which fails while nobody races does not count as unhandled. */
async function arrive<T>(source: AsyncGenerator<T, void>): Promise<Arrival<T>> {
  try {
    return { type: "value", source, result: await source.next() };
  } catch (error) {
    return { type: "failed", source, error };
  }
}
