// The parts that the status line and the terminal title are made of, by their ids (tui.md 10).

import type { ThreadSettings, ThreadUsage } from "../../protocol/thread";
import { VERSION } from "../../util/version";
import { shownPath } from "../transcript/layout";
import { contextLeft, tokens } from "../transcript/status-card";

/** What is known at the moment; an item without data is left out. */
export type LineData = {
  readonly settings: ThreadSettings;
  readonly cwd: string;
  readonly home: string;
  readonly projectRoot: string;
  readonly branch: string | undefined;
  readonly usage: ThreadUsage | undefined;
  readonly threadId: string | undefined;
  readonly threadName: string | undefined;
  readonly state: "Ready" | "Working" | "Waiting";
  readonly permissions: string;
  /** Of the plan that the model follows. */
  readonly progress: { readonly done: number; readonly of: number } | undefined;
};

/** Other names of items, as older configurations have them. */
const ALIASES: Readonly<Record<string, string>> = {
  "model-name": "model",
  project: "project-name",
  "project-root": "project-name",
  status: "run-state",
  approval: "approval-mode",
  "context-usage": "context-used",
  "session-id": "thread-id",
};

type Item = {
  readonly id: string;
  readonly description: string;
  readonly text: (data: LineData) => string | undefined;
};

export const LINE_ITEMS: readonly Item[] = [
  { id: "model", description: "Name of the model", text: ({ settings }) => settings.model },
  {
    id: "model-with-reasoning",
    description: "Model and how hard it thinks",
    text: ({ settings }) => `${settings.model} ${settings.effort ?? "default"}`,
  },
  { id: "reasoning", description: "How hard the model thinks", text: ({ settings }) => settings.effort },
  {
    id: "current-dir",
    description: "Working directory",
    text: ({ cwd, home }) => shownPath(cwd, { cwd: "", home }),
  },
  {
    id: "project-name",
    description: "Name of the project's folder",
    text: ({ projectRoot }) => projectRoot.split(/[\\/]/).findLast((part) => part !== "") ?? projectRoot,
  },
  { id: "git-branch", description: "Branch of the repository", text: ({ branch }) => branch },
  { id: "pull-request-number", description: "Pull request of the branch", text: nothing },
  { id: "branch-changes", description: "Changes of the branch", text: nothing },
  { id: "run-state", description: "Whether a turn runs", text: ({ state }) => state },
  { id: "permissions", description: "What commands may do", text: ({ permissions }) => permissions },
  {
    id: "approval-mode",
    description: "When you are asked",
    text: ({ settings: { approvalPolicy } }) =>
      typeof approvalPolicy === "string" ? approvalPolicy : "granular",
  },
  {
    id: "context-remaining",
    description: "Room left in the context",
    text: ({ usage }) => withPercent(usage, (left) => `${left}% context left`),
  },
  {
    id: "context-used",
    description: "Part of the context in use",
    text: ({ usage }) => withPercent(usage, (left) => `${100 - left}% context used`),
  },
  {
    id: "five-hour-limit",
    description: "Rest of the 5h limit",
    text: ({ usage }) => limitLeft(usage, "primary", "5h"),
  },
  {
    id: "weekly-limit",
    description: "Rest of the weekly limit",
    text: ({ usage }) => limitLeft(usage, "secondary", "weekly"),
  },
  { id: "codex-version", description: "Version of this program", text: () => `v${VERSION}` },
  {
    id: "context-window-size",
    description: "Size of the context",
    text: ({ usage }) => {
      const size = usage?.contextWindow ?? null;
      return size === null ? undefined : `${tokens(size)} window`;
    },
  },
  { id: "used-tokens", description: "Tokens used", text: ({ usage }) => counted(usage, usedTokens, "used") },
  {
    id: "total-input-tokens",
    description: "Tokens sent",
    text: ({ usage }) => counted(usage, ({ total }) => total.input_tokens, "in"),
  },
  {
    id: "total-output-tokens",
    description: "Tokens received",
    text: ({ usage }) => counted(usage, ({ total }) => total.output_tokens, "out"),
  },
  { id: "thread-id", description: "Id of the conversation", text: ({ threadId }) => threadId },
  { id: "fast-mode", description: "Service tier", text: nothing },
  { id: "raw-output", description: "Raw output mode", text: nothing },
  { id: "thread-title", description: "Name of the conversation", text: ({ threadName }) => threadName },
  {
    id: "task-progress",
    description: "Steps of the plan",
    text: ({ progress }) => (progress === undefined ? undefined : `${progress.done}/${progress.of} steps`),
  },
];

/** Texts of the items in the order given, without those that have no data and those that are none. */
export function lineTexts(ids: readonly string[], data: LineData): readonly string[] {
  return ids.map((id) => lineItem(id)?.text(data) ?? "").filter((text) => text !== "");
}

/** By its id, or another name of it. */
export function lineItem(id: string): Item | undefined {
  const name = ALIASES[id] ?? id;
  return LINE_ITEMS.find((item) => item.id === name);
}

function nothing(): undefined {
  return undefined;
}

function withPercent(usage: ThreadUsage | undefined, text: (left: number) => string): string | undefined {
  const left = usage === undefined ? undefined : contextLeft(usage);
  return left === undefined ? undefined : text(left);
}

function usedTokens({ total }: ThreadUsage): number {
  return total.input_tokens - total.cached_input_tokens + total.output_tokens;
}

function counted(
  usage: ThreadUsage | undefined,
  count: (usage: ThreadUsage) => number,
  word: string,
): string | undefined {
  if (usage === undefined || count(usage) === 0) return undefined;
  return `${tokens(count(usage))} ${word}`;
}

/** Of a snapshot as the server gave it: `{"primary": {"used_percent": 28}}` */
function limitLeft(
  usage: ThreadUsage | undefined,
  window: "primary" | "secondary",
  name: string,
): string | undefined {
  const limits = usage?.rateLimits;
  if (typeof limits !== "object" || limits === null || !(window in limits)) return undefined;
  const found: unknown = Reflect.get(limits, window);
  if (typeof found !== "object" || found === null || !("used_percent" in found)) return undefined;
  return `${name} ${Math.max(0, Math.round(100 - Number(found.used_percent)))}%`;
}
