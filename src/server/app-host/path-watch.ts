// Watches what has a path, now and later: the system's watches stay with the file or folder that had it when they began.

import { statSync, watch, type FSWatcher } from "node:fs";
import { basename, dirname, join } from "node:path";

/** How often it is looked again, when folders come and go meanwhile. */
const TRIES = 5;

/**
 * Tells of changes by path: of a file, of a folder and of the entries of a folder, not of what lies deeper. Nothing need
 * be there, and what is there may be replaced.
 * Throws the system's error when it has no more watches.
 * @param path absolute and canonical
 */
export function watchPath(path: string, tell: (changed: string) => void): Disposable {
  const watchers: FSWatcher[] = [];
  let known = identityOf(path);
  let place: string | undefined;

  const close = () => {
    for (const watcher of watchers.splice(0)) watcher.close();
  };
  const open = (folder: string, listener: (name: string | null) => void) => {
    const watcher = watch(folder, (_event, name) => listener(name));
    watchers.push(watcher);
    watcher.on("error", () => listener(null));
  };
  const isInPlace = () => identityOf(wayTo(path).folder) === place;
  const begin = () => {
    for (let tries = 0; tries < TRIES; tries++) {
      close();
      const { folder, entry } = wayTo(path);
      place = identityOf(folder);
      // The last word of a folder that goes is its own name.
      const ownNames = [null, entry, basename(folder)];
      open(folder, (name) => {
        if (ownNames.includes(name)) look(folder);
      });
      if (isFolder(path)) {
        open(path, (name) => {
          if (identityOf(path) !== known) look(path);
          else tell(name === null ? path : join(path, name));
        });
      }
      if (isInPlace()) return;
    }
  };
  const look = (at: string) => {
    const before = known;
    known = identityOf(path);
    if (known !== before || at === dirname(path)) tell(path);
    if (known === before && isInPlace()) return;
    try {
      begin();
      if (identityOf(path) !== known) tell(path);
      known = identityOf(path);
    } catch (error) {
      if (!(error instanceof Error && "code" in error)) throw error;
      close(); // no more watches: who was told just now looks for himself
    }
  };
  begin();
  return { [Symbol.dispose]: close };
}

/** The nearest folder above that is there, and which entry of it leads to the path. */
function wayTo(path: string): { readonly folder: string; readonly entry: string } {
  const folder = dirname(path);
  return isFolder(folder) || folder === path ? { folder, entry: basename(path) } : wayTo(folder);
}

function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory() === true;
}

/** Undefined for what is not there. What comes next often gets the number of what was there before. */
function identityOf(path: string): string | undefined {
  const stat = statOf(path);
  return stat === undefined ? undefined : `${stat.dev} ${stat.ino} ${stat.birthtimeMs}`;
}

/** What may not be looked at counts as not there. */
function statOf(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}
