// What happens in a turn, as front ends see it. Printers turn these into `exec --json` lines, terminal lines or app-server items.

import type { UserQuestion } from "./questions";

/** Keyed by absolute source path (apply-patch.md 10). */
export type FileChange =
  | { readonly type: "add"; readonly path: string; readonly content: string }
  | { readonly type: "delete"; readonly path: string; readonly content: string }
  | {
      readonly type: "update";
      readonly path: string;
      readonly unifiedDiff: string;
      readonly movePath: string | null;
    };

export type AgentMessage = {
  readonly type: "agent_message";
  readonly id: string;
  readonly text: string;
  readonly phase: string | null;
};

export type Reasoning = {
  readonly type: "reasoning";
  readonly id: string;
  readonly summary: readonly string[];
  readonly raw: readonly string[];
};

export type CommandExecution = {
  readonly type: "command_execution";
  /** The call id; unique in the thread. */
  readonly id: string;
  /** argv, shell wrapper included. */
  readonly command: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  /** stdout and stderr as they came, bounded. */
  readonly aggregatedOutput: string;
  /** Null while running; -1 when it did not run to an exit (declined, killed by an interrupt). */
  readonly exitCode: number | null;
  readonly durationMs: number | null;
  readonly status: "in_progress" | "completed" | "failed" | "declined";
  /** Who wanted it; the model, unless the user typed it behind `!`. Absent: the model. */
  readonly source?: "agent" | "user_shell";
};

/** A call that waits for a command in the background, or types into it. Started and completed. */
export type TerminalInteraction = {
  readonly type: "terminal_interaction";
  readonly id: string;
  /** The script that runs there, without the shell around it. */
  readonly command: string;
  /** What is typed; empty when it only waits. */
  readonly input: string;
  /** The command's own item, and its handle; unknown of one that is read from a session file. */
  readonly execution?: { readonly itemId: string; readonly processId: number };
};

export type FileChangeItem = {
  readonly type: "file_change";
  readonly id: string;
  /** Sorted by path. */
  readonly changes: readonly FileChange[];
  readonly status: "in_progress" | "completed" | "failed" | "declined";
  /** What the patch printed; set when it has ended. */
  readonly stdout?: string;
  readonly stderr?: string;
};

export type McpToolCall = {
  readonly type: "mcp_tool_call";
  readonly id: string;
  readonly server: string;
  readonly tool: string;
  readonly arguments: unknown;
  readonly result: {
    readonly content: readonly unknown[];
    readonly _meta?: unknown;
    readonly structured_content: unknown;
  } | null;
  readonly error: { readonly message: string } | null;
  readonly durationMs: number | null;
  readonly status: "in_progress" | "completed" | "failed";
};

export type WebSearch = {
  readonly type: "web_search";
  readonly id: string;
  readonly query: string;
  readonly action: unknown;
};

export type PlanStep = { readonly step: string; readonly status: "pending" | "in_progress" | "completed" };

export type Plan = {
  readonly type: "plan";
  readonly id: string;
  readonly explanation: string | null;
  readonly steps: readonly PlanStep[];
};

export type ImageView = { readonly type: "image_view"; readonly id: string; readonly path: string };

/** What the model proposes in plan mode, as Markdown. */
export type ProposedPlan = { readonly type: "proposed_plan"; readonly id: string; readonly text: string };

/** Questions of the model and what was answered, by question id; null while they are open, or when nobody answered. */
export type Questions = {
  readonly type: "questions";
  readonly id: string;
  readonly questions: readonly UserQuestion[];
  readonly answers: Readonly<Record<string, readonly string[]>> | null;
};

export type ThreadItem =
  | AgentMessage
  | Reasoning
  | CommandExecution
  | TerminalInteraction
  | FileChangeItem
  | McpToolCall
  | WebSearch
  | Plan
  | ProposedPlan
  | Questions
  | ImageView;
