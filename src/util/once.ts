// Runs a function at the first call and remembers its result, for what is costly to load and may never be needed.

export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
