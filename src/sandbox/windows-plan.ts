// Plans how Windows is to confine a command: which folders are opened to its token, what stays closed inside them (sandbox.md 4).

import { existsSync, lstatSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { TokenConfinement } from "../exec/confinement";
import type { PermissionProfile } from "../protocol/policy";
import { replaceFile } from "../util/replace-file";
import { denyGlobs, isWithin, resolvedEntries, type Place } from "./entries";
import { gitPointerTargets } from "./git-pointer";
import { PROTECTED_NAMES } from "./policy";

export type WindowsOptions = Place & {
  readonly codexHome: string;
  readonly windows?: WindowsSettings | undefined;
};

/** `[windows]` of the configuration. */
export type WindowsSettings = {
  readonly sandbox?: "unelevated" | "elevated" | undefined;
  readonly sandbox_private_desktop?: boolean | undefined;
};

type Managed = Extract<PermissionProfile, { type: "managed" }>;
type WindowsRefusal = {
  readonly type: "refused";
  readonly reason: string;
  readonly fix: string;
  readonly isOff?: boolean;
};

/** Names of what may be written, made up once and kept, as every version of the reference finds them. */
type CapabilityFile = {
  readonly workspace: string;
  readonly readonly: string;
  readonly workspace_by_cwd: Readonly<Record<string, string>>;
  readonly writable_root_by_path: Readonly<Record<string, string>>;
};

const CAPABILITY_FILE = "cap_sid";
const CAPABILITY = /^S-1-5-21-\d{1,10}-\d{1,10}-\d{1,10}-\d{1,10}$/;
const PRIVATE = 0o600;

/** Only what is asked of people: programs that heed neither reach the network all the same. */
const WITHOUT_NETWORK: Readonly<Record<string, string>> = {
  SBX_NONET_ACTIVE: "1",
  ...Object.fromEntries(
    ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "GIT_HTTP_PROXY", "GIT_HTTPS_PROXY"].map((name) => [
      name,
      "http://127.0.0.1:9",
    ]),
  ),
  NO_PROXY: "localhost,127.0.0.1,::1",
  PIP_NO_INDEX: "1",
  PIP_DISABLE_PIP_VERSION_CHECK: "1",
  NPM_CONFIG_OFFLINE: "true",
  CARGO_NET_OFFLINE: "true",
  GIT_SSH_COMMAND: "cmd /c exit 1",
  GIT_ALLOW_PROTOCOLS: "",
};

/** What a token cannot enforce is refused, in the reference's words. */
export function windowsConfinement(
  profile: Managed,
  options: WindowsOptions,
): TokenConfinement | WindowsRefusal {
  const { file_system: files, network } = profile;
  if (options.windows?.sandbox === undefined) {
    return {
      type: "refused",
      reason: "The sandbox of Windows is switched off.",
      fix: 'Set `sandbox = "unelevated"` under `[windows]` in config.toml.',
      isOff: true,
    };
  }
  if (options.windows?.sandbox === "elevated") {
    return refused(
      "The elevated sandbox of Windows, with users of its own, is not in this build.",
      'Set `sandbox = "unelevated"` under `[windows]`; that one does not keep commands from reading, nor from the network.',
    );
  }
  if (files.type === "unrestricted") {
    return refused(
      `windows sandbox backend cannot enforce file_system=unrestricted, network=${network}, permission_profile=managed; refusing to run unsandboxed.`,
      "Restrict what may be written too, or choose `danger-full-access`.",
    );
  }
  const entries = resolvedEntries(files, options);
  const readsAll = entries.some(({ path, access }) => path === "/" && access !== "deny");
  if (!readsAll) {
    return refused(
      "Restricted read-only access requires the elevated Windows sandbox backend.",
      'Let commands read everything with `":root" = "read"`.',
    );
  }
  if (denyGlobs(files).length > 0 || entries.some(({ access }) => access === "deny")) {
    return refused(
      "windows unelevated restricted-token sandbox cannot enforce split filesystem read restrictions directly; refusing to run unsandboxed.",
      "Leave the `deny` entries out.",
    );
  }
  const roots = existing(entries.filter(({ access }) => access === "write").map(({ path }) => path));
  if (entries.some(({ path, access }) => path === "/" && access === "write")) {
    return refused("The sandbox of Windows cannot open whole drives.", "Name the folders to be written.");
  }
  const protect = protectedPaths(roots, entries, options);
  const linked = protect.find(isLink);
  if (linked !== undefined) {
    return refused(
      `The sandbox cannot protect ${linked} because it is a link.`,
      "Replace it with what it points to.",
    );
  }
  const home = realFolder(options.codexHome);
  const capabilities = capabilitiesOf(roots, options);
  const cwd = realFolder(options.cwd);
  const isOpen = (path: string) => roots.some((root) => isWithin(path, root));
  const guarded = [home, options.env.USERPROFILE, options.env.SystemRoot, cwd];
  return {
    type: "token",
    capabilities: capabilities.length === 0 ? [capabilityFile(options).readonly] : capabilities,
    open: roots.map((path, index) => ({ path, capability: capabilities[index] ?? "" })),
    protect,
    pin: between(roots, protect),
    guarded: [
      ...new Set(guarded.filter((path) => path !== undefined && existsSync(path) && !isOpen(path))),
    ].filter((path) => path !== undefined),
    desktop: options.windows?.sandbox_private_desktop === false ? "shared" : "private",
    environment: network === "restricted" ? WITHOUT_NETWORK : {},
  };
}

