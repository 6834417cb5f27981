// Remembers, while a turn runs, how files were before it changed them: exactly for patches, by a snapshot for commands.

import { copyFileSync, constants, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Confinement } from "../../exec/confinement";
import { isSafe } from "../../rules/safe";
import { homeFolder } from "../../util/home-folder";
import { messageOf } from "../../util/user-error";
import { bornAt, fileKeeper } from "./file-state";
import { shareFolder } from "./folder-lock";
import { changedFiles, workTreeAt, type GitContext } from "./git";
import {
  ALIVE_MS,
  checkpointBefore,
  createCheckpoint,
  INDEX,
  markAlive,
  removeCheckpoint,
  saveCheckpoint,
  type Checkpoint,
  type Snapshot,
} from "./record";
import { filesBelow } from "./walk";

/** Of files that git says have changed; with more, only patches are covered. */
const MAX_CHANGED = 5_000;

export type TurnCheckpoint = {
  /** Resolves when the command may run: at once unless it is the first that might write. */
  readonly beforeCommand: (argv: readonly string[], confinement: Confinement) => Promise<void>;
  /** Something else that might write is about to run, such as a tool of an MCP server. */
  readonly beforeWork: () => Promise<void>;
  /** @param paths all that will be written or removed; absolute */
  readonly beforePatch: (paths: readonly string[]) => void;
  readonly end: () => void;
};

export type TurnCheckpointOptions = GitContext & {
  readonly codexHome: string;
  readonly cwd: string;
  readonly threadId: string;
  readonly turnId: string;
  /** What sandboxed commands may read. */
  readonly readable: () => (path: string) => boolean;
  /** Whether sandboxed commands can write at all. */
  readonly writes: boolean;
  /** See `ThreadOptions`. */
  readonly when: "early" | "late";
};

/** Of a thread that leaves nothing behind. */
export const NO_CHECKPOINT: TurnCheckpoint = {
  beforeCommand: () => Promise.resolve(),
  beforeWork: () => Promise.resolve(),
  beforePatch: () => {},
  end: () => {},
};

/** Nothing is written before it is needed, and nothing that goes wrong here keeps the turn from going on. */
export function turnCheckpoint(options: TurnCheckpointOptions): TurnCheckpoint {
  const startedAt = Date.now();
  let checkpoint: Checkpoint | undefined;
  let snapshot: Promise<void> | undefined;
  let pulse: NodeJS.Timeout | undefined;

  const { codexHome, cwd, threadId, turnId } = options;
  let lock: Disposable | undefined;
  /** Tried again where there was no folder yet, or somebody undid something there. */
  const hold = (): void => {
    lock ??= shareFolder(codexHome, cwd);
  };
  hold();
  const opened = (): Checkpoint => {
    if (checkpoint !== undefined) return checkpoint;
    const made = createCheckpoint(codexHome, {
      ...{ version: 1, threadId, turnId, cwd, startedAt, endedAt: null },
      ...{ snapshot: null, uncovered: null, patched: {}, left: {}, undone: null },
    });
    hold();
    pulse = setInterval(() => markAlive(made), ALIVE_MS).unref();
    checkpoint = made;
    return made;
  };
  const attempt = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      if (checkpoint !== undefined) checkpoint.record.uncovered = messageOf(error);
    }
  };
  /** Whether anything ran that may have changed a file. */
  let used = false;
  const look = (): Promise<void> => (snapshot ??= takeSnapshot(opened, options));
  const beforeWork = (): Promise<void> => {
    used = true;
    hold();
    return look();
  };
  if (options.when === "early" && options.writes) void look();

  return {
    beforeWork,
    async beforeCommand(argv, confinement) {
      const mayWrite = confinement.type === "none" || options.writes;
      if (mayWrite && !isSafe({ words: argv, literal: true })) await beforeWork();
    },
    beforePatch: (paths) =>
      attempt(() => {
        used = true;
        hold();
        const { folder, record } = opened();
        const { keep } = fileKeeper(folder, `p${Object.keys(record.patched).length}-`, {
          mayRead: options.readable(),
        });
        for (const path of paths) {
          record.patched[path] ??= { at: Date.now(), before: keep(path), bornAt: bornAt(path) };
        }
        saveCheckpoint(opened());
      }),
    end() {
      clearInterval(pulse);
      attempt(() => {
        if (checkpoint === undefined) return;
        const unneeded = checkpoint;
        if (!used) return void snapshot?.then(() => attempt(() => removeCheckpoint(unneeded)));
        checkpoint.record.endedAt = Date.now();
        saveCheckpoint(checkpoint);
      });
      lock?.[Symbol.dispose](); // last: who undoes now reads what was saved
    },
  };
}

/** A checkpoint that cannot be had costs only the undoing: the turn goes on. */
async function takeSnapshot(opened: () => Checkpoint, options: TurnCheckpointOptions): Promise<void> {
  let checkpoint: Checkpoint | undefined;
  try {
    checkpoint = opened();
    const taken = await snapshotOf(checkpoint, options);
    if (typeof taken === "string") checkpoint.record.uncovered = taken;
    else checkpoint.record.snapshot = taken;
    saveCheckpoint(checkpoint);
  } catch (error) {
    if (checkpoint !== undefined) checkpoint.record.uncovered = messageOf(error);
  }
}

/** Or why there is none. */
async function snapshotOf(
  checkpoint: Checkpoint,
  options: TurnCheckpointOptions,
): Promise<Snapshot | string> {
  const { cwd, env, codexHome } = options;
  const { folder, record } = checkpoint;
  const earlier = checkpointBefore(codexHome, record);
  const { keep } = fileKeeper(folder, "s", { mayRead: options.readable(), earlier });
  const kept = (paths: readonly string[]) => Object.fromEntries(paths.map((path) => [path, keep(path)]));
  const takenAt = Date.now();
  const tree = workTreeAt(cwd);
  if (tree !== undefined) {
    const changed = await changedFiles(tree, cwd, options);
    if (changed === null) return "git could not tell which files had changed";
    if (changed.length > MAX_CHANGED) return `more than ${MAX_CHANGED} files were not committed`;
    if (existsSync(tree.index)) copyFileSync(tree.index, join(folder, INDEX), constants.COPYFILE_FICLONE);
    return { takenAt, type: "git", files: kept(changed.map(({ path }) => path)) };
  }
  if (cwd === homeFolder(env) || dirname(cwd) === cwd) return "the folder is too large to be kept";
  const files = filesBelow(cwd);
  return files === null
    ? "the folder is too large to be kept"
    : { takenAt, type: "walk", files: kept(files) };
}
