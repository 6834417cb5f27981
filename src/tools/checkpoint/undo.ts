// Puts back the files that a turn has changed, and keeps what it replaces, so that this can be undone as well.

import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import { osErrorText } from "../../util/os-error";
import type { UndoResult } from "../../protocol/thread";
import { committedStates } from "./committed";
import { bornAt, changedAt, existingFolder, fileKeeper, isAs, isInside, stampOf } from "./file-state";
import { claimFolder } from "./folder-lock";
import type { GitContext } from "./git";
import { putBack, whyMissing } from "./put-back";
import {
  checkpointsOf,
  removeCheckpoint,
  saveCheckpoint,
  type Checkpoint,
  type CheckpointRecord,
  type FileState,
  type Stamp,
} from "./record";
import { filesBelow } from "./walk";

/** Clocks of file systems are coarser than ours. */
const CLOCK_MS = 20;

export type UndoOptions = GitContext & {
  readonly codexHome: string;
  readonly cwd: string;
  /** Only turns of this thread. */
  readonly threadId?: string;
};

/** Of the newest turn in this folder that changed something and was not undone yet. Refused while a turn runs there. */
export async function undoLastTurn(options: UndoOptions): Promise<UndoResult> {
  const claim = claimFolder(options.codexHome, options.cwd);
  if (claim === "held_elsewhere") return A_TURN_RUNS;
  using _ = claim;
  const turns = ofThread(options);
  for (const [index, checkpoint] of turns.entries()) {
    if (checkpoint.record.undone !== null) continue;
    const { changes, gap } = await changesOf(checkpoint, options);
    if (changes.length === 0 && gap !== null) return { type: "nothing", reason: gap };
    if (changes.length === 0) {
      removeCheckpoint(checkpoint);
      continue;
    }
    const earlier = turns.slice(index + 1).find(({ record }) => record.undone === null);
    return { ...restored(checkpoint, changes, earlier), ...(gap !== null && { gap }) };
  }
  return { type: "nothing", reason: "No turn has changed a file that can be put back." };
}

/** Brings back what the last undoing has replaced, but for what was written since. Likewise refused. */
export function redoLastTurn(options: UndoOptions): UndoResult {
  const claim = claimFolder(options.codexHome, options.cwd);
  if (claim === "held_elsewhere") return A_TURN_RUNS;
  using _ = claim;
  const checkpoint = lastUndone(ofThread(options));
  const undone = checkpoint?.record.undone;
  if (checkpoint === undefined || !undone) return { type: "nothing", reason: "Nothing was undone here." };
  const { folder, record } = checkpoint;
  const reasonFor = (path: string, state: FileState): string | undefined => {
    const put = undone.restored?.[path];
    const since = put === undefined ? [] : changeOf(path, put, checkpoint);
    if (since.length > 0) return "it was changed after it was put back";
    return putBack(path, state, { folder, within: placeOf(path, record.cwd) });
  };
  const outcomes = Object.entries(undone.replaced)
    .filter(([path]) => undone.restored === undefined || path in undone.restored)
    .toSorted(([, a], [, b]) => turnOf(a) - turnOf(b))
    .map(([path, state]) => ({ path, reason: reasonFor(path, state) }));
  const result = resultOf(outcomes);
  if (result.files.length === 0) return result;
  for (const path of result.files) record.left[path] = stampOf(path);
  record.undone = null;
  saveCheckpoint(checkpoint);
  return result;
}

/** Of the turns of which a file was put back. */
function lastUndone(turns: readonly Checkpoint[]): Checkpoint | undefined {
  const undoneAt = ({ record: { undone } }: Checkpoint) =>
    undone === null || Object.keys(undone.restored ?? undone.replaced).length === 0 ? 0 : undone.at;
  const [last] = turns.toSorted((a, b) => undoneAt(b) - undoneAt(a));
  return last === undefined || undoneAt(last) === 0 ? undefined : last;
}

const A_TURN_RUNS: UndoResult = {
  type: "refused",
  reason: "A turn is running in this folder. Wait for its end, or interrupt it, before you undo.",
};

type Restored = UndoResult & { readonly type: "restored" };

type Change = { readonly path: string; readonly before: FileState; readonly reason: string | null };

type Changes = {
  readonly changes: readonly Change[];
  /** Why these may not be all; a sentence. */
  readonly gap: string | null;
};

/** What differs from before the turn. `reason`: why it is left alone. */
async function changesOf(checkpoint: Checkpoint, options: UndoOptions): Promise<Changes> {
  const others = await otherStates(checkpoint, options);
  const before = [...statesBefore(checkpoint, others ?? [])];
  const changes = before.flatMap(([path, state]) => changeOf(path, state, checkpoint));
  return { changes, gap: gapOf(checkpoint.record, others !== null) };
}

/** None where it is as it was. What cannot be looked at is left alone, and keeps nothing else from coming back. */
function changeOf(path: string, before: FileState, checkpoint: Checkpoint): readonly Change[] {
  try {
    if (isAs(path, before, checkpoint.folder)) return [];
    const missing = before.type === "folder" ? "it was no file" : whyMissing(before);
    const reason = reasonToStay(path, before, checkpoint) ?? missing ?? null;
    return [{ path, before, reason }];
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    return [{ path, before, reason: osErrorText(error) }];
  }
}

/** @param isSeen whether it can be told now what differs */
function gapOf({ uncovered, snapshot }: CheckpointRecord, isSeen: boolean): string | null {
  const what = "What the last turn's commands changed";
  if (uncovered !== null) return `${what} was not kept: ${uncovered}.`;
  if (isSeen) return null;
  const why = snapshot?.type === "git" ? "git cannot tell" : "the folder is too large by now";
  return `${what} cannot be seen: ${why}.`;
}