/** Parents first, so that what is said of a child counts. */
function existing(paths: readonly string[]): readonly string[] {
  const folders = paths.filter((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true);
  return [...new Set(folders.map(realFolder))].toSorted((a, b) => a.length - b.length);
}

/** Only what exists: there is nothing to put a permission on otherwise. */
function protectedPaths(
  roots: readonly string[],
  entries: ReturnType<typeof resolvedEntries>,
  { codexHome }: WindowsOptions,
): readonly string[] {
  const written = entries.filter(({ access }) => access === "write").map(({ path }) => realFolder(path));
  const named = [
    ...roots.flatMap((root) => PROTECTED_NAMES.map((name) => join(root, name))),
    ...roots.flatMap((root) => gitPointerTargets(join(root, ".git"))),
    ...entries.filter(({ access }) => access === "read").map(({ path }) => path),
    codexHome,
  ];
  const inside = named.filter(
    (path) => path !== "/" && existsSync(path) && roots.some((root) => isWithin(path, root)),
  );
  return [...new Set(inside)].filter((path) => !written.includes(path));
}

function between(roots: readonly string[], protect: readonly string[]): readonly string[] {
  const found = new Set<string>();
  for (const path of protect) {
    for (let folder = dirname(path); roots.some((root) => isWithin(folder, root)); folder = dirname(folder)) {
      if (!roots.includes(folder)) found.add(folder);
      if (folder === dirname(folder)) break;
    }
  }
  return [...found];
}

function capabilitiesOf(roots: readonly string[], options: WindowsOptions): readonly string[] {
  if (roots.length === 0) return [];
  const file = capabilityFile(options);
  const cwd = realFolder(options.cwd);
  const known = (path: string) =>
    path === cwd ? file.workspace_by_cwd[path] : file.writable_root_by_path[path];
  if (roots.every((path) => known(path) !== undefined)) return roots.map((path) => known(path) ?? "");
  const made = new Map(roots.map((path) => [path, known(path) ?? randomCapability()]));
  const others = roots.filter((path) => path !== cwd).map((path) => [path, made.get(path) ?? ""] as const);
  const own = made.get(cwd);
  write(options, {
    ...file,
    workspace_by_cwd: { ...file.workspace_by_cwd, ...(own !== undefined && { [cwd]: own }) },
    writable_root_by_path: { ...file.writable_root_by_path, ...Object.fromEntries(others) },
  });
  return roots.map((path) => made.get(path) ?? "");
}

/** As it is on disk, made if it is not there. */
function capabilityFile(options: WindowsOptions): CapabilityFile {
  const path = join(options.codexHome, CAPABILITY_FILE);
  if (existsSync(path)) return readCapabilities(readFileSync(path, "utf8"));
  const fresh: CapabilityFile = {
    workspace: randomCapability(),
    readonly: randomCapability(),
    workspace_by_cwd: {},
    writable_root_by_path: {},
  };
  write(options, fresh);
  return fresh;
}

/** What is no such name counts as missing: nothing may be opened to Everyone by way of this file. */
export function readCapabilities(text: string): CapabilityFile {
  const found = parsed(text);
  const field = (name: string): unknown =>
    typeof found === "object" && found !== null
      ? Object.entries(found).find(([key]) => key === name)?.[1]
      : {};
  const one = (name: string) => {
    const value = field(name);
    return typeof value === "string" && CAPABILITY.test(value) ? value : randomCapability();
  };
  const table = (name: string): Readonly<Record<string, string>> => {
    const value = field(name);
    const pairs = typeof value === "object" && value !== null ? Object.entries(value) : [];
    return Object.fromEntries(
      pairs.filter(
        (pair): pair is [string, string] => typeof pair[1] === "string" && CAPABILITY.test(pair[1]),
      ),
    );
  };
  return {
    workspace: one("workspace"),
    readonly: one("readonly"),
    workspace_by_cwd: table("workspace_by_cwd"),
    writable_root_by_path: table("writable_root_by_path"),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function write({ codexHome }: WindowsOptions, file: CapabilityFile): void {
  replaceFile(join(codexHome, CAPABILITY_FILE), `${JSON.stringify(file)}\n`, PRIVATE);
}

function randomCapability(): string {
  return `S-1-5-21-${crypto.getRandomValues(new Uint32Array(4)).join("-")}`;
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

/** Without links, as far as it exists. */
function realFolder(path: string): string {
  try {
    return realpathSync.native(path);
  } catch (error) {
    if (error instanceof Error && "code" in error) return path;
    throw error;
  }
}

function refused(reason: string, fix: string): WindowsRefusal {
  return { type: "refused", reason, fix };
}
