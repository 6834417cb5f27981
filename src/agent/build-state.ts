// Builds what the turns of a thread share, from its configuration and its past.

import { delimiter } from "node:path";
import type { LoginSession } from "../auth/session";
import { commandEnvironment } from "../config/shell-environment";
import { notifyOfTurn } from "../exec/detached";
import { userShell } from "../exec/shell";
import type { McpServers } from "../mcp/servers";
import { startTurnDiff } from "../patch/turn-diff";
import type { PermissionProfile, SandboxPolicy } from "../protocol/policy";
import type { Skill } from "../protocol/thread";
import { allowedPrefixes } from "../rules/match";
import { confine } from "../sandbox/confine";
import { profileOf, readable, writableRoots } from "../sandbox/policy";
import type { SessionApprovals } from "../tools/approval/session";
import { NO_CHECKPOINT, turnCheckpoint } from "../tools/checkpoint/turn-checkpoint";
import { goalBook, type GoalBook } from "../tools/goals/book";
import type { ProcessTable } from "../tools/commands/process-table";
import { skillsSection } from "../tools/skills/mention";
import { compactPrompt } from "./compact";
import type { TurnSettings } from "./context";
import { threadSource, type Past } from "./past";
import { openHooks, type FoundHooks } from "./turn-hooks";
import { responseStream } from "./response-stream";
import type { Settings } from "./settings";
import type { ThreadOptions } from "./thread-options";
import type { ThreadState } from "./thread-state";
import { userMessages } from "./user-message";

const DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";
/** More than the model is shown, so that it is told how many there are. */
const MAX_APPROVED_PREFIXES = 1000;

export type ThreadParts = {
  readonly options: ThreadOptions;
  readonly login: LoginSession;
  readonly past: Past;
  readonly settings: Settings;
  readonly mcp: McpServers | undefined;
  readonly processes: ProcessTable;
  readonly approvals: SessionApprovals;
  readonly agentsMd: string | null;
  readonly skills: readonly Skill[];
  readonly hooks: FoundHooks | undefined;
};

