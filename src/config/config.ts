// The shape of a loaded configuration: what the rest of the program reads instead of files and flags.

import type { ApprovalPolicy, PermissionProfile, SandboxPolicy } from "../protocol/policy";
import type { ConfigToml } from "./schema";

/** A TOML table as plain data. */
export type TomlTable = { readonly [key: string]: unknown };

/** Where a layer comes from, lowest precedence first (config.md 2). */
export type LayerSource =
  | { readonly type: "system"; readonly file: string }
  | { readonly type: "user"; readonly file: string }
  | { readonly type: "profile"; readonly file: string; readonly profile: string }
  | { readonly type: "project"; readonly file: string; readonly folder: string }
  | { readonly type: "session_flags" }
  | { readonly type: "legacy_managed"; readonly file: string };

export type ConfigLayer = {
  readonly source: LayerSource;
  /** Values with paths made absolute and forbidden keys taken out; empty when the file is missing. */
  readonly toml: TomlTable;
  /** The file as it was read, for positions in error messages; undefined for flags and missing files. */
  readonly text: string | undefined;
  /** Why the layer is read but not applied (an untrusted project), else undefined. */
  readonly disabledReason: string | undefined;
};

export type Deprecation = { readonly summary: string; readonly details: string };

/** A command that prints a bearer token (config.md 8.3). */
export type ProviderAuthCommand = {
  readonly command: string;
  readonly args: readonly string[];
  readonly timeoutMs: number;
  /** 0 means: only after a 401. */
  readonly refreshIntervalMs: number;
  /** Absolute. */
  readonly cwd: string;
};

/** How to reach a model provider (config.md 8). */
export type ProviderInfo = {
  readonly id: string;
  readonly name: string;
  /** Without a trailing `/responses`. The API's address when nobody configured one. */
  readonly baseUrl: string;
  /** True when nobody configured `baseUrl`: a ChatGPT login then has an address of its own (`baseUrlFor` in auth/). */
  readonly baseUrlIsDefault: boolean;
  readonly envKey: string | undefined;
  readonly envKeyInstructions: string | undefined;
  readonly experimentalBearerToken: string | undefined;
  readonly queryParams: Readonly<Record<string, string>>;
  readonly httpHeaders: Readonly<Record<string, string>>;
  /** Header name to the variable that holds its value; sent only if that is not blank. */
  readonly envHttpHeaders: Readonly<Record<string, string>>;
  readonly requestMaxRetries: number;
  readonly streamMaxRetries: number;
  readonly streamIdleTimeoutMs: number;
  readonly requiresOpenaiAuth: boolean;
  readonly isAzure: boolean;
  readonly auth: ProviderAuthCommand | undefined;
};

export type TrustLevel = "trusted" | "untrusted";

export type Config = {
  /** Absolute and canonical. */
  readonly codexHome: string;
  /** Absolute and canonical. */
  readonly cwd: string;
  /** All enabled layers merged, checked against the schema. */
  readonly toml: ConfigToml;
  /** Lowest precedence first; disabled ones included. */
  readonly layers: readonly ConfigLayer[];
  /** To show at start-up. */
  readonly warnings: readonly string[];
  /** To show once a session. */
  readonly deprecations: readonly Deprecation[];
  /** Every known feature and whether it is on. */
  readonly features: ReadonlyMap<string, boolean>;
  /** The configured model slug; undefined means the catalog's default. */
  readonly model: string | undefined;
  readonly modelProviderId: string;
  readonly provider: ProviderInfo;
  readonly approvalPolicy: ApprovalPolicy;
  readonly sandboxPolicy: SandboxPolicy;
  /** Of a permission profile of the user's own: to be enforced in place of `sandboxPolicy`, which sums it up. */
  readonly permissionProfile: PermissionProfile | undefined;
  /** `--add-dir` folders, absolute; in workspace-write they are writable. */
  readonly writableRootsFlag: readonly string[];
  /** Hooks that nobody has trusted run too, in this run. */
  readonly bypassHookTrust: boolean;
  /** The folder whose markers (`.git`) make it the project; `cwd` when there is none. */
  readonly projectRoot: string;
  readonly trust: TrustLevel | undefined;
  /** The key under `[projects]` that a trust decision for `cwd` is written to: the Git root, else `cwd`. */
  readonly projectTrustKey: string;
  readonly userConfigPath: string;
  /** The file that a setting changed by the program goes to: the profile's when one is active, else the user's. */
  readonly activeConfigPath: string;
};
