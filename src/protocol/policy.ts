// Who may do what: sandbox policies, permission profiles and approval policies in their wire form (sandbox.md 1, approvals.md 1).

export type SandboxMode = "read-only" | "workspace-write" | "danger-full-access";

/** The legacy wire shape, also written to rollouts. */
export type SandboxPolicy =
  | { readonly type: "danger-full-access" }
  | { readonly type: "read-only"; readonly network_access?: boolean }
  | { readonly type: "external-sandbox"; readonly network_access: "restricted" | "enabled" }
  | {
      readonly type: "workspace-write";
      /** Roots beside cwd, /tmp and $TMPDIR; absolute. */
      readonly writable_roots?: readonly string[];
      readonly network_access: boolean;
      readonly exclude_tmpdir_env_var: boolean;
      readonly exclude_slash_tmp: boolean;
    };

export type Access = "read" | "write" | "deny";

export type SpecialPath =
  | { readonly kind: "root" | "minimal" | "tmpdir" | "slash_tmp" }
  | { readonly kind: "project_roots"; readonly subpath?: string }
  | { readonly kind: "unknown"; readonly path: string; readonly subpath?: string };

export type PermissionPath =
  | { readonly type: "path"; readonly path: string }
  | { readonly type: "glob_pattern"; readonly pattern: string }
  | { readonly type: "special"; readonly value: SpecialPath };

export type PermissionEntry = { readonly path: PermissionPath; readonly access: Access };

export type NetworkPermission = "restricted" | "enabled";

export type FileSystemPermission =
  | { readonly type: "unrestricted" }
  | {
      readonly type: "restricted";
      readonly entries: readonly PermissionEntry[];
      readonly glob_scan_max_depth?: number;
    };

/** The canonical form every mode is compiled to (sandbox.md 1.2). */
export type PermissionProfile =
  | {
      readonly type: "managed";
      readonly file_system: FileSystemPermission;
      readonly network: NetworkPermission;
    }
  | { readonly type: "disabled" }
  | { readonly type: "external"; readonly network: NetworkPermission };

export type GranularApproval = {
  readonly sandbox_approval: boolean;
  readonly rules: boolean;
  readonly mcp_elicitations: boolean;
  readonly skill_approval: boolean;
  readonly request_permissions: boolean;
};

export type ApprovalPolicy =
  "untrusted" | "on-failure" | "on-request" | "never" | { readonly granular: GranularApproval };
