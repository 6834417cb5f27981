// Finds what somebody means by a few letters in a short list: commands, skills.

/**
 * What matches the query, best first: the same name, names that begin with it, then names that have its letters in order, the
 * more closely together the better. Order within each is that of the list. An empty query matches all.
 */
export function fuzzyFilter<T>(items: readonly T[], query: string, name: (item: T) => string): readonly T[] {
  const wanted = query.toLowerCase();
  return items
    .map((item) => ({ item, rank: rankOf(name(item).toLowerCase(), wanted) }))
    .filter(({ rank }) => rank !== undefined)
    .toSorted((a, b) => (a.rank ?? 0) - (b.rank ?? 0))
    .map(({ item }) => item);
}

/** 0 the same, 1 a beginning, then 2 and more by the letters in between; undefined no match. */
function rankOf(name: string, wanted: string): number | undefined {
  if (name === wanted) return 0;
  if (name.startsWith(wanted)) return 1;
  let first = -1;
  let at = -1;
  for (const letter of wanted) {
    at = name.indexOf(letter, at + 1);
    if (at < 0) return undefined;
    if (first < 0) first = at;
  }
  return 2 + first + (at - first + 1 - wanted.length);
}
