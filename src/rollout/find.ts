// Finds the session that `resume` means: by id, by name, or the last one (rollout.md 11).

import { UserError } from "../util/user-error";
import { ensurePlain } from "./compressed";
import { sessionFiles } from "./files";
import { newestFiles } from "./list";
import { threadsNamed } from "./names";
import { archiveFolder, sessionsFolder } from "./path";
import { canonical, latestCwd, type ListedMeta, readHeadMeta } from "./summary";

/** `path` may be a compressed file. */
export type LocatedThread =
  | { readonly type: "active"; readonly path: string }
  | { readonly type: "archived"; readonly path: string }
  | { readonly type: "missing" };

/** Looks for a file whose name ends in the id, below `sessions/` and then in the archive. Opens no file. */
export function locateThread(codexHome: string, threadId: string): LocatedThread {
  const active = findFile(sessionsFolder(codexHome), threadId);
  if (active !== undefined) return { type: "active", path: active };
  const archived = findFile(archiveFolder(codexHome), threadId);
  return archived === undefined ? { type: "missing" } : { type: "archived", path: archived };
}

/**
 * The `.jsonl` file of a thread that is to be resumed or forked. Throws `UserError` with the reference's texts when there
 * is none or it is archived.
 */
export async function findById(
  codexHome: string,
  threadId: string,
  method: "thread/resume" | "thread/fork" = "thread/resume",
): Promise<string> {
  const located = locateThread(codexHome, threadId);
  switch (located.type) {
    case "active":
      return ensurePlain(located.path);
    case "archived":
      throw failure(
        method,
        `session ${threadId} is archived. Run \`codex unarchive ${threadId}\` to unarchive it first.`,
      );
    case "missing":
      throw failure(method, `no rollout found for thread id ${threadId}`);
    default:
      return located satisfies never;
  }
}

/**
 * The `.jsonl` file of the thread with exactly this name, the last named first; with `cwd`, only one whose last turn ran in
 * that folder. Archived threads are passed over.
 */
export async function findByName(codexHome: string, name: string, cwd?: string): Promise<string | undefined> {
  for (const id of threadsNamed(codexHome, name)) {
    const path = findFile(sessionsFolder(codexHome), id);
    const meta = path === undefined ? undefined : readHeadMeta(path);
    if (path === undefined || !meta) continue;
    if (cwd === undefined || latestCwd(path, meta) === canonical(cwd)) return ensurePlain(path);
  }
  return undefined;
}

/**
 * The `.jsonl` file of the thread that was written to last, among those that match (see `isOfProvider`, `isInteractive`)
 * and, with `cwd`, whose last turn ran in that folder. Undefined when there is none: then a new thread is started.
 */
export async function findLast(options: {
  codexHome: string;
  matches: (meta: ListedMeta) => boolean;
  cwd?: string | undefined;
}): Promise<string | undefined> {
  const cwd = options.cwd === undefined ? undefined : canonical(options.cwd);
  for (const { path } of newestFiles({ codexHome: options.codexHome })) {
    const meta = readHeadMeta(path);
    if (!meta || !options.matches(meta)) continue;
    if (cwd === undefined || latestCwd(path, meta) === cwd) return ensurePlain(path);
  }
  return undefined;
}

function findFile(folder: string, threadId: string): string | undefined {
  return sessionFiles(folder).find((file) => file.id === threadId)?.path;
}

function failure(method: string, reason: string): UserError {
  return new UserError(`${method}: ${method} failed: ${reason} (code -32600)`);
}
