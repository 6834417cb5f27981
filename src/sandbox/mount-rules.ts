// Works out which paths are opened, protected and hidden, and in which order (sandbox.md 1.3 to 1.5 and 2.2).

import { lstatSync, realpathSync, type Stats } from "node:fs";
import { dirname, join } from "node:path";
import type { MountRule, NamespaceConfinement, Passage } from "../exec/confinement";
import type { FileSystemPermission } from "../protocol/policy";
import { componentsOf, denyGlobs, isWithin, resolvedEntries, type Place } from "./entries";
import { gitPointerTargets } from "./git-pointer";
import { followPath } from "./links";
import { PROTECTED_NAMES } from "./policy";

export type MountRules = {
  readonly type: "rules";
  readonly tree: NamespaceConfinement["tree"];
  /** Parents before children. */
  readonly mounts: readonly MountRule[];
};

/** Commands get a private one, /dev/shm included; a writable root below it (`TMPDIR=/dev/shm`) is theirs already. */
const DEVICES = "/dev";

/** Two sentences for a person. */
export type RefusedRules = { readonly type: "refused"; readonly reason: string; readonly fix: string };

/**
 * Looks at the disk as it is now. Roots that do not exist are skipped; what cannot be enforced is refused. CODEX_HOME is
 * protected wherever it lies: its settings and rules say what runs without a sandbox.
 */
export function mountRules(
  permission: Extract<FileSystemPermission, { type: "restricted" }>,
  place: Place & { readonly codexHome: string },
): MountRules | RefusedRules {
  const entries = resolvedEntries(permission, place);
  const globs = denyGlobs(permission);
  if (globs.length > 0) {
    return refused(
      `The sandbox cannot hide files by pattern (${globs[0]}).`,
      "Name the files or folders one by one in the permission profile.",
    );
  }
  if (!entries.some(({ path, access }) => path === "/" && access !== "deny")) {
    return refused(
      "The sandbox cannot limit what commands read to a few folders.",
      'Give `":root" = "read"` in the permission profile, and `deny` for what must stay hidden.',
    );
  }
  const followed = paths(entries, "write").map((path) => ({ path, ...followPath(path) }));
  const write = followed.flatMap(({ real }) => real ?? []).filter((path) => !isWithin(path, DEVICES));
  if (
    followed.some(({ path, real }) => path === place.cwd && real !== undefined && isWithin(real, DEVICES))
  ) {
    return refused(
      `The sandbox cannot open ${place.cwd} for writing: commands have a ${DEVICES} of their own.`,
      `Work in a folder outside ${DEVICES}, for example below /tmp.`,
    );
  }
  for (const { path, links } of followed) {
    const loose = links.find((link) => write.some((root) => isWithin(dirname(link), root)));
    if (loose !== undefined) return leadsThroughLink(path, loose);
  }
  const deny = paths(entries, "deny");
  const tree = write.includes("/") ? "open" : "sealed";
  const open = write.filter((path) => path !== "/" && tree === "sealed");
  const roots = tree === "open" ? ["/"] : open;
  const kept = protectedPaths(roots, write, [...paths(entries, "read"), place.codexHome]);
  const link = kept.find((path) => statOf(path)?.isSymbolicLink() === true);
  if (link !== undefined) return crossesLink(link);

  const hide = deny.flatMap((denied) => hidden(denied, roots));
  const shown = paths(entries, "read")
    .flatMap(canonical)
    .filter((path) => hide.some((rule) => rule.path !== path && isWithin(path, rule.path)));

  const rules = new Map<string, MountRule>();
  for (const path of open) rules.set(path, { type: "open", path });
  for (const path of kept) rules.set(path, protect(path));
  for (const path of shown) rules.set(path, { type: "protect", path, missing: "skip" });
  for (const rule of hide) rules.set(rule.path, rule);
  for (const path of pins([...rules.keys()], roots)) {
    if (!rules.has(path)) rules.set(path, { type: "pin", path });
  }
  const sorted = [...rules.values()].sort((a, b) => componentsOf(a.path) - componentsOf(b.path));
  return { type: "rules", tree, mounts: withPassages(sorted) };
}

/** Names at the top of each root, what a `.git` file points to, and entries that say so; unless something says otherwise. */
function protectedPaths(
  roots: readonly string[],
  write: readonly string[],
  read: readonly string[],
): readonly string[] {
  const names = roots.flatMap((root) => PROTECTED_NAMES.map((name) => join(root, name)));
  const pointed = roots.flatMap((root) => gitPointerTargets(join(root, ".git")));
  const explicit = read.filter((path) => path !== "/").flatMap(inRealFolder);
  return [...new Set([...names, ...pointed, ...explicit])]
    .filter((path) => !write.includes(path))
    .filter((path) => roots.some((root) => root !== path && isWithin(path, root)));
}

