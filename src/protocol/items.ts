// What happens in a turn, as front ends see it. Printers turn these into `exec --json` lines, terminal lines or app-server items.

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

export type ThreadItem =
  AgentMessage | Reasoning | CommandExecution | FileChangeItem | McpToolCall | WebSearch | Plan | ImageView;
