// Ranks texts by how well they fit the words of a query (Okapi BM25): words that few texts have count most.

/** How soon a word that comes again counts no more. */
const SATURATION = 1.2;
/** How much long texts are held back: 0 not at all, 1 in full. */
const LENGTH_WEIGHT = 0.75;

/** Indexes of the texts that fit, the best first, at most `limit`; equals stay in their order. */
export function rank(texts: readonly string[], query: string, limit: number): readonly number[] {
  const terms = new Set(wordsOf(query));
  const bags = texts.map(wordsOf);
  const averageLength = bags.reduce((sum, { length }) => sum + length, 0) / Math.max(1, bags.length);
  const scores = bags.map(() => 0);
  for (const term of terms) {
    const counts = bags.map((bag) => bag.filter((word) => word === term).length);
    const holders = counts.filter((count) => count > 0).length;
    const rarity = Math.log(1 + (bags.length - holders + 0.5) / (holders + 0.5));
    counts.forEach((count, index) => {
      const length = (bags[index]?.length ?? 0) / averageLength;
      const damped = count + SATURATION * (1 - LENGTH_WEIGHT + LENGTH_WEIGHT * length);
      if (count > 0) scores[index] = (scores[index] ?? 0) + (rarity * count * (SATURATION + 1)) / damped;
    });
  }
  return scores
    .map((score, index) => ({ score, index }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, Math.max(0, limit))
    .map(({ index }) => index);
}

/** Lower case; `createIssue` and `create_issue` are two words, and a plural is its singular. */
function wordsOf(text: string): readonly string[] {
  const words = text
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu);
  return (words ?? []).map((word) => (word.length > 3 ? word.replace(/(?<=[^s])s$/, "") : word));
}
