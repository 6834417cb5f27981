// What a session may do: the approval policy and the sandbox, from flags, layers and trust (config.md 3, 9).

import { join } from "node:path";
import type { ApprovalPolicy, PermissionProfile, SandboxMode, SandboxPolicy } from "../protocol/policy";
import { UserError } from "../util/user-error";
import type { ConfigLayer, TrustLevel } from "./config";
import { type CompiledProfile, compileProfile, type ProfilePlace } from "./permission-profiles";
import type { ConfigToml } from "./schema";

export type PermissionFlags = {
  readonly sandboxMode?: SandboxMode | undefined;
  readonly approvalPolicy?: ApprovalPolicy | undefined;
  /** No approvals and no sandbox. */
  readonly bypass?: boolean | undefined;
};

export type Permissions = {
  readonly approvalPolicy: ApprovalPolicy;
  /** A summary of `permissionProfile` when there is one. */
  readonly sandboxPolicy: SandboxPolicy;
  /** Of a profile of the user's own; undefined when a mode or a built-in profile decides. */
  readonly permissionProfile: PermissionProfile | undefined;
  readonly warnings: readonly string[];
};

/**
 * Flags win; else the last layer that names a sandbox mode or a permission profile; else trust decides.
 * @param layers lowest precedence first, enabled ones only
 * @throws UserError for a permission profile that is not there or cannot be enforced
 */
export function resolvePermissions(
  toml: ConfigToml,
  layers: readonly ConfigLayer[],
  trust: TrustLevel | undefined,
  flags: PermissionFlags,
  place: ProfilePlace,
): Permissions {
  const choice = chooseSandbox(toml, layers, flags);
  checkProfiles(toml, choice);
  const approval = approvalPolicy(toml, trust, flags);
  if (choice.type !== "profile" || BUILT_IN_PROFILES.has(choice.name) || isOpenWindows(toml)) {
    const policy = sandboxPolicy(toml, choice, trust);
    return { approvalPolicy: approval, sandboxPolicy: policy, permissionProfile: undefined, warnings: [] };
  }
  return { approvalPolicy: approval, ...profilePermissions(choice.name, toml, place) };
}

/** What a profile of the user's own allows. @throws UserError for one that is not there or cannot be enforced */
export function profilePermissions(
  name: string,
  { permissions = {} }: Pick<ConfigToml, "permissions">,
  place: ProfilePlace,
): Omit<Permissions, "approvalPolicy" | "permissionProfile"> & {
  readonly permissionProfile: PermissionProfile;
} {
  const { profile, warnings } = compileProfile(name, permissions, place);
  return { sandboxPolicy: summaryOf(profile, place), permissionProfile: profile, warnings };
}

/** The policy of a sandbox mode, with `[sandbox_workspace_write]` applied to workspace-write. */
export function policyOfMode(
  mode: SandboxMode,
  options: ConfigToml["sandbox_workspace_write"],
): SandboxPolicy {
  switch (mode) {
    case "read-only":
      return { type: "read-only" };
    case "danger-full-access":
      return { type: "danger-full-access" };
    case "workspace-write": {
      const roots = options?.writable_roots ?? [];
      return {
        type: "workspace-write",
        ...(roots.length > 0 ? { writable_roots: roots } : {}),
        network_access: options?.network_access ?? false,
        exclude_tmpdir_env_var: options?.exclude_tmpdir_env_var ?? false,
        exclude_slash_tmp: options?.exclude_slash_tmp ?? false,
      };
    }
    default:
      return mode satisfies never;
  }
}

type SandboxChoice =
  | { readonly type: "mode"; readonly mode: SandboxMode }
  | { readonly type: "profile"; readonly name: string }
  | { readonly type: "by_trust" };

const BUILT_IN_PROFILES: ReadonlyMap<string, SandboxMode> = new Map([
  [":read-only", "read-only"],
  [":workspace", "workspace-write"],
  [":danger-full-access", "danger-full-access"],
]);

