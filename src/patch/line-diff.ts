// Finds which lines differ between two texts: the shortest edit script (Myers 1986), bounded for texts with little in common.

/** Old lines `oldStart` to `oldEnd` (excluded) became new lines `newStart` to `newEnd` (excluded). Indexes count from 0. */
export type LineChange = {
  readonly oldStart: number;
  readonly oldEnd: number;
  readonly newStart: number;
  readonly newEnd: number;
};

/** A script with more edits than this is not searched for: time and memory grow with its square. */
const MAX_EDITS = 1000;

/** In order, with unchanged lines between any two. */
export function diffLines(oldLines: readonly string[], newLines: readonly string[]): readonly LineChange[] {
  const ids = new Map<string, number>();
  const [before, after] = [numbered(oldLines, ids), numbered(newLines, ids)];
  const whole = { oldStart: 0, oldEnd: before.length, newStart: 0, newEnd: after.length };
  return slideDown(changesWithin(before, after, whole, true), before, after);
}

type Lines = Uint32Array;

/** Equal lines get equal numbers, which are faster to compare. */
function numbered(lines: readonly string[], ids: Map<string, number>): Lines {
  const numbers = new Uint32Array(lines.length);
  for (const [index, line] of lines.entries()) {
    const id = ids.get(line) ?? ids.size;
    if (id === ids.size) ids.set(line, id);
    numbers[index] = id;
  }
  return numbers;
}

/** `mayDivide` is false for parts of a range that was too different: what is too different again is replaced whole. */
function changesWithin(before: Lines, after: Lines, range: LineChange, mayDivide: boolean): LineChange[] {
  let { oldStart, oldEnd, newStart, newEnd } = range;
  while (oldStart < oldEnd && newStart < newEnd && before[oldStart] === after[newStart]) {
    oldStart++;
    newStart++;
  }
  while (oldStart < oldEnd && newStart < newEnd && before[oldEnd - 1] === after[newEnd - 1]) {
    oldEnd--;
    newEnd--;
  }
  const core = { oldStart, oldEnd, newStart, newEnd };
  if (oldStart === oldEnd && newStart === newEnd) return [];
  if (oldStart === oldEnd || newStart === newEnd) return [core];
  const shortest = shortestScript(before.subarray(oldStart, oldEnd), after.subarray(newStart, newEnd));
  if (shortest !== null) {
    return shortest.map((change) => ({
      oldStart: change.oldStart + oldStart,
      oldEnd: change.oldEnd + oldStart,
      newStart: change.newStart + newStart,
      newEnd: change.newEnd + newStart,
    }));
  }
  return mayDivide
    ? gapsBetween(sharedOnce(before, after, core), core).flatMap((gap) =>
        changesWithin(before, after, gap, false),
      )
    : [core];
}

/** Null when it has more than `MAX_EDITS` edits. */
function shortestScript(before: Lines, after: Lines): LineChange[] | null {
  const [n, m] = [before.length, after.length];
  const limit = Math.min(n + m, MAX_EDITS);
  const offset = limit + 1;
  // reach[offset + k]: how far into `before` the best path on diagonal k (old index - new index) has come.
  const reach = new Int32Array(2 * limit + 3);
  const history: Int32Array[] = [];
  for (let edits = 0; edits <= limit; edits++) {
    history.push(reach.slice(offset - edits - 1, offset + edits + 2));
    for (let k = -edits; k <= edits; k += 2) {
      const left = reach[offset + k - 1] ?? 0;
      const right = reach[offset + k + 1] ?? 0;
      let x = k === -edits || (k !== edits && left < right) ? right : left + 1;
      let y = x - k;
      while (x < n && y < m && before[x] === after[y]) {
        x++;
        y++;
      }
      reach[offset + k] = x;
      if (x >= n && y >= m) return traceBack(history, n, m);
    }
  }
  return null;
}

