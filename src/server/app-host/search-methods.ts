// Files by a few letters of their paths: fuzzyFileSearch (app-server.md 13).

import { basename, dirname } from "node:path";
import { list, optional, required, string, struct } from "../rpc/decode";
import { folder } from "../rpc/folder";
import { method, type Method } from "../app/app";
import type { Client, Place } from "../app/client";
import { RpcFailure } from "../rpc/message";

const MOST_FOUND = 50;
/** Paths ranked before others are served. */
const SLICE_PATHS = 4096;

type Found = {
  readonly root: string;
  readonly path: string;
  readonly match_type: "file" | "directory";
  readonly file_name: string;
  readonly score: number;
  readonly indices: readonly number[] | null;
};

/** Disposing of it ends the searches. */
type Searches = AsyncDisposable & {
  /** The signal of a new search, which ends the one with the same token. */
  readonly begin: (token: string | undefined) => AbortController;
  readonly end: (token: string | undefined, search: AbortController) => void;
};

export const SEARCH_METHODS: readonly (readonly [string, Method])[] = [
  method(
    "fuzzyFileSearch",
    struct("FuzzyFileSearchParams", {
      query: required(string),
      roots: required(list(string)),
      cancellationToken: optional(string),
    }),
    async ({ query, roots, cancellationToken: token }, { app, client }) => {
      if (query === "") return { files: [] };
      const searches = searchesOf(client);
      const search = searches.begin(token);
      try {
        const all: Found[] = [];
        for (const root of roots.flatMap(realFolder)) {
          all.push(...(await found(root, query, app.place, search.signal)));
        }
        const best = all.toSorted((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1));
        return { files: best.slice(0, MOST_FOUND) };
      } finally {
        searches.end(token, search);
      }
    },
  ),
];

/** In a folder that is gone nothing is found. */
function realFolder(root: string): readonly string[] {
  try {
    return [folder(root)];
  } catch (error) {
    if (error instanceof RpcFailure) return [];
    throw error;
  }
}

function searchesOf(client: Client): Searches {
  return client.own("searches", () => {
    const running = new Set<AbortController>();
    const byToken = new Map<string, AbortController>();
    return {
      begin(token) {
        const search = new AbortController();
        running.add(search);
        if (token === undefined) return search;
        byToken.get(token)?.abort();
        byToken.set(token, search);
        return search;
      },
      end(token, search) {
        running.delete(search);
        if (token !== undefined && byToken.get(token) === search) byToken.delete(token);
      },
      async [Symbol.asyncDispose]() {
        for (const search of running) search.abort();
      },
    };
  });
}

/** Files, and the folders that hold some, whose paths answer to the query; what was found until the signal came. */
async function found(
  root: string,
  query: string,
  { env, projectFiles }: Place,
  signal: AbortSignal,
): Promise<readonly Found[]> {
  const wanted = query.toLowerCase();
  const best: Found[] = [];
  const folders = new Set<string>();
  let ranked = 0;
  const take = (path: string, type: Found["match_type"]) => {
    const rank = projectFiles.rank(path.toLowerCase(), wanted);
    if (rank === -Infinity) return;
    const score = Math.max(0, Math.round(rank));
    best.push({
      root,
      path,
      match_type: type,
      file_name: basename(path),
      score,
      indices: lettersIn(path, wanted),
    });
    if (best.length < 2 * MOST_FOUND) return;
    best.sort((a, b) => b.score - a.score);
    best.length = MOST_FOUND;
  };
  for await (const paths of projectFiles.list(root, env, signal)) {
    for (const path of paths) {
      if (path.startsWith(".git/")) continue;
      take(path, "file");
      for (let above = dirname(path); above !== "." && !folders.has(above); above = dirname(above)) {
        folders.add(above);
        take(above, "directory");
      }
      if (++ranked % SLICE_PATHS === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return best;
}

/** Where the letters stand, in one piece if they do, in the name if they can; null when upper case makes the path longer. */
function lettersIn(path: string, query: string): readonly number[] | null {
  const lower = path.toLowerCase();
  if (lower.length !== path.length) return null;
  const inName = lower.indexOf(query, lower.lastIndexOf("/") + 1);
  const at = inName >= 0 ? inName : lower.indexOf(query);
  if (at >= 0) return Array.from(query, (_, index) => at + index);
  const indices: number[] = [];
  let end = lower.length;
  for (const letter of [...query].toReversed()) {
    end = lower.lastIndexOf(letter, end - 1);
    if (end < 0) return null;
    indices.unshift(end);
  }
  return indices;
}
