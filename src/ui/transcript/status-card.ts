// The card of /status: what this session works with, and what it has used (tui.md 6.5).

import type { ApprovalPolicy, SandboxPolicy } from "../../protocol/policy";
import type { CollaborationMode, ThreadUsage } from "../../protocol/thread";
import { cutMiddle, cells } from "../text/wrap";
import { framed, frameRoom, productLine } from "./card";
import { oneLine, shownPath, type Layout } from "./layout";
import { windowName } from "./notes";

const USAGE_PAGE = "https://chatgpt.com/codex/settings/usage";
const BAR_CELLS = 20;
/** From the beginning of a label to that of its value. */
const VALUE_COLUMN = 22;

export type StatusCard = {
  readonly version: string;
  readonly model: string;
  /** As set; undefined: the model's default. */
  readonly effort: string | undefined;
  readonly summaries: string;
  /** Undefined for the provider that everybody has. */
  readonly provider: { readonly name: string; readonly baseUrl: string } | undefined;
  readonly approvalPolicy: ApprovalPolicy;
  readonly sandboxPolicy: SandboxPolicy;
  /** Of the permission profile that is in force. */
  readonly profileName?: string | undefined;
  readonly collaborationMode: CollaborationMode;
  /** Absolute. */
  readonly agentsMdFiles: readonly string[];
  /** `user@example.com (Plus)`, or what else is used to sign in. */
  readonly account: string | undefined;
  /** Whether limits are looked up on the account's page. */
  readonly chatGptAccount: boolean;
  readonly sessionId: string;
  readonly threadName: string | undefined;
  readonly forkedFrom: string | undefined;
  readonly usage: ThreadUsage;
  readonly now: Date;
};

export function statusCardLines(status: StatusCard, layout: Layout): string[] {
  const { theme } = layout;
  const groups = [identityRows(status, layout), usageRows(status)];
  const labels = groups.flat().map(([label]) => cells(label) + 4);
  const width = Math.max(VALUE_COLUMN, ...labels);
  const room = Math.max(8, frameRoom(layout) - 1 - width);
  const rows = groups.map((group) =>
    group.map(([label, value]) => {
      const shown = label === "Directory" ? cutMiddle(value, room) : value;
      return `${theme.dim(`${label}:`.padEnd(width))}${shown}`;
    }),
  );
  const link = status.chatGptAccount ? [`See ${theme.link(USAGE_PAGE)} for limits and credits`, ""] : [];
  const [identity = [], usage = []] = rows;
  const lines = [productLine(status.version, layout), "", ...link, ...identity, "", ...usage];
  return framed(
    lines.map((line) => ` ${line}`),
    layout,
  );
}

type Row = readonly [label: string, value: string];

function identityRows(status: StatusCard, layout: Layout): Row[] {
  const { provider, account, threadName, forkedFrom } = status;
  const files = status.agentsMdFiles.map((path) => shownPath(path, layout)).join(", ");
  const folder = shownPath(layout.cwd, { ...layout, cwd: "" });
  return [
    [
      "Model",
      `${oneLine(status.model)} (reasoning ${status.effort ?? "none"}, summaries ${status.summaries})`,
    ],
    ...(provider === undefined
      ? []
      : [["Model provider", oneLine(`${provider.name} - ${provider.baseUrl}`)] as const]),
    ["Directory", folder],
    ["Permissions", permissionsText(status.approvalPolicy, status.sandboxPolicy, layout, status.profileName)],
    ["Agents.md", files === "" ? "<none>" : files],
    ...(account === undefined ? [] : [["Account", oneLine(account)] as const]),
    ...(threadName === undefined ? [] : [["Thread name", oneLine(threadName)] as const]),
    ["Collaboration mode", status.collaborationMode === "plan" ? "Plan" : "Default"],
    ["Session", status.sessionId],
    ...(forkedFrom === undefined ? [] : [["Forked from", forkedFrom] as const]),
  ];
}