/** Walks the recorded reaches from the end to the start and joins neighbouring edits to changes. */
function traceBack(history: readonly Int32Array[], n: number, m: number): LineChange[] {
  const changes: LineChange[] = [];
  let [x, y] = [n, m];
  for (let edits = history.length - 1; edits > 0; edits--) {
    const reach = history[edits] ?? new Int32Array();
    const at = (k: number) => reach[k + edits + 1] ?? 0;
    const k = x - y;
    const inserted = k === -edits || (k !== edits && at(k - 1) < at(k + 1));
    const fromX = inserted ? at(k + 1) : at(k - 1);
    const fromY = fromX - (inserted ? k + 1 : k - 1);
    const oldEnd = inserted ? fromX : fromX + 1;
    const newEnd = inserted ? fromY + 1 : fromY;
    const later = changes.at(-1);
    if (later !== undefined && later.oldStart === oldEnd && later.newStart === newEnd) {
      changes[changes.length - 1] = { ...later, oldStart: fromX, newStart: fromY };
    } else {
      changes.push({ oldStart: fromX, oldEnd, newStart: fromY, newEnd });
    }
    [x, y] = [fromX, fromY];
  }
  return changes.reverse();
}

type Pair = { readonly old: number; readonly new: number };

/** Lines that occur once on each side, the longest run of them that is in the same order on both (patience diff). */
function sharedOnce(before: Lines, after: Lines, range: LineChange): readonly Pair[] {
  const places = new Map<number, { old: number; new: number; times: number }>();
  for (let index = range.oldStart; index < range.oldEnd; index++) {
    const id = before[index] ?? 0;
    places.set(id, places.has(id) ? { old: index, new: -1, times: 3 } : { old: index, new: -1, times: 1 });
  }
  for (let index = range.newStart; index < range.newEnd; index++) {
    const place = places.get(after[index] ?? 0);
    if (place === undefined) continue;
    place.new = index;
    place.times++;
  }
  const pairs = [...places.values()].filter((place) => place.times === 2 && place.new !== -1);
  return longestRising(pairs.toSorted((a, b) => a.old - b.old));
}

/** The longest subsequence whose `new` rises. */
function longestRising(pairs: readonly Pair[]): readonly Pair[] {
  type Link = { readonly pair: Pair; readonly previous: Link | undefined };
  const tails: Link[] = [];
  for (const pair of pairs) {
    let [low, high] = [0, tails.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((tails[middle]?.pair.new ?? 0) < pair.new) low = middle + 1;
      else high = middle;
    }
    tails[low] = { pair, previous: tails[low - 1] };
  }
  const rising: Pair[] = [];
  for (let link = tails.at(-1); link !== undefined; link = link.previous) rising.push(link.pair);
  return rising.reverse();
}

function gapsBetween(pairs: readonly Pair[], range: LineChange): LineChange[] {
  const gaps: LineChange[] = [];
  let [oldStart, newStart] = [range.oldStart, range.newStart];
  for (const pair of pairs) {
    gaps.push({ oldStart, oldEnd: pair.old, newStart, newEnd: pair.new });
    [oldStart, newStart] = [pair.old + 1, pair.new + 1];
  }
  gaps.push({ oldStart, oldEnd: range.oldEnd, newStart, newEnd: range.newEnd });
  return gaps;
}

/** Where a pure insertion or removal could stand at several places, takes the last, and joins what then touches. */
function slideDown(changes: readonly LineChange[], before: Lines, after: Lines): readonly LineChange[] {
  const result: LineChange[] = [];
  for (let index = changes.length - 1; index >= 0; index--) {
    let change = changes[index];
    if (change === undefined) continue;
    const next = result.at(-1);
    const [oldLimit, newLimit] = [next?.oldStart ?? before.length, next?.newStart ?? after.length];
    const slides = ({ oldStart, oldEnd, newStart, newEnd }: LineChange) =>
      oldEnd < oldLimit &&
      newEnd < newLimit &&
      (oldStart === oldEnd
        ? after[newStart] === after[newEnd]
        : newStart === newEnd && before[oldStart] === before[oldEnd]);
    while (slides(change)) {
      change = {
        oldStart: change.oldStart + 1,
        oldEnd: change.oldEnd + 1,
        newStart: change.newStart + 1,
        newEnd: change.newEnd + 1,
      };
    }
    if (next !== undefined && change.oldEnd === next.oldStart && change.newEnd === next.newStart) {
      result[result.length - 1] = { ...next, oldStart: change.oldStart, newStart: change.newStart };
    } else {
      result.push(change);
    }
  }
  return result.reverse();
}
