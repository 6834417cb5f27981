// Finds files by a few letters of their paths while somebody types, in slices so that typing never waits (tui.md 2).

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, UserError } from "../../util/user-error";
import { listFiles } from "./file-list";
import { NO_MATCH, rankPath } from "./path-match";

/** Work between two looks at the keyboard. */
const SLICE_MS = 4;
/** Paths ranked between two looks at the clock. */
const SLICE_PATHS = 256;
/** A list is made anew when it is older than this, and than so many times what it took to make. */
const FRESH_MS = 3000;
const FRESH_TIMES = 20;
/** While the list grows results are shown after this time, then after twice as much, and so on. */
const SHOW_MS = 100;
const LONGEST_SHOW_MS = 2000;

/** Disposing of it ends what is running. */
export type FileSearch = AsyncDisposable & {
  /**
   * The best paths for a query, relative to the folder, at most `limit`. Yields again while files are still being found, and
   * ends early when the next search begins. Throws a UserError when files cannot be listed at all.
   */
  readonly search: (query: string, limit: number) => AsyncGenerator<readonly string[], void>;
};

/** Nothing is read before the first search. `env` is where git and the user's settings of it are found. */
export function openFileSearch(
  cwd: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): FileSearch {
  const stopped = new AbortController();
  let files: Listing = { paths: [], lower: [] };
  let listing: { readonly done: Promise<void> } | undefined;
  let failure: UserError | undefined;
  /** When a new list is due. */
  let staleAt = -Infinity;
  let searches = 0;

  const list = async (fresh: Listing): Promise<void> => {
    const started = performance.now();
    // Until the first list is whole it is searched as it grows; later ones replace it when they are.
    if (files.paths.length === 0) files = fresh;
    try {
      for await (const paths of listFiles(cwd, env, stopped.signal)) {
        for (const path of paths) {
          fresh.paths.push(path);
          fresh.lower.push(path.toLowerCase());
        }
        await breathe();
      }
      files = fresh;
    } catch (error) {
      failure = new UserError(`Cannot list the files of ${cwd}: ${messageOf(error)}`, { cause: error });
    }
    listing = undefined;
    const took = performance.now() - started;
    staleAt = performance.now() + Math.max(FRESH_MS, FRESH_TIMES * took);
  };

  return {
    async *search(query, limit) {
      const turn = ++searches;
      if (listing === undefined && performance.now() > staleAt) {
        failure = undefined;
        listing = { done: list({ paths: [], lower: [] }) };
      }
      for (let pause = SHOW_MS; ; pause = Math.min(2 * pause, LONGEST_SHOW_MS)) {
        if (failure !== undefined) throw failure;
        const growing = listing;
        const count = files.paths.length;
        const found = await best(files, query.toLowerCase(), limit, () => turn === searches);
        if (found === undefined || stopped.signal.aborted) return;
        const existing = await stillThere(cwd, found);
        if (turn !== searches) return;
        if (existing.length > 0 || growing === undefined) yield existing;
        if (growing === undefined) return;
        await Promise.race([growing.done, Bun.sleep(pause)]);
        if (turn !== searches) return;
        if (files.paths.length === count && listing !== undefined) await growing.done;
      }
    },
    async [Symbol.asyncDispose]() {
      searches += 1;
      stopped.abort();
      await listing?.done;
    },
  };
}

/** The same paths twice, the second time in lower case. */
type Listing = { readonly paths: string[]; readonly lower: string[] };

type Ranked = { readonly rank: number; readonly index: number };

/** Undefined when nobody waits for it any more. */
async function best(
  { paths, lower }: Listing,
  query: string,
  limit: number,
  isWanted: () => boolean,
): Promise<readonly string[] | undefined> {
  /** The best first. */
  const top: Ranked[] = [];
  let sliceStart = performance.now();
  for (let index = 0; index < lower.length; index++) {
    if (index % SLICE_PATHS === 0 && performance.now() - sliceStart > SLICE_MS) {
      await breathe();
      if (!isWanted()) return undefined;
      sliceStart = performance.now();
    }
    const rank = rankPath(lower[index] ?? "", query);
    const worst = top.length < limit ? NO_MATCH : (top.at(-1)?.rank ?? NO_MATCH);
    if (rank <= worst) continue;
    const place = top.findLastIndex((other) => other.rank >= rank) + 1;
    top.splice(place, 0, { rank, index });
    if (top.length > limit) top.pop();
  }
  return top.map(({ index }) => paths[index] ?? "");
}

/** Git also lists files that were deleted and not yet committed as such. */
async function stillThere(cwd: string, paths: readonly string[]): Promise<readonly string[]> {
  const states = await Promise.all(paths.map((path) => exists(join(cwd, path))));
  return paths.filter((_path, index) => states[index]);
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}

/** Lets everything else have its turn. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
