// Compiles a named permission profile of `[permissions]` to what the sandbox enforces (config.md 9.3, sandbox.md 1.2).

import { isAbsolute, join, normalize } from "node:path";
import type { Access, PermissionEntry, PermissionPath, PermissionProfile } from "../protocol/policy";
import { UserError } from "../util/user-error";
import type { TomlTable } from "./config";
import { absolutePath, mergeTables } from "./merge";
import type { ConfigToml } from "./schema";
import { isTable } from "./toml-text";

export type ProfileTable = NonNullable<ConfigToml["permissions"]>;

/** Where a profile is applied; all absolute. */
export type ProfilePlace = {
  readonly cwd: string;
  readonly home: string;
  readonly codexHome: string;
  /** Folders of --add-dir: workspace roots beside `cwd`. */
  readonly addDirs: readonly string[];
};

type ManagedProfile = Extract<PermissionProfile, { type: "managed" }> & {
  readonly file_system: { readonly type: "restricted" };
};

export type CompiledProfile = {
  readonly profile: ManagedProfile;
  readonly warnings: readonly string[];
};

/**
 * Compiles the profile with its parents, the parents first; a child's keys replace theirs.
 * @throws UserError for what config.md 9.3 forbids, and for network rules that nothing here enforces
 */
export function compileProfile(name: string, profiles: ProfileTable, place: ProfilePlace): CompiledProfile {
  const { builtIn, chain } = inheritance(name, profiles);
  const merged = chain.reduce<TomlTable>(mergeTables, builtIn === undefined ? {} : BASES[builtIn]);
  const network = tableOf(merged["network"]);
  refuseNetworkRules(name, network);
  const roots = [place.cwd, ...place.addDirs, ...workspaceRoots(merged["workspace_roots"], place)];
  const { glob_scan_max_depth: depth, ...filesystem } = tableOf(merged["filesystem"]);
  if (typeof depth === "number" && depth < 1) throw new UserError("glob_scan_max_depth must be at least 1");
  const memories = builtIn === ":workspace" ? [pathEntry(join(place.codexHome, "memories"), "write")] : [];
  const own = Object.entries(filesystem).flatMap(([key, value]) =>
    entriesOf(key, value, [...new Set(roots)], place.home),
  );
  const profile = {
    type: "managed",
    file_system: {
      type: "restricted",
      entries: [...own, ...memories],
      ...(typeof depth === "number" ? { glob_scan_max_depth: depth } : {}),
    },
    network: network["enabled"] === true ? "enabled" : "restricted",
  } as const;
  return { profile, warnings: warningsOf(name, own) };
}

/** The profiles that others may extend, in the form of a config table. */
const BASES = {
  ":read-only": { filesystem: { ":root": "read" } },
  ":workspace": {
    filesystem: {
      ":root": "read",
      ":workspace_roots": { ".": "write", ".git": "read", ".agents": "read", ".codex": "read" },
      ":slash_tmp": "write",
      ":tmpdir": "write",
    },
  },
} as const;

type Base = keyof typeof BASES;

const SPECIAL_KINDS = new Map([
  [":root", "root"],
  [":minimal", "minimal"],
  [":tmpdir", "tmpdir"],
  [":slash_tmp", "slash_tmp"],
] as const);

/** The built-in profile at the end of the line of parents, if any, and the user's, oldest first. */
function inheritance(
  name: string,
  profiles: ProfileTable,
): { readonly builtIn: Base | undefined; readonly chain: readonly TomlTable[] } {
  const seen: string[] = [];
  const chain: TomlTable[] = [];
  let at = name;
  for (;;) {
    if (seen.includes(at)) {
      const cycle = [...seen.slice(seen.indexOf(at)), at].join(" -> ");
      throw new UserError(`permissions profile inheritance cycle detected: ${cycle}`);
    }
    const profile = Object.hasOwn(profiles, at) ? profiles[at] : undefined;
    if (profile === undefined) {
      throw new UserError(
        `permissions profile \`${seen.at(-1) ?? name}\` extends undefined profile \`${at}\``,
      );
    }
    seen.push(at);
    chain.unshift(spelledOut(profile));
    const parent = profile.extends;
    if (parent === undefined) return { builtIn: undefined, chain };
    if (parent === ":read-only" || parent === ":workspace") return { builtIn: parent, chain };
    if (parent.startsWith(":")) {
      throw new UserError(
        `permissions profile \`${at}\` cannot extend unsupported built-in profile \`${parent}\``,
      );
    }
    at = parent;
  }
}

/** A single access for the workspace roots stands for the roots themselves, so that it merges with a parent's table. */
function spelledOut(profile: TomlTable): TomlTable {
  const filesystem = tableOf(profile["filesystem"]);
  const roots = filesystem[":workspace_roots"];
  if (typeof roots !== "string") return profile;
  return { ...profile, filesystem: { ...filesystem, ":workspace_roots": { ".": roots } } };
}

