// What a front end may see and change of a thread between its turns.

import type { TokenUsage } from "./events";
import type { ApprovalPolicy, PermissionProfile, SandboxPolicy } from "./policy";

/** `plan`: the model looks and asks, and proposes a plan instead of changing files. */
export type CollaborationMode = "default" | "plan";

export type ReasoningSummary = "auto" | "concise" | "detailed" | "none";

/** What the next turn uses; changed between turns. */
export type ThreadSettings = {
  /** Slug. */
  readonly model: string;
  /** Undefined: the model's default. */
  readonly effort: string | undefined;
  /** The same in plan mode; `none` asks for no thinking. */
  readonly planEffort: string | undefined;
  readonly approvalPolicy: ApprovalPolicy;
  readonly sandboxPolicy: SandboxPolicy;
  /** A profile of the user's own that is in force: then the policy only comes nearest to it. */
  readonly permissionProfile?: NamedProfile | undefined;
  /** Absolute: where commands and patches work. */
  readonly cwd?: string;
  /** How much of its reasoning the model sums up; undefined: its default. */
  readonly summary?: ReasoningSummary | undefined;
  /** Undefined: none is asked for. */
  readonly serviceTier?: string | undefined;
  readonly collaborationMode: CollaborationMode;
  /** What the user answered about Landlock, in place of what the configuration says. */
  readonly allowLandlock?: boolean;
};

/** One of `[permissions]`. */
export type NamedProfile = { readonly name: string; readonly profile: PermissionProfile };

/** What the user accepts before commands can run where the sandbox is only Landlock. */
export type LandlockTerms = {
  /** Why it is not more, as part of a sentence, and what to do about that, as another. */
  readonly cause: string;
  readonly fix: string;
  readonly network: "open" | "closed";
  /** What it does not do, a sentence each. */
  readonly gaps: readonly string[];
};

/** A model to choose from. */
export type PickerModel = {
  readonly slug: string;
  readonly displayName: string;
  /** One line; empty when the catalog has none. */
  readonly description: string;
  readonly isDefault: boolean;
  readonly efforts: readonly { readonly effort: string; readonly description: string }[];
  readonly defaultEffort: string | undefined;
};

/** The same with what programs want to know. */
export type ListedModel = PickerModel & {
  /** Not offered to people, who may name it all the same. */
  readonly hidden: boolean;
  readonly acceptsImages: boolean;
  /** Whether its tone can be chosen. */
  readonly supportsPersonality: boolean;
  /** Values of `service_tier`. */
  readonly serviceTiers: readonly string[];
};

/** A command of the model that outlived the call which started it. */
export type BackgroundProcess = {
  /** The model's handle, 1,000 to 99,999. */
  readonly id: number;
  /** The script, without the shell around it. */
  readonly command: string;
  readonly cwd: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** The newest lines of its output, at most a few. */
  readonly lastLines: readonly string[];
};

export type McpServerStatus = {
  readonly name: string;
  readonly status: "starting" | "ready" | "failed" | "disabled";
  readonly auth: "unsupported" | "not_logged_in" | "bearer_token" | "oauth";
  /** Command line, or address. */
  readonly where: string;
  /** Names as the server has them, as are those of resources; empty unless it is ready. */
  readonly tools: readonly string[];
  readonly resources: readonly string[];
  readonly resourceTemplates: readonly string[];
  /** Names alone: values may be secrets. */
  readonly environmentNames: readonly string[];
  readonly headerNames: readonly string[];
  /** Why it failed. */
  readonly error?: string;
};

export type UndoResult =
  | {
      readonly type: "restored";
      /** Absolute. */
      readonly files: readonly string[];
      readonly notRestored: readonly { readonly path: string; readonly reason: string }[];
      /** Why more may have changed than is known; a sentence. */
      readonly gap?: string;
    }
  /** No turn of the thread has changed a file that can be put back. */
  | { readonly type: "nothing"; readonly reason: string }
  | { readonly type: "refused"; readonly reason: string };

export type Skill = {
  readonly name: string;
  readonly description: string;
  /** Of its SKILL.md, absolute. */
  readonly path: string;
  readonly scope: "user" | "repo" | "system";
  readonly enabled: boolean;
};

export type ThreadUsage = {
  /** Summed over every response, resumes included. */
  readonly total: TokenUsage;
  /** Of the last response, or an estimate after a compaction; undefined before the first. */
  readonly last: TokenUsage | undefined;
  /** In tokens; what can be used of it. */
  readonly contextWindow: number | null;
  /** The newest snapshot as the server gave it; null before. */
  readonly rateLimits: unknown;
};