function chooseSandbox(
  toml: ConfigToml,
  layers: readonly ConfigLayer[],
  flags: PermissionFlags,
): SandboxChoice {
  if (flags.bypass) return { type: "mode", mode: "danger-full-access" };
  if (flags.sandboxMode !== undefined) return { type: "mode", mode: flags.sandboxMode };
  const profile: SandboxChoice = { type: "profile", name: toml.default_permissions ?? "" };
  const fromFlags = layers.find((layer) => layer.source.type === "session_flags");
  if (fromFlags && Object.hasOwn(fromFlags.toml, "default_permissions")) return profile;
  const sets = (layer: ConfigLayer, key: string) => Object.hasOwn(layer.toml, key);
  const last = layers.findLast((layer) => sets(layer, "sandbox_mode") || sets(layer, "default_permissions"));
  if (last === undefined) return { type: "by_trust" };
  if (sets(last, "default_permissions")) return profile;
  return toml.sandbox_mode === undefined ? { type: "by_trust" } : { type: "mode", mode: toml.sandbox_mode };
}

function sandboxPolicy(
  toml: ConfigToml,
  choice: SandboxChoice,
  trust: TrustLevel | undefined,
): SandboxPolicy {
  const options = toml.sandbox_workspace_write;
  switch (choice.type) {
    case "mode":
      return policyOfMode(withoutWindowsSandbox(choice.mode, toml), options);
    case "profile":
      return policyOfMode(
        withoutWindowsSandbox(BUILT_IN_PROFILES.get(choice.name) ?? "workspace-write", toml),
        undefined,
      );
    case "by_trust":
      return policyOfMode(
        withoutWindowsSandbox(trust === undefined ? "read-only" : "workspace-write", toml),
        options,
      );
    default:
      return choice satisfies never;
  }
}

/** On Windows without its sandbox nothing would hold a command back, so it may not write. */
function withoutWindowsSandbox(mode: SandboxMode, toml: ConfigToml): SandboxMode {
  return isOpenWindows(toml) && mode === "workspace-write" ? "read-only" : mode;
}

function isOpenWindows(toml: ConfigToml): boolean {
  return process.platform === "win32" && toml.windows?.sandbox === undefined;
}

/** The mode that comes nearest to a profile, for people and for session files. */
function summaryOf(profile: CompiledProfile["profile"], { cwd, codexHome }: ProfilePlace): SandboxPolicy {
  const network = profile.network === "enabled";
  const write = profile.file_system.entries
    .filter(({ access }) => access === "write")
    .map(({ path }) => path);
  const writes = (kind: string) => write.some((path) => path.type === "special" && path.value.kind === kind);
  const folders = [
    ...(writes("root") ? ["/"] : []),
    ...write.flatMap((one) => (one.type === "path" ? [one.path] : [])),
  ];
  if (!folders.includes(cwd) && !writes("root")) {
    return network ? { type: "read-only", network_access: true } : { type: "read-only" };
  }
  return policyOfMode("workspace-write", {
    writable_roots: folders.filter((folder) => folder !== cwd && folder !== join(codexHome, "memories")),
    network_access: network,
    exclude_tmpdir_env_var: !writes("tmpdir"),
    exclude_slash_tmp: !writes("slash_tmp"),
  });
}

function approvalPolicy(
  toml: ConfigToml,
  trust: TrustLevel | undefined,
  flags: PermissionFlags,
): ApprovalPolicy {
  if (flags.bypass) return "never";
  if (flags.approvalPolicy !== undefined) return flags.approvalPolicy;
  const configured = toml.approval_policy;
  if (configured === undefined) return trust === "untrusted" ? "untrusted" : "on-request";
  if (typeof configured === "string") return configured;
  return { granular: { skill_approval: false, request_permissions: false, ...configured.granular } };
}

function checkProfiles(toml: ConfigToml, choice: SandboxChoice): void {
  const profiles = toml.permissions ?? {};
  const names = Object.keys(profiles);
  const reserved = names.find((name) => name.startsWith(":"));
  if (reserved !== undefined) {
    throw new UserError(`permissions profile \`${reserved}\` uses a reserved built-in profile prefix`);
  }
  if (choice.type !== "profile") {
    if (names.length === 0 || choice.type === "mode" || toml.default_permissions !== undefined) return;
    throw new UserError("config defines `[permissions]` profiles but does not set `default_permissions`");
  }
  const { name } = choice;
  if (BUILT_IN_PROFILES.has(name)) return;
  if (name.startsWith(":")) {
    throw new UserError(`default_permissions refers to unknown built-in profile \`${name}\``);
  }
  if (toml.permissions === undefined)
    throw new UserError("default_permissions requires a `[permissions]` table");
  if (!Object.hasOwn(profiles, name)) {
    throw new UserError(`default_permissions refers to undefined profile \`${name}\``);
  }
}