export function threadState(parts: ThreadParts): ThreadState {
  const { options, past, settings, mcp, processes, approvals, skills } = parts;
  const { id, log, instructions } = past;
  const { env } = options;
  const { codexHome, toml, writableRootsFlag } = options.config;
  const cwd = () => settings.config().cwd;
  const place = () => ({ cwd: cwd(), codexHome, env, addDirs: writableRootsFlag });
  const profile = () =>
    settings.config().permissionProfile ?? profileOf(settings.config().sandboxPolicy, place());
  const allowLandlock = () => settings.config().toml.sandbox_linux?.allow_landlock;
  const undoing = () => ({
    ...{ codexHome, cwd: cwd(), env },
    confine: (needed: PermissionProfile) =>
      confine(needed, { ...place(), windows: toml.windows, allowLandlock: allowLandlock() }),
    unconfined: profile().type === "disabled",
  });
  const shell = userShell(env);
  const goals = goalsOf(parts);
  const environment = withPathPrefix(
    commandEnvironment(toml.shell_environment_policy ?? {}, env, id),
    options.pathPrefix ?? [],
  );
  const state: ThreadState = {
    id,
    settings,
    get config() {
      return settings.config();
    },
    get model() {
      return settings.model();
    },
    log,
    mcp,
    goals,
    hooks: undefined,
    startSource: options.parent !== undefined ? undefined : (options.startSource ?? beginning(options)),
    instructions,
    skills,
    compactPrompt: compactPrompt(options.config),
    shell,
    environment,
    processes,
    steered: [],
    asides: [],
    outputSchema: undefined,
    running: false,
    baseline: past.baseline,
    usage: past.usage,
    lastUsage: past.lastUsage,
    countedTokens: past.lastUsage?.total_tokens ?? 0,
    generation: 0,
    afterCompaction: undefined,
    rateLimits: null,
    turnSettings: (today) => ({
      ...today,
      ...modelSettings(settings),
      cwd: cwd(),
      shellName: shell.name,
      profile: profile(),
      sandboxPolicy: withFolders(settings.config().sandboxPolicy, writableRootsFlag),
      writableRoots: writableRoots(profile(), place()),
      approvedPrefixes:
        settings.config().approvalPolicy === "never"
          ? []
          : allowedPrefixes(approvals.rules(), MAX_APPROVED_PREFIXES),
      agentsMd: parts.agentsMd,
      skills:
        toml.skills?.include_instructions === false
          ? null
          : skillsSection(skills, settings.model().contextWindow),
      developerInstructions: toml.developer_instructions,
      includePermissions: toml.include_permissions_instructions ?? true,
      includeCollaborationMode: toml.include_collaboration_mode_instructions ?? true,
      includeEnvironment: toml.include_environment_context ?? true,
    }),
    toolContext: (turn) => ({
      ...turn,
      config: settings.config(),
      threadId: id,
      session: { id: options.parent?.sessionId ?? id, source: threadSource(options) },
      cwd: cwd(),
      model: settings.model(),
      approvalPolicy: settings.config().approvalPolicy,
      collaborationMode: settings.current().collaborationMode,
      approvals,
      profile: profile(),
      confine: (widened) =>
        confine(widened, {
          ...place(),
          windows: toml.windows,
          allowLandlock: allowLandlock(),
          nestedSandboxes: toml.sandbox_linux?.nested_sandboxes,
          loopback: toml.sandbox_workspace_write?.loopback_access,
        }),
      shell,
      environment,
      processes,
      mcp,
      goals,
      hooks: state.hooks,
      turnDiff: startTurnDiff(cwd()),
      checkpoint:
        options.ephemeral || options.parent !== undefined
          ? NO_CHECKPOINT
          : turnCheckpoint({
              ...undoing(),
              threadId: id,
              turnId: turn.turnId,
              when: options.checkpoints ?? "late",
              readable: () => readable(profile(), place()),
              writes: writableRoots(profile(), place()).length > 0 || profile().type !== "managed",
            }),
    }),
    async undo() {
      const { undoLastTurn } = await import("../tools/checkpoint/undo");
      return undoLastTurn({ ...undoing(), threadId: id });
    },
    stream: responseStream({
      options,
      login: parts.login,
      id,
      settings,
      instructions,
      log,
      mcp,
      goals,
      generation: () => state.generation,
      outputSchema: () => state.outputSchema ?? options.outputSchema,
      onRateLimits: (limits) => {
        state.rateLimits = limits;
      },
    }),
    notify: (turnId, lastMessage) => {
      const client = options.parent === undefined ? options.originator : undefined;
      const inputMessages = userMessages(log.history).map(({ text }) => text);
      const turn = { threadId: id, turnId, cwd: cwd(), client, inputMessages, lastMessage };
      notifyOfTurn(toml.notify ?? [], turn, env);
    },
  };
  state.hooks = openHooks(parts.hooks, { options, past, settings, shell });
  return state;
}

/**
 * A goal is kept in the session file, and is the user's, not that of a thread which works for another. A program that has us as a
 * tool waits for one turn at a time.
 */
function goalsOf({ options, past: { id, log, goal } }: ThreadParts): GoalBook | undefined {
  const { config, ephemeral, parent, source } = options;
  if (config.features.get("goals") !== true || ephemeral) return undefined;
  if (parent !== undefined || source === "mcp") return undefined;
  return goalBook(id, goal, (next, turnId) => log.goal(id, turnId, next));
}

function beginning({ resume }: ThreadOptions): "startup" | "resume" {
  return resume === undefined ? "startup" : "resume";
}

function modelSettings(
  settings: Settings,
): Pick<TurnSettings, "model" | "effort" | "summary" | "approvalPolicy" | "collaborationMode"> {
  return {
    model: settings.model().slug,
    effort: settings.effort(),
    summary: settings.config().toml.model_reasoning_summary ?? settings.model().defaultReasoningSummary,
    approvalPolicy: settings.config().approvalPolicy,
    collaborationMode: settings.current().collaborationMode,
  };
}

/** The policy as recorded names the folders of `--add-dir` too. */
function withFolders(policy: SandboxPolicy, folders: readonly string[]): SandboxPolicy {
  if (policy.type !== "workspace-write" || folders.length === 0) return policy;
  return { ...policy, writable_roots: [...(policy.writable_roots ?? []), ...folders] };
}

function withPathPrefix(
  env: Record<string, string>,
  folders: readonly string[],
): Readonly<Record<string, string>> {
  if (folders.length === 0) return env;
  return { ...env, PATH: [...folders, env.PATH ?? DEFAULT_PATH].join(delimiter) };
}
