// A thread as the protocol shows it, whether it is loaded or lies in its session file (app-server.md 6).

import type { Config } from "../../config/config";
import type { SessionMeta, SessionSource } from "../../protocol/rollout";
import { threadNames } from "../../rollout/names";
import { readSummary, type ThreadSummary } from "../../rollout/summary";
import { VERSION } from "../../util/version";
import { sandboxPolicyOut } from "../app/params";
import type { LiveThread, ThreadStatus } from "./live-thread";

export type ThreadOut = Readonly<Record<string, unknown>> & { readonly id: string };

const SOURCES: readonly unknown[] = ["cli", "vscode", "exec", "unknown"];

/** With what its file says, once there is one. */
export function liveThreadOut(live: LiveThread, turns: readonly object[] = []): ThreadOut {
  const { thread, config } = live;
  const path = thread.rolloutPath;
  const summary = path === undefined ? undefined : readSummary({ path, id: live.id });
  const seconds = Math.floor(live.openedAt / 1000);
  const common = { status: live.status(), turns, ephemeral: live.ephemeral };
  if (summary !== undefined) {
    const preview = summary.preview ?? live.preview();
    return { ...storedThreadOut({ ...summary, preview }, nameOf(live)), ...common };
  }
  return {
    id: live.id,
    sessionId: live.id,
    forkedFromId: null,
    parentThreadId: null,
    preview: live.preview(),
    ephemeral: live.ephemeral,
    modelProvider: config.modelProviderId,
    createdAt: seconds,
    updatedAt: seconds,
    status: common.status,
    path: thread.plannedPath ?? null,
    cwd: thread.settings().cwd ?? config.cwd,
    cliVersion: VERSION,
    source: "vscode",
    threadSource: "user",
    agentNickname: null,
    agentRole: null,
    gitInfo: null,
    name: nameOf(live) ?? null,
    turns,
  };
}

/** One that is not loaded, unless `status` says otherwise. */
export function storedThreadOut(
  { id, path, meta, preview, createdAt, updatedAt }: ThreadSummary,
  name: string | undefined,
  status: ThreadStatus = { type: "notLoaded" },
  turns: readonly object[] = [],
): ThreadOut {
  return {
    id,
    sessionId: meta.parent_thread_id ?? id,
    forkedFromId: meta.forked_from_id ?? null,
    parentThreadId: meta.parent_thread_id ?? null,
    preview: preview ?? "",
    ephemeral: false,
    modelProvider: meta.model_provider ?? "",
    createdAt: Math.floor(createdAt.getTime() / 1000),
    updatedAt: Math.floor(updatedAt.getTime() / 1000),
    status,
    path,
    cwd: meta.cwd,
    cliVersion: meta.cli_version,
    source: sourceOut(meta.source),
    threadSource: threadSourceOut(meta.thread_source),
    agentNickname: null,
    agentRole: null,
    gitInfo: gitOut(meta.git),
    name: name ?? null,
    turns,
  };
}

/** The kind by which lists are filtered. */
export function sourceKind(source: SessionSource): string {
  const out = sourceOut(source);
  if (typeof out === "string") return out;
  const subagent = "subAgent" in out ? out.subAgent : undefined;
  switch (subagent) {
    case undefined:
      return "unknown";
    case "review":
      return "subAgentReview";
    case "compact":
      return "subAgentCompact";
    default:
      return typeof subagent === "object" && subagent !== null && "thread_spawn" in subagent
        ? "subAgentThreadSpawn"
        : "subAgentOther";
  }
}

/** What opening a thread answers with. */
export function openedOut(live: LiveThread, turns: readonly object[]): Readonly<Record<string, unknown>> {
  const { thread, config } = live;
  const settings = thread.settings();
  const cwd = settings.cwd ?? config.cwd;
  return {
    thread: liveThreadOut(live, turns),
    model: settings.model,
    modelProvider: config.modelProviderId,
    serviceTier: settings.serviceTier ?? null,
    cwd,
    runtimeWorkspaceRoots: [cwd],
    instructionSources: thread.agentsMdFiles,
    approvalPolicy: settings.approvalPolicy,
    approvalsReviewer: "user",
    sandbox: sandboxPolicyOut(settings.sandboxPolicy),
    activePermissionProfile: profileOf(config),
    reasoningEffort: settings.effort ?? null,
  };
}

/** What later turns will use, for clients that follow every change of it. */
export function settingsOut({ thread, config, id }: LiveThread): Readonly<Record<string, unknown>> {
  const settings = thread.settings();
  const { model, effort = null, collaborationMode: mode } = settings;
  const threadSettings = {
    cwd: settings.cwd ?? config.cwd,
    approvalPolicy: settings.approvalPolicy,
    approvalsReviewer: "user",
    sandboxPolicy: sandboxPolicyOut(settings.sandboxPolicy),
    activePermissionProfile: profileOf(config),
    model,
    modelProvider: config.modelProviderId,
    serviceTier: settings.serviceTier ?? null,
    effort,
    summary: settings.summary ?? null,
    collaborationMode: {
      mode,
      settings: { model, reasoning_effort: effort, developer_instructions: null },
    },
    personality: config.toml.personality ?? null,
  };
  return { threadId: id, threadSettings };
}

function profileOf({ toml, permissionProfile }: Config): object | null {
  if (permissionProfile === undefined || toml.default_permissions === undefined) return null;
  return { id: toml.default_permissions, extends: null };
}

function nameOf({ config, id }: LiveThread): string | undefined {
  return threadNames(config.codexHome).get(id);
}

function sourceOut(source: SessionSource): string | Readonly<Record<string, unknown>> {
  if (SOURCES.includes(source)) return String(source);
  if (source === "mcp" || source === "app_server") return "appServer";
  if (typeof source === "string") return "unknown";
  if (typeof source["custom"] === "string") return { custom: source["custom"] };
  return "subagent" in source ? { subAgent: source["subagent"] } : "unknown";
}

function threadSourceOut(source: string | undefined): string | null {
  return source !== undefined && ["user", "subagent", "memory_consolidation"].includes(source)
    ? source
    : null;
}

function gitOut(git: SessionMeta["git"]): object | null {
  if (git === undefined) return null;
  const { commit_hash: sha = null, branch = null, repository_url: originUrl = null } = git;
  return sha === null && branch === null && originUrl === null ? null : { sha, branch, originUrl };
}
