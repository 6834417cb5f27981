// Finds the names that a mistyped word may have meant.

/** Words less alike than this are not offered as a tip. */
const MIN_SIMILARITY = 0.7;

/** The names that look like `word`, the most alike last. */
export function similarNames(word: string, names: readonly string[]): readonly string[] {
  return names
    .map((name) => ({ name, similarity: jaroSimilarity(word, name) }))
    .filter((candidate) => candidate.similarity > MIN_SIMILARITY)
    .sort((a, b) => a.similarity - b.similarity)
    .map((candidate) => candidate.name);
}

/** The Jaro measure: 1 for equal words, 0 for words with no letter in common near the same place. */
export function jaroSimilarity(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  if (left.length === 0 && right.length === 0) return 1;
  if (left.length === 0 || right.length === 0) return 0;
  const reach = Math.max(0, Math.floor(Math.max(left.length, right.length) / 2) - 1);
  const taken = new Set<number>();
  const matchedLeft: string[] = [];
  left.forEach((letter, at) => {
    const end = Math.min(right.length, at + reach + 1);
    for (let other = Math.max(0, at - reach); other < end; other++) {
      if (taken.has(other) || right[other] !== letter) continue;
      taken.add(other);
      matchedLeft.push(letter);
      return;
    }
  });
  const matches = matchedLeft.length;
  if (matches === 0) return 0;
  const matchedRight = [...taken].sort((x, y) => x - y).map((at) => right[at]);
  const swapped = matchedLeft.filter((letter, at) => letter !== matchedRight[at]).length / 2;
  return (matches / left.length + matches / right.length + (matches - swapped) / matches) / 3;
}
