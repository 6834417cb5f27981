// Follows a path through symbolic links, and tells which: who can change one of them decides where the path ends.

import { lstatSync, readlinkSync } from "node:fs";
import { dirname, join } from "node:path";

/** As many as the kernel follows. */
const MAX_LINKS = 40;

export type Followed = {
  /** Where the path led, without links; undefined when that does not exist. */
  readonly real: string | undefined;
  /** The places of the links, each canonical but for itself, in the order in which they were met. */
  readonly links: readonly string[];
};

/**
 * One look at each name: what it gives fits together even while somebody exchanges folders and links, so that whoever
 * opens `real` without following links opens what the links that are told led to, or nothing.
 * @param path absolute
 */
export function followPath(path: string): Followed {
  const links: string[] = [];
  const names = namesOf(path);
  let at = "/";
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    const next = name === ".." ? dirname(at) : join(at, name);
    const target = name === ".." ? undefined : linkTarget(next);
    if (target === undefined) {
      at = next;
      continue;
    }
    links.push(next);
    if (links.length > MAX_LINKS) return { real: undefined, links };
    if (target.startsWith("/")) at = "/";
    names.unshift(...namesOf(target));
  }
  return { real: exists(at) ? at : undefined, links };
}

function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

/** Undefined for what is no link, does not exist or cannot be reached. */
function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

function exists(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}
