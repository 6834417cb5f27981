// What is remembered of a turn so that it can be undone: one folder a turn below CODEX_HOME, never in the user's repository.

import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";

/** Of one folder that people work in; older ones are deleted. */
const MAX_TURNS = 20;
/** Folders that nobody has worked in for so long are forgotten. */
const MAX_IDLE_MS = 30 * 24 * 3_600_000;
const PRIVATE = 0o700;
/** How often a turn says that it runs. */
export const ALIVE_MS = 1_000;
const RECORD = "record.json";

/**
 * How a path was. `blob` names a file in the turn's folder; null: it was too large to be kept, or for the `problem`. A file
 * of the same `identity` has not been written to since.
 */
export type FileState =
  | { readonly type: "absent" }
  | {
      readonly type: "file";
      readonly mode: number;
      /** Undefined where git alone knew the file; of `mode`, only who may execute it counts then. */
      readonly owner?: Owner;
      readonly blob: string | null;
      /** Why it could not be read, or must not be. */
      readonly problem?: string;
      readonly identity: string;
    }
  | { readonly type: "link"; readonly target: string }
  /** It was as committed, and git does not say how that is. */
  | { readonly type: "unknown" }
  /** Made again, empty, only where a redo needs it. */
  | { readonly type: "folder" }
  /** A device and the like: nothing that is put back. */
  | { readonly type: "other" };

export type Owner = { readonly uid: number; readonly gid: number };

/** By which a file is known to be the one that was left. */
export type Stamp = { readonly mtimeMs: number; readonly size: number };

export type States = Readonly<Record<string, FileState>>;

/** Of a folder before the first command of the turn that might write. */
export type Snapshot = {
  readonly takenAt: number;
  /** `git`: what is not in `files` was as the copy of the index says. `walk`: what is not in `files` was not there. */
  readonly type: "git" | "walk";
  readonly files: States;
};

export type CheckpointRecord = {
  readonly version: 1;
  readonly threadId: string;
  readonly turnId: string;
  readonly cwd: string;
  /** Milliseconds since the epoch, as all times here. */
  readonly startedAt: number;
  /** Null while the turn runs; for one that was killed, what is read is when it was last alive. */
  endedAt: number | null;
  snapshot: Snapshot | null;
  /** Why commands are not covered although some ran. */
  uncovered: string | null;
  /** By absolute path: how a file was before the first patch that touched it. */
  patched: Record<string, PatchedFile>;
  /** Files that the undoing of a later turn has put back to how this one left them. Null: absent. */
  left: Record<string, Stamp | null>;
  undone: Undoing | null;
};

/** The undoing of a turn, as long as it has not been taken back. */
export type Undoing = {
  readonly at: number;
  /** How the files were before it. */
  readonly replaced: States;
  /** How those are that it has put back. Undefined when it was cut off in the middle. */
  readonly restored?: States;
};

export type PatchedFile = {
  readonly at: number;
  readonly before: FileState;
  /** When the file was made; null when it was not there. */
  readonly bornAt: number | null;
};

export type Checkpoint = { readonly folder: string; readonly record: CheckpointRecord };

/** Where the turns of a folder are kept. */
export function checkpointsFolder(codexHome: string, cwd: string): string {
  const name = basename(cwd)
    .replace(/[^A-Za-z0-9._-]/g, "_")
    .slice(0, 40);
  return join(codexHome, "checkpoints", `${name}-${Bun.hash(cwd).toString(16)}`);
}

/** The name of the copied index within a turn's folder. */
export const INDEX = "index";

/** Makes the folder of a turn, and room for it. */
export function createCheckpoint(codexHome: string, record: CheckpointRecord): Checkpoint {
  const parent = checkpointsFolder(codexHome, record.cwd);
  const folder = join(parent, record.turnId);
  mkdirSync(join(folder, "files"), { recursive: true, mode: PRIVATE });
  for (const old of turnFolders(parent).slice(MAX_TURNS)) forget(join(parent, old));
  for (const idle of readdirSync(dirname(parent)).map((name) => join(dirname(parent), name))) {
    if ((statSync(idle, { throwIfNoEntry: false })?.mtimeMs ?? 0) < Date.now() - MAX_IDLE_MS) forget(idle);
  }
  return { folder, record };
}

/** What another user has left here, as after `sudo`, stays. */
function forget(folder: string): void {
  try {
    remove(folder);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
  }
}

/** So that a reader sees the old or the new one whole. */
export function saveCheckpoint({ folder, record }: Checkpoint): void {
  const temporary = join(folder, `record.${process.pid}.tmp`);
  writeFileSync(temporary, JSON.stringify(record), { mode: 0o600 });
  renameSync(temporary, join(folder, RECORD));
}

/** Says on disk that the turn still runs: should it be killed, that is when it ended. */
export function markAlive({ folder }: Checkpoint): void {
  const now = new Date();
  try {
    utimesSync(join(folder, RECORD), now, now);
  } catch (error) {
    // Not saved yet, or removed by somebody: then there is nothing to undo.
    if (!(error instanceof Error && "code" in error)) throw error;
  }
}

/** Those of a folder, newest first. One that cannot be read is passed over. */
export function checkpointsOf(codexHome: string, cwd: string): readonly Checkpoint[] {
  const parent = checkpointsFolder(codexHome, cwd);
  return turnFolders(parent).flatMap((name) => {
    const record = readRecord(join(parent, name));
    return record?.cwd === cwd ? [{ folder: join(parent, name), record }] : [];
  });
}

/** The newest before this turn, whose copies it can share. */
export function checkpointBefore(
  codexHome: string,
  { cwd, turnId }: CheckpointRecord,
): Checkpoint | undefined {
  const parent = checkpointsFolder(codexHome, cwd);
  const name = turnFolders(parent).find((candidate) => candidate < turnId);
  const record = name === undefined ? undefined : readRecord(join(parent, name));
  return name === undefined || record === undefined ? undefined : { folder: join(parent, name), record };
}

export function removeCheckpoint({ folder }: Checkpoint): void {
  remove(folder);
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Their names are the ids of turns, which begin with the time. Newest first. */
function turnFolders(parent: string): readonly string[] {
  try {
    return readdirSync(parent).sort().reverse();
  } catch (error) {
    if (error instanceof Error && "code" in error && ["ENOENT", "ENOTDIR"].includes(String(error.code)))
      return [];
    throw error;
  }
}

function readRecord(folder: string): CheckpointRecord | undefined {
  try {
    const file = join(folder, RECORD);
    const record = JSON.parse(readFileSync(file, "utf8")) as CheckpointRecord; // written here
    record.endedAt ??= statSync(file).mtimeMs + ALIVE_MS;
    return record.version === 1 ? record : undefined;
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}