function workspaceRoots(value: unknown, { cwd, home }: ProfilePlace): readonly string[] {
  return Object.entries(tableOf(value)).flatMap(([path, isOn]) =>
    isOn === true ? [absolutePath(path, cwd, home)] : [],
  );
}

function entriesOf(
  key: string,
  value: unknown,
  roots: readonly string[],
  home: string,
): readonly PermissionEntry[] {
  if (key === ":workspace_roots") {
    const pairs = Object.entries(isTable(value) ? value : { ".": value });
    return roots.flatMap((root) => pairs.map(([sub, access]) => subEntry(root, sub, accessOf(access))));
  }
  if (key.startsWith(":")) return [specialEntry(key, value)];
  if (key !== "~" && !key.startsWith("~/") && !isAbsolute(key)) {
    throw new UserError(`filesystem path \`${key}\` must be absolute, use \`~/...\`, or start with \`:\``);
  }
  const path = absolutePath(key, "/", home);
  if (isTable(value)) {
    return Object.entries(value).map(([sub, access]) => subEntry(path, sub, accessOf(access)));
  }
  return [globOrPath(path, accessOf(value), (access) => globRefusal("path", key, access))];
}

function specialEntry(key: string, value: unknown): PermissionEntry {
  // The map is keyed by the few names it knows; any other text finds nothing.
  const kind = SPECIAL_KINDS.get(key as ":root");
  if (kind === undefined) {
    const path: PermissionPath = { type: "special", value: { kind: "unknown", path: key } };
    return { path, access: isTable(value) ? "read" : accessOf(value) };
  }
  if (isTable(value)) throw new UserError(`filesystem path \`${key}\` does not support nested entries`);
  return { path: { type: "special", value: { kind } }, access: accessOf(value) };
}

function subEntry(root: string, sub: string, access: Access): PermissionEntry {
  if (sub === ".") return pathEntry(root, access);
  if (isAbsolute(sub) || sub.split("/").some((part) => part === "." || part === ".." || part === "")) {
    throw new UserError(
      `filesystem subpath \`${sub}\` must be a descendant path without \`.\` or \`..\` components`,
    );
  }
  return globOrPath(join(root, sub), access, (given) => globRefusal("subpath", sub, given));
}

/** A trailing `/**` means the folder itself; any other pattern can only deny. */
function globOrPath(path: string, access: Access, refusal: (access: Access) => UserError): PermissionEntry {
  if (!isGlob(path)) return pathEntry(path, access);
  if (access === "deny") return { path: { type: "glob_pattern", pattern: path }, access };
  const folder = path.replace(/\/\*\*$/, "");
  if (isGlob(folder)) throw refusal(access);
  return pathEntry(folder === "" ? "/" : folder, access);
}

function isGlob(path: string): boolean {
  return /[*?[]/.test(path);
}

function globRefusal(kind: "path" | "subpath", text: string, access: Access): UserError {
  const help =
    kind === "path" ? `; use an exact path or trailing \`/**\` for \`${access}\` subtree access` : "";
  return new UserError(`filesystem glob ${kind} \`${text}\` only supports \`deny\` access${help}`);
}

function pathEntry(path: string, access: Access): PermissionEntry {
  return { path: { type: "path", path: normalize(path) }, access };
}

/** The schema has let through nothing but these words. */
function accessOf(value: unknown): Access {
  return value === "read" || value === "write" ? value : "deny";
}

function refuseNetworkRules(name: string, network: TomlTable): void {
  const rule = Object.keys(network).find(
    (key) => key !== "enabled" && !(key === "mode" && network[key] === "full"),
  );
  if (rule === undefined) return;
  throw new UserError(
    `permissions profile \`${name}\` sets \`network.${rule}\`, which this version cannot enforce. ` +
      "Remove it, and choose between `network.enabled = true` and `false`.",
  );
}

function warningsOf(name: string, entries: readonly PermissionEntry[]): readonly string[] {
  const unknown = entries.flatMap(({ path }) =>
    path.type === "special" && path.value.kind === "unknown" ? [path.value.path] : [],
  );
  const notRecognized = [...new Set(unknown)].map(
    (path) =>
      `Configured filesystem path \`${path}\` is not recognized by this version of Codex and will be ignored. ` +
      "Upgrade Codex if this path is required.",
  );
  if (entries.length > unknown.length) return notRecognized;
  return [
    ...notRecognized,
    `Permissions profile \`${name}\` does not define any recognized filesystem entries for this version of Codex. ` +
      "Filesystem access will remain restricted. Upgrade Codex if this profile expects filesystem permissions.",
  ];
}

function tableOf(value: unknown): TomlTable {
  return isTable(value) ? value : {};
}
