// Puts threads out of sight and back again, by moving their files (rollout.md 13, cli.md 3.4).

import { existsSync, mkdirSync, renameSync, utimesSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { UserError, messageOf } from "../util/user-error";
import { locateThread, type LocatedThread } from "./find";
import { threadsNamed } from "./names";
import { archiveFolder, asThreadId, dateFolder } from "./path";

/** Moves a thread's file to the archive. `target` is an id, else an exact name. Returns the id; throws `UserError`. */
export function archiveThread(codexHome: string, target: string): string {
  const { id, path } = find(codexHome, target, "active");
  move(path, archiveFolder(codexHome), "archive");
  return id;
}

/**
 * Moves a thread's file back to the folder of its date, as if it had just been written to. `target` is an id, else an
 * exact name. Returns the id; throws `UserError`.
 */
export function unarchiveThread(codexHome: string, target: string): string {
  const { id, path } = find(codexHome, target, "archived");
  const folder = dateFolder(codexHome, path);
  if (folder === undefined) {
    throw new UserError(`failed to unarchive session: the name of ${path} does not tell its date`);
  }
  const now = new Date();
  utimesSync(move(path, folder, "unarchive"), now, now);
  return id;
}

type State = Exclude<LocatedThread["type"], "missing">;

function find(codexHome: string, target: string, state: State): { id: string; path: string } {
  const id = asThreadId(target);
  if (id === undefined) return findNamed(codexHome, target, state);
  const located = locateThread(codexHome, id);
  if (located.type === state) return { id, path: located.path };
  const verb = state === "active" ? "archive" : "unarchive";
  const reason =
    located.type === "missing"
      ? `no rollout found for thread id ${id}`
      : `session ${id} is ${state === "active" ? "already archived" : "not archived"}`;
  throw new UserError(`failed to ${verb} session: ${reason}`);
}

function findNamed(codexHome: string, name: string, state: State): { id: string; path: string } {
  for (const id of threadsNamed(codexHome, name)) {
    const located = locateThread(codexHome, id);
    if (located.type === state) return { id, path: located.path };
  }
  throw new UserError(`No ${state} session found matching '${name}'.`);
}

function move(path: string, folder: string, verb: "archive" | "unarchive"): string {
  const destination = join(folder, basename(path));
  if (existsSync(destination)) {
    throw new UserError(`failed to ${verb} session: ${destination} exists already`);
  }
  try {
    mkdirSync(dirname(destination), { recursive: true });
    renameSync(path, destination);
    return destination;
  } catch (error) {
    throw new UserError(`failed to ${verb} session: ${messageOf(error)}`, { cause: error });
  }
}
