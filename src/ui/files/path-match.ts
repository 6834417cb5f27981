// How well a path answers to a few letters: names before folders, whole pieces before scattered letters.

/** A rank of nothing found. */
export const NO_MATCH = -Infinity;

/** What a match is worth by kind; distance and length are taken off. */
const WORTH = {
  sameName: 1000,
  namePrefix: 850,
  nameWord: 750,
  namePart: 650,
  pathWord: 550,
  pathPart: 500,
  nameLetters: 400,
  pathLetters: 300,
} as const;
/** Taken off for each letter that stands between those asked for, at most 200 together. */
const GAP = 2;
const MAX_GAPS = 200;
/** Taken off for each character of the path. */
const LENGTH = 0.1;
/** Taken off in Git's own folder, which few ask for. */
const GIT_FOLDER = 600;

/** Higher is better; `NO_MATCH` when the letters do not occur in this order. Both in lower case, `/` between folders. */
export function rankPath(path: string, query: string): number {
  const slash = path.lastIndexOf("/", path.length - 2);
  const worth = rankParts(path, slash + 1, query);
  if (worth === NO_MATCH) return NO_MATCH;
  return worth - path.length * LENGTH - (path.startsWith(".git/") ? GIT_FOLDER : 0);
}

function rankParts(path: string, name: number, query: string): number {
  const inName = path.indexOf(query, name);
  if (inName === name) return path.length - name === query.length ? WORTH.sameName : WORTH.namePrefix;
  if (inName > 0) return beginsWord(path, inName) ? WORTH.nameWord : WORTH.namePart;
  const inPath = path.indexOf(query);
  if (inPath >= 0) return beginsWord(path, inPath) ? WORTH.pathWord : WORTH.pathPart;
  const nameGaps = gaps(path, name, query);
  if (nameGaps !== undefined) return WORTH.nameLetters - GAP * Math.min(nameGaps, MAX_GAPS / GAP);
  const pathGaps = gaps(path, 0, query);
  if (pathGaps !== undefined) return WORTH.pathLetters - GAP * Math.min(pathGaps, MAX_GAPS / GAP);
  return NO_MATCH;
}

/** Letters in between when the query's letters are found one after the other; undefined when they are not. */
function gaps(path: string, from: number, query: string): number | undefined {
  let end = from - 1;
  for (let n = 0; n < query.length; n++) {
    end = path.indexOf(query.charAt(n), end + 1);
    if (end < 0) return undefined;
  }
  // Backwards from there, for the shortest stretch that ends here.
  let start = end + 1;
  for (let n = query.length - 1; n >= 0; n--) start = path.lastIndexOf(query.charAt(n), start - 1);
  return end - start + 1 - query.length;
}

function beginsWord(path: string, at: number): boolean {
  return at === 0 || !/[a-z0-9]/.test(path.charAt(at - 1));
}