/** Null when a file may be put back. What a patch has touched always may: it is known exactly. */
function reasonToStay(path: string, before: FileState, checkpoint: Checkpoint): string | null {
  const { patched, snapshot } = checkpoint.record;
  if (path in patched) return null;
  if (!isAsLeft(path, checkpoint)) return "it was changed after the turn";
  // What is looked at can change: by settings of git, by new names of folders. That a file is new must show in itself.
  const isOld = (changedAt(path) ?? Infinity) < (snapshot?.takenAt ?? 0) - CLOCK_MS;
  return before.type === "absent" && isOld ? "it was there before the turn" : null;
}

type PathState = readonly [path: string, state: FileState];

/** By path: how every file was that may have changed. */
function statesBefore({ record }: Checkpoint, others: readonly PathState[]): ReadonlyMap<string, FileState> {
  const { snapshot } = record;
  const states = new Map([...Object.entries(snapshot?.files ?? {}), ...others]);
  for (const [path, { at, before, bornAt: born }] of Object.entries(record.patched)) {
    const earlier = snapshot === null || at < snapshot.takenAt;
    const madeByCommand = !earlier && born !== null && born >= snapshot.takenAt - CLOCK_MS;
    if (earlier) states.set(path, before);
    else if (!states.has(path)) states.set(path, madeByCommand ? { type: "absent" } : before);
  }
  return states;
}

/** Of paths that differ now and were, at the snapshot, as committed or not there; null when that cannot be told. */
async function otherStates(
  checkpoint: Checkpoint,
  options: UndoOptions,
): Promise<readonly PathState[] | null> {
  const { cwd, snapshot } = checkpoint.record;
  if (snapshot === null) return [];
  const known = new Set(Object.keys(snapshot.files));
  if (snapshot.type === "git") return committedStates(checkpoint, known, options);
  const now = filesBelow(cwd);
  return now?.filter((path) => !known.has(path)).map((path) => [path, { type: "absent" }] as const) ?? null;
}

/** Whether a file is as the turn has left it: nobody has written to it since. */
function isAsLeft(path: string, { record }: Checkpoint): boolean {
  const now = stampOf(path);
  const left = record.left[path];
  if (left !== undefined && sameStamp(left, now)) return true;
  if (now === null) return true;
  return Math.max(now.mtimeMs, bornAt(path) ?? 0) <= (record.endedAt ?? 0) + CLOCK_MS;
}

function sameStamp(a: Stamp | null, b: Stamp | null): boolean {
  return a === null || b === null ? a === b : a.mtimeMs === b.mtimeMs && a.size === b.size;
}

/** @param earlier the turn before, to which the files are now as it left them */
function restored(
  checkpoint: Checkpoint,
  changes: readonly Change[],
  earlier: Checkpoint | undefined,
): Restored {
  const { folder, record } = checkpoint;
  const { keep } = fileKeeper(folder, `u${Date.now()}-`);
  const wanted = changes.filter(({ reason }) => reason === null);
  const now = new Map(wanted.map(({ path }) => [path, keep(path)]));
  const replaced = Object.fromEntries([...now].filter(([, state]) => unkept(state) === undefined));
  const undone = { at: Date.now(), replaced };
  record.undone = undone;
  saveCheckpoint(checkpoint);
  const reasonFor = ({ path, before, reason }: Change): string | undefined => {
    if (reason !== null) return reason;
    const problem = unkept(now.get(path));
    if (problem !== undefined) return problem;
    return putBack(path, before, { folder, within: placeOf(path, record.cwd) });
  };
  const outcomes = changes
    .toSorted((a, b) => turnOf(a.before) - turnOf(b.before))
    .map((change) => ({ path: change.path, reason: reasonFor(change) }));
  const result = resultOf(outcomes);
  const done = new Set(result.files);
  const put = wanted.flatMap(({ path, before }) => (done.has(path) ? [[path, before] as const] : []));
  record.undone = { ...undone, restored: Object.fromEntries(put) };
  saveCheckpoint(checkpoint);
  if (earlier !== undefined) {
    for (const path of result.files) earlier.record.left[path] = stampOf(path);
    saveCheckpoint(earlier);
  }
  return result;
}

/** What goes makes room first, and what lies in a folder waits for it: one may have taken the place of the other. */
function turnOf({ type }: FileState): number {
  return type === "folder" ? 0 : type === "absent" ? 1 : 2;
}

/** Why there could be no way back from an undoing; undefined where there is one. */
function unkept(now: FileState | undefined): string | undefined {
  if (now?.type !== "file" || now.blob !== null) return undefined;
  const { problem } = now;
  return problem === undefined
    ? "it is too large to be kept for --redo"
    : `it cannot be kept for --redo: ${problem}`;
}

function resultOf(
  outcomes: readonly { readonly path: string; readonly reason: string | undefined }[],
): Restored {
  return {
    type: "restored",
    files: outcomes.flatMap(({ path, reason }) => (reason === undefined ? [path] : [])),
    notRestored: outcomes.flatMap(({ path, reason }) => (reason === undefined ? [] : [{ path, reason }])),
  };
}

/** The real folder that a file must stay in: the work folder, or for a patch elsewhere its own folder. */
function placeOf(path: string, cwd: string): string {
  return realpathSync(isInside(path, cwd) ? cwd : existingFolder(dirname(path)));
}

function ofThread({ codexHome, cwd, threadId }: UndoOptions): readonly Checkpoint[] {
  return checkpointsOf(codexHome, cwd).filter(
    ({ record }) => threadId === undefined || record.threadId === threadId,
  );
}