function usageRows({ usage, now }: StatusCard): Row[] {
  const { total, last, contextWindow } = usage;
  const input = Math.max(0, total.input_tokens - total.cached_input_tokens);
  const output = total.output_tokens;
  const rows: Row[] = [
    ["Token usage", `${tokens(input + output)} total  (${tokens(input)} input + ${tokens(output)} output)`],
  ];
  const left = contextLeft(usage);
  if (left !== undefined && last !== undefined && contextWindow !== null) {
    const used = `${tokens(last.total_tokens)} used / ${tokens(contextWindow)}`;
    rows.push(["Context window", `${left}% left (${used})`]);
  }
  const limits = limitRows(usage.rateLimits, now);
  return [...rows, ...(limits.length === 0 ? [["Limits", "data not available yet"] as const] : limits)];
}

/** Percent of the context window that is free; undefined while that is not known. */
export function contextLeft({
  last,
  contextWindow,
}: Pick<ThreadUsage, "last" | "contextWindow">): number | undefined {
  if (last === undefined || contextWindow === null || contextWindow <= 0) return undefined;
  return Math.min(100, Math.max(0, Math.round((1 - last.total_tokens / contextWindow) * 100)));
}

/** `Workspace with network access [/data] (Ask for approval)`; of a profile its name, and what comes nearest to it. */
export function permissionsText(
  approval: ApprovalPolicy,
  sandbox: SandboxPolicy,
  paths: Pick<Layout, "cwd" | "home">,
  profileName?: string,
): string {
  const policy = typeof approval === "string" ? approval : "granular";
  const asks = policy === "on-request" ? "Ask for approval" : policy;
  if (profileName !== undefined) return `Profile ${oneLine(profileName)} (${sandbox.type}, ${asks})`;
  switch (sandbox.type) {
    case "danger-full-access":
      return policy === "never" ? "Full Access" : `No Sandbox (${asks})`;
    case "external-sandbox":
      return `Custom (external-sandbox, ${policy})`;
    case "read-only":
      return `Read Only${sandbox.network_access === true ? " with network access" : ""} (${asks})`;
    case "workspace-write": {
      const network = sandbox.network_access ? " with network access" : "";
      const roots = (sandbox.writable_roots ?? []).map((root) => shownPath(root, paths)).join(", ");
      return `Workspace${network}${roots === "" ? "" : ` [${roots}]`} (${asks})`;
    }
    default:
      return sandbox satisfies never;
  }
}

/** `7.5K`, `258K`, `1.25M`. */
export function tokens(count: number): string {
  for (const [size, unit] of [
    [1_000_000, "M"],
    [1000, "K"],
  ] as const) {
    if (count < size) continue;
    const value = count / size;
    return `${Number(value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0))}${unit}`;
  }
  return String(count);
}

function limitRows(limits: unknown, now: Date): Row[] {
  const { primary, secondary, credits } = (limits ?? {}) as Record<string, unknown>;
  const rows = [primary, secondary].flatMap((window): Row[] => {
    const {
      used_percent: used,
      window_minutes: minutes,
      resets_at: resets,
    } = (window ?? {}) as Record<string, unknown>;
    if (typeof used !== "number") return [];
    const name = windowName(typeof minutes === "number" ? minutes : null);
    const left = Math.min(100, Math.max(0, Math.round(100 - used)));
    const full = Math.round((left / 100) * BAR_CELLS);
    const bar = `[${"█".repeat(full)}${"░".repeat(BAR_CELLS - full)}]`;
    const when = typeof resets === "number" ? ` (resets ${resetTime(new Date(resets * 1000), now)})` : "";
    return [[`${name.charAt(0).toUpperCase()}${name.slice(1)} limit`, `${bar} ${left}% left${when}`]];
  });
  return [...rows, ...creditRows(credits)];
}

function creditRows(credits: unknown): Row[] {
  const { has_credits: has, unlimited, balance } = (credits ?? {}) as Record<string, unknown>;
  if (has !== true) return [];
  if (unlimited === true) return [["Credits", "Unlimited"]];
  return typeof balance === "string" ? [["Credits", oneLine(balance)]] : [];
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `14:05`, with the day when it is another one; local time. */
function resetTime(time: Date, now: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}`;
  if (time.toDateString() === now.toDateString()) return clock;
  return `${clock} on ${time.getDate()} ${MONTHS[time.getMonth()]}`;
}
