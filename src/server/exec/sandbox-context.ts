// The sandbox that a client asks for around a file operation: its wire form, and whether it needs a process of its own (exec-server.md 6).

import { isAbsolute } from "node:path";
import type { PermissionEntry, PermissionPath, PermissionProfile, SpecialPath } from "../../protocol/policy";
import { boolean, oneOf, optional, path, required, struct, withDefault, type Decode } from "../rpc/decode";
import { INVALID_PARAMS, INVALID_REQUEST, isRecord, RpcFailure } from "../rpc/message";

export type SandboxContext = { readonly permissions: PermissionProfile; readonly cwd: string };

/** Patterns that begin so are relative to the folder of the sandbox. */
const PROJECT_PATTERN = "codex-project-roots://";

const wire = struct("FileSystemSandboxContext", {
  permissions: required(readProfile),
  cwd: optional(path),
  windowsSandboxLevel: required(oneOf("disabled", "restricted-token", "elevated")),
  windowsSandboxPrivateDesktop: withDefault(boolean, false),
  useLegacyLandlock: withDefault(boolean, false),
});

/** @throws RpcFailure when it is faulty, or needs a folder and has none */
export const sandboxContext: Decode<SandboxContext> = (value) => {
  const { permissions, cwd } = wire(value);
  if (cwd !== undefined) return { permissions, cwd };
  if (isDynamic(permissions)) {
    throw new RpcFailure(
      INVALID_REQUEST,
      "file system sandbox context with dynamic permissions requires cwd",
    );
  }
  return { permissions, cwd: process.cwd() };
};

/** Whether it restricts writing or reading files at all. */
export function restrictsFiles({ permissions }: SandboxContext): boolean {
  if (permissions.type !== "managed" || permissions.file_system.type === "unrestricted") return false;
  const { entries } = permissions.file_system;
  const opensRoot = ({ path: at, access }: PermissionEntry) =>
    at.type === "special" && at.value.kind === "root" && access === "write";
  return !entries.some(opensRoot) || entries.some(({ access }) => access !== "write");
}

function isDynamic(profile: PermissionProfile): boolean {
  if (profile.type !== "managed" || profile.file_system.type === "unrestricted") return false;
  return profile.file_system.entries.some(({ path: at }) => {
    if (at.type === "glob_pattern") return !isAbsolute(at.pattern);
    return at.type === "special" && at.value.kind === "project_roots";
  });
}

function readProfile(value: unknown): PermissionProfile {
  if (!isRecord(value)) return mismatch();
  switch (value.type) {
    case "disabled":
      return { type: "disabled" };
    case "external":
      return { type: "external", network: networkOf(value.network) };
    case "managed":
      return {
        type: "managed",
        file_system: readFiles(value.file_system),
        network: networkOf(value.network),
      };
    default:
      return mismatch();
  }
}

function readFiles(value: unknown): Extract<PermissionProfile, { type: "managed" }>["file_system"] {
  if (!isRecord(value)) return mismatch();
  if (value.type === "unrestricted") return { type: "unrestricted" };
  if (value.type !== "restricted" || !Array.isArray(value.entries)) return mismatch();
  return { type: "restricted", entries: value.entries.map(readEntry) };
}

function readEntry(value: unknown): PermissionEntry {
  if (!isRecord(value)) return mismatch();
  const access = value.access === "none" ? "deny" : value.access;
  if (access !== "read" && access !== "write" && access !== "deny") return mismatch();
  return { path: readPath(value.path), access };
}

function readPath(value: unknown): PermissionPath {
  if (!isRecord(value)) return mismatch();
  switch (value.type) {
    case "path":
      return { type: "path", path: path(value.path) };
    case "glob_pattern":
      if (typeof value.pattern !== "string") return mismatch();
      return { type: "glob_pattern", pattern: value.pattern.replace(PROJECT_PATTERN, "") };
    case "special":
      return { type: "special", value: readSpecial(value.value) };
    default:
      return mismatch();
  }
}

function readSpecial(value: unknown): SpecialPath {
  if (!isRecord(value)) return mismatch();
  const { kind, subpath } = value;
  if (subpath !== undefined && subpath !== null && typeof subpath !== "string") return mismatch();
  const below = typeof subpath === "string" ? { subpath } : {};
  switch (kind) {
    case "root":
    case "minimal":
    case "tmpdir":
    case "slash_tmp":
      return { kind };
    case "project_roots":
    case "current_working_directory":
      return { kind: "project_roots", ...below };
    case "unknown":
      return { kind, path: String(value.path), ...below };
    default:
      return mismatch();
  }
}

function networkOf(value: unknown): "restricted" | "enabled" {
  return value === "restricted" || value === "enabled" ? value : mismatch();
}

function mismatch(): never {
  throw new RpcFailure(INVALID_PARAMS, "data did not match any variant of untagged enum PermissionProfileDe");
}
