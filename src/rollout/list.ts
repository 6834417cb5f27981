// Lists threads for pickers and clients, newest first (rollout.md 11).

import { type SessionFile, sessionFiles } from "./files";
import { threadNames } from "./names";
import { archiveFolder, sessionsFolder } from "./path";
import {
  canonical,
  changeTime,
  latestCwd,
  type ListedMeta,
  readSummary,
  type ThreadSummary,
} from "./summary";

/** Most files looked at for one list. */
const MAX_FILES = 10_000;

export type ListedThread = ThreadSummary & { readonly name: string | undefined };

export type ListOptions = {
  readonly codexHome: string;
  /** Archived threads instead of the active ones. */
  readonly archived?: boolean;
  readonly sortBy?: "updated" | "created";
  readonly matches?: (meta: ListedMeta) => boolean;
  /** Only threads whose last turn ran in this folder. */
  readonly cwd?: string;
};

/** What one file turned out to be. A list is pulled file by file, so that whoever waits can do something else in between. */
export type Walked =
  | {
      readonly type: "thread";
      readonly thread: ListedThread;
      /** The folder of its last turn; reads the end of the file. */
      readonly latestCwd: () => string;
    }
  /** Without a preview, or not wanted. */
  | { readonly type: "passed" }
  /** Without metadata near its beginning: empty, or damaged. */
  | { readonly type: "damaged"; readonly path: string };

/**
 * Threads with a preview, newest first; files are opened as the list is pulled. `updatedAt` and `path` make a cursor.
 */
export function* listThreads(options: ListOptions): Generator<ListedThread, void> {
  for (const walked of walkThreads(options)) if (walked.type === "thread") yield walked.thread;
}

/** The same, one step for every file that is opened. */
export function* walkThreads(options: ListOptions): Generator<Walked, void> {
  const names = threadNames(options.codexHome);
  const cwd = options.cwd === undefined ? undefined : canonical(options.cwd);
  for (const file of newestFiles(options)) {
    const summary = readSummary(file);
    if (summary === undefined) {
      // A file that has gone since it was found is no damage.
      yield changeTime(file.path) ? { type: "damaged", path: file.path } : { type: "passed" };
      continue;
    }
    const lastCwd = () => latestCwd(file.path, summary.meta);
    const isWanted = summary.preview !== undefined && (options.matches?.(summary.meta) ?? true);
    if (!isWanted || (cwd !== undefined && lastCwd() !== cwd)) yield { type: "passed" };
    else
      yield {
        type: "thread",
        thread: { ...summary, name: names.get(summary.id) },
        latestCwd: lastCwd,
      };
  }
}

/** Session files, the last changed (or, by `sortBy`, the last begun) first. No file is opened. */
export function newestFiles(options: Pick<ListOptions, "codexHome" | "archived" | "sortBy">): SessionFile[] {
  const folder = options.archived ? archiveFolder(options.codexHome) : sessionsFolder(options.codexHome);
  const files = sessionFiles(folder).take(MAX_FILES).toArray();
  if (options.sortBy === "created") return files;
  return files
    .map((file) => ({ file, changed: changeTime(file.path)?.getTime() ?? 0 }))
    .sort((a, b) => b.changed - a.changed)
    .map(({ file }) => file);
}

/** Started by a person at a prompt or in an editor; what `codex resume` offers unless asked for more. */
export function isInteractive(meta: ListedMeta): boolean {
  return meta.source === "cli" || meta.source === "vscode";
}

/** Opened by another thread for a part of its work; people go on with the other one. */
export function isSubagent(meta: ListedMeta): boolean {
  return typeof meta.source === "object" && "subagent" in meta.source;
}

/** Of this model provider, by id; a session that does not say belongs to any. */
export function isOfProvider(meta: ListedMeta, providerId: string): boolean {
  return meta.model_provider === null || meta.model_provider === providerId;
}
