// Runs several async generators at once and yields what they yield, in order of arrival, with back-pressure.

/**
 * Merges generators into one. At most one value per source is held, so a slow reader slows the sources.
 * `add` may be called while the merge runs; the merge ends when every source has ended and `close` was called.
 * Leaving the loop early returns every source.
 */
export class Merge<T> {
  readonly #sources = new Set<AsyncGenerator<T, void>>();
  /** What has come and was not yet taken: at most one a source. */
  readonly #arrived: Arrival<T>[] = [];
  #closed = false;
  #wake = Promise.withResolvers<void>();

  add(source: AsyncGenerator<T, void>): void {
    this.#sources.add(source);
    void this.#ask(source);
  }

  /** No more sources will be added. */
  close(): void {
    this.#closed = true;
    this.#wake.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    try {
      while (this.#sources.size > 0 || !this.#closed) {
        const next = this.#arrived.shift();
        if (next === undefined) {
          await this.#wake.promise;
          this.#wake = Promise.withResolvers<void>();
          continue;
        }
        if (next.type === "failed") {
          this.#sources.delete(next.source);
          throw next.error;
        }
        if (next.result.done) {
          this.#sources.delete(next.source);
          continue;
        }
        yield next.result.value;
        void this.#ask(next.source);
      }
    } finally {
      await Promise.all([...this.#sources].map((source) => source.return()));
    }
  }

  /** Waits for one source alone: a race of all would leave something behind in each that is silent, for every value. */
  async #ask(source: AsyncGenerator<T, void>): Promise<void> {
    try {
      this.#arrived.push({ type: "value", source, result: await source.next() });
    } catch (error) {
      this.#arrived.push({ type: "failed", source, error });
    }
    this.#wake.resolve();
  }
}

type Arrival<T> =
  | { type: "value"; source: AsyncGenerator<T, void>; result: IteratorResult<T, void> }
  | { type: "failed"; source: AsyncGenerator<T, void>; error: unknown };
