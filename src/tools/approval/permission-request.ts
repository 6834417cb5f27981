// What a shell call asks for beyond the sandbox: read from its arguments, refused where it may not ask, and added to the profile (approvals.md 6).

import { resolve } from "node:path";
import type { AdditionalPermissions } from "../../protocol/approvals";
import type { PermissionEntry, PermissionProfile } from "../../protocol/policy";
import {
  permissionRefusal,
  type PermissionRequest,
  type SandboxPermissions,
  type ShellTool,
} from "../../rules/refusal";
import { stringArgument, type Arguments } from "../arguments";
import type { ToolContext } from "../tool";

/** The text for a call that asks for more than may be asked for, to be answered before anything else; else undefined. */
export function refusedRequest(
  tool: ShellTool,
  given: Arguments,
  { approvalPolicy, config }: Pick<ToolContext, "approvalPolicy" | "config">,
): string | undefined {
  const enabled = config.features.get("exec_permission_approvals") === true;
  const request = { permissions: permissionsOf(given), additional: additionalOf(given) };
  return permissionRefusal(tool, request, approvalPolicy, enabled);
}

/** The schema has let nothing else pass. */
export function permissionsOf(given: Arguments): SandboxPermissions {
  const asked = stringArgument(given, "sandbox_permissions");
  return (asked ?? "use_default") as SandboxPermissions;
}

/** Null unless the call asks for them, which `refusedRequest` has let pass. Relative paths are taken from `cwd`. */
export function additionalPermissions(given: Arguments, cwd: string): AdditionalPermissions | null {
  if (permissionsOf(given) !== "with_additional_permissions") return null;
  const asked = tableOf(given["additional_permissions"]);
  const files = tableOf(asked["file_system"]);
  const absolute = (paths: readonly string[]) => paths.map((path) => resolve(cwd, path));
  return {
    network: tableOf(asked["network"])["enabled"] === true,
    read: absolute(stringsOf(files["read"])),
    write: absolute(stringsOf(files["write"])),
  };
}

/** The profile with these added. One that restricts nothing stays as it is. */
export function widenedProfile(
  profile: PermissionProfile,
  { network, read, write }: AdditionalPermissions,
): PermissionProfile {
  if (profile.type !== "managed") return profile;
  const connected = network ? { ...profile, network: "enabled" as const } : profile;
  if (connected.file_system.type === "unrestricted") return connected;
  const entry = (access: "read" | "write") => (path: string) =>
    ({ path: { type: "path", path }, access }) satisfies PermissionEntry;
  const entries = [
    ...connected.file_system.entries,
    ...read.map(entry("read")),
    ...write.map(entry("write")),
  ];
  return { ...connected, file_system: { ...connected.file_system, entries } };
}

function additionalOf(given: Arguments): PermissionRequest["additional"] {
  const asked = given["additional_permissions"] ?? null;
  if (asked === null) return "absent";
  const { network, file_system } = tableOf(asked);
  const files = tableOf(file_system);
  const named = [...stringsOf(files["read"]), ...stringsOf(files["write"])].length > 0;
  return named || tableOf(network)["enabled"] === true ? "given" : "empty";
}

function tableOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function stringsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
