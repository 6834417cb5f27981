// Finds the symbolic links that a path leads through: who can change one of them decides where the path ends.

import { readlinkSync } from "node:fs";
import { dirname, join } from "node:path";

/** As many as the kernel follows. */
const MAX_LINKS = 40;

/**
 * @param path absolute
 * @returns the places of the links, canonical but for the link itself, in the order in which they are met; links within the
 *   targets of links are among them
 */
export function linksOnTheWay(path: string): readonly string[] {
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
    if (links.length === MAX_LINKS) return links;
    if (target.startsWith("/")) at = "/";
    names.unshift(...namesOf(target));
  }
  return links;
}

function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

/** Undefined for what is no link, or does not exist. */
function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}