function protect(path: string): MountRule {
  return { type: "protect", path: firstMissing(path), missing: "create" };
}

function hidden(path: string, roots: readonly string[]): readonly MountRule[] {
  const [real] = canonical(path);
  if (real === "/") return [];
  if (real === undefined) {
    const [place] = inRealFolder(path);
    const creatable = place !== undefined && roots.some((root) => isWithin(place, root));
    return creatable ? [protect(place)] : [];
  }
  const what = statOf(real)?.isDirectory() === true ? "directory" : "file";
  return [{ type: "hide", path: real, what, passage: [] }];
}

/** Folders between a root and what lies deeper in it: renaming one would move a protected path out of its place. */
function pins(deeper: readonly string[], roots: readonly string[]): readonly string[] {
  return deeper.flatMap((path) => {
    const root = roots
      .filter((candidate) => candidate !== path && isWithin(path, candidate))
      .toSorted((a, b) => b.length - a.length)[0];
    if (root === undefined) return [];
    const between: string[] = [];
    for (let at = dirname(path); at !== root && at !== "/"; at = dirname(at)) between.push(at);
    return between.filter((folder) => statOf(folder)?.isDirectory() === true);
  });
}

/** What lies below a hidden folder and is not hidden itself needs a way through it. */
function withPassages(rules: readonly MountRule[]): readonly MountRule[] {
  return rules.flatMap((rule): readonly MountRule[] => {
    if (rule.type === "pin" && ruleAbove(rule.path, rules)?.type === "hide") return [];
    if (rule.type !== "hide" || rule.what === "file") return [rule];
    const inside = rules.filter(({ path, type }) => type !== "pin" && ruleAbove(path, rules) === rule);
    const passage = new Map<string, Passage>();
    for (const { path } of inside) {
      for (const folder of foldersBetween(rule.path, path))
        passage.set(folder, { path: folder, what: "directory" });
      passage.set(path, { path, what: statOf(path)?.isDirectory() === true ? "directory" : "file" });
    }
    return [
      { ...rule, passage: [...passage.values()].sort((a, b) => componentsOf(a.path) - componentsOf(b.path)) },
    ];
  });
}

/** The one that governs the place where a path is: the deepest above it. */
function ruleAbove(path: string, rules: readonly MountRule[]): MountRule | undefined {
  const above = rules.filter(
    (rule) => rule.type !== "pin" && rule.path !== path && isWithin(path, rule.path),
  );
  return above.toSorted((a, b) => b.path.length - a.path.length)[0];
}

function foldersBetween(top: string, path: string): readonly string[] {
  const folders: string[] = [];
  for (let at = dirname(path); at !== top; at = dirname(at)) folders.push(at);
  return folders;
}

function paths(
  entries: readonly { readonly path: string; readonly access: string }[],
  access: string,
): readonly string[] {
  return [...new Set(entries.filter((entry) => entry.access === access).map(({ path }) => path))];
}

/** The real path, or nothing when it does not exist or cannot be reached. */
function canonical(path: string): readonly string[] {
  try {
    return [realpathSync(path)];
  } catch (error) {
    if (error instanceof Error && "code" in error) return [];
    throw error;
  }
}

/** The path with its folder made real, so that a link at its end is still seen as one. */
function inRealFolder(path: string): readonly string[] {
  const at = firstMissing(path);
  const rest = path.slice(dirname(at).length);
  return canonical(dirname(at)).map((folder) => join(folder, rest));
}

/** The path, or the first folder of it that does not exist: to keep that from being made keeps the path from being made. */
function firstMissing(path: string): string {
  let missing = path;
  for (let at = dirname(path); statOf(at) === undefined && at !== "/"; at = dirname(at)) missing = at;
  return missing;
}

function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

function crossesLink(path: string): RefusedRules {
  return refused(
    `The sandbox cannot keep ${path} read-only because it is a symbolic link in a writable folder.`,
    "Replace the link with what it points to.",
  );
}

/** A command could make the link lead to any folder, and the next command would find that writable. */
function leadsThroughLink(path: string, link: string): RefusedRules {
  return refused(
    `The sandbox cannot open ${path} for writing because the symbolic link ${link}, in a writable folder, decides where it is.`,
    "Name the folder that it leads to, or replace the link with a folder.",
  );
}

function refused(reason: string, fix: string): RefusedRules {
  return { type: "refused", reason, fix };
}
