// Resolves the entries of a permission profile to paths: special names, `$TMPDIR`, `/tmp` (sandbox.md 1.2).

import { statSync } from "node:fs";
import { isAbsolute, join, normalize } from "node:path";
import type { Access, FileSystemPermission, PermissionPath } from "../protocol/policy";

/** Where a profile is applied. `cwd` is absolute; `env` is that of this program. */
export type Place = {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
};

export type ResolvedEntry = { readonly path: string; readonly access: Access };

type Restricted = Extract<FileSystemPermission, { type: "restricted" }>;

/** What a program needs to run at all (sandbox.md 2.4). */
const MINIMAL = ["/bin", "/sbin", "/usr", "/etc", "/lib", "/lib64", "/nix/store", "/run/current-system/sw"];

/** In the order of the profile. Globs and names of other versions give nothing; see `denyGlobs`. */
export function resolvedEntries(permission: Restricted, place: Place): readonly ResolvedEntry[] {
  return permission.entries.flatMap(({ path, access }) =>
    pathsOf(path, place).map((resolved) => ({ path: clean(resolved), access })),
  );
}

/** Patterns of what may not be read. */
export function denyGlobs(permission: Restricted): readonly string[] {
  return permission.entries.flatMap(({ path }) => (path.type === "glob_pattern" ? [path.pattern] : []));
}

/** Whether `path` is `folder` or lies below it; both absolute and normalised. */
export function isWithin(path: string, folder: string): boolean {
  if (process.platform === "win32") return isWithinOnWindows(path.toLowerCase(), folder.toLowerCase());
  return path === folder || path.startsWith(folder === "/" ? "/" : `${folder}/`);
}

/** `/` stands for all drives. */
function isWithinOnWindows(path: string, folder: string): boolean {
  return folder === "/" || path === folder || path.startsWith(folder.endsWith("\\") ? folder : `${folder}\\`);
}

/** How many names a path has: 0 for the root. */
export function componentsOf(path: string): number {
  return path.split(process.platform === "win32" ? /[\\/]/ : "/").filter((name) => name !== "").length;
}

function pathsOf(path: PermissionPath, { cwd, env }: Place): readonly string[] {
  if (path.type === "path") return [path.path];
  if (path.type === "glob_pattern") return [];
  switch (path.value.kind) {
    case "root":
      return ["/"];
    case "minimal":
      return MINIMAL;
    case "project_roots":
      return [join(cwd, path.value.subpath ?? "")];
    case "tmpdir":
      if (process.platform === "win32") return [env.TEMP, env.TMP].filter(isAbsolutePath);
      return env.TMPDIR !== undefined && isAbsolute(env.TMPDIR) ? [env.TMPDIR] : [];
    case "slash_tmp":
      if (process.platform === "win32") return [];
      return statSync("/tmp", { throwIfNoEntry: false })?.isDirectory() === true ? ["/tmp"] : [];
    case "unknown":
      return [];
    default:
      return path.value satisfies never;
  }
}

function isAbsolutePath(path: string | undefined): path is string {
  return path !== undefined && isAbsolute(path);
}

function clean(path: string): string {
  if (process.platform === "win32") return path === "/" ? path : cleanOnWindows(path);
  const normal = normalize(path);
  return normal.length > 1 ? normal.replace(/\/+$/, "") : normal;
}

/** But for that of a drive, no path ends in a separator. */
function cleanOnWindows(path: string): string {
  const normal = normalize(path);
  return /^[a-z]:\\$/i.test(normal) ? normal : normal.replace(/\\+$/, "");
}
