// A thread: one conversation with a model, its session file and its running commands, from opening to disposal.

import { commandEnvironment } from "../config/shell-environment";
import { userShell } from "../exec/shell";
import { defaultModel, modelInfo, type ModelInfo } from "../model/catalog";
import type { McpServers } from "../mcp/servers";
import { startTurnDiff } from "../patch/turn-diff";
import type { ThreadEvent } from "../protocol/events";
import type { SandboxPolicy } from "../protocol/policy";
import { savingFolders } from "../rules/load";
import { allowedPrefixes } from "../rules/match";
import { confine } from "../sandbox/confine";
import { profileOf, writableRoots } from "../sandbox/policy";
import { sessionApprovals, type SessionApprovals } from "../tools/approval/session";
import { hasMcpServers } from "../tools/mcp/resources";
import { processTable } from "../tools/commands/process-table";
import { findAgentsMd } from "./agents-md";
import { responseStream } from "./response-stream";
import { reviewerOptions, runReview } from "./review";
import { newPast, resumedPast, type Past } from "./past";
import type { RunOptions, Thread, ThreadOptions } from "./thread-options";
import type { ThreadState } from "./thread-state";
import { runTurn, type TurnOptions } from "./turn";

/**
 * Opens a new thread, of which nothing is written before its first turn, or goes on with a session file.
 * @throws UserError for a session file or an instructions file that cannot be used, or a required MCP server that cannot start
 */
export async function openThread(options: ThreadOptions): Promise<Thread> {
  const { config } = options;
  const model = modelInfo(config.model ?? defaultModel(), config);
  const past =
    options.resume === undefined ? newPast(options) : resumedPast(options.resume, model, options.ephemeral);
  const agentsMd = findAgentsMd({
    codexHome: config.codexHome,
    cwd: config.cwd,
    projectRoot: config.projectRoot,
    maxBytes: config.toml.project_doc_max_bytes ?? DEFAULT_DOC_BYTES,
    fallbackNames: config.toml.project_doc_fallback_filenames ?? [],
  });
  const mcp = options.mcp ?? (await configuredServers(options));
  const processes = processTable(options.liveOutput ?? "unseen");
  const approvals = sessionApprovals(options.rules, savingFolders(config));
  const state = threadState({ options, past, model, mcp, processes, approvals, agentsMd: agentsMd.text });
  return {
    id: past.id,
    model: model.slug,
    warnings: [...config.warnings, ...agentsMd.warnings, ...past.warnings],
    run: (input, run) => stoppable(run, (inner) => runTurn(state, input, inner)),
    review: (target, run) =>
      stoppable(run, (inner) => {
        const openReviewer = () => openThread({ ...reviewerOptions(options, past), mcp });
        return runReview(state, target, { ...inner, openReviewer });
      }),
    steer: (input) => void state.steered.push(input),
    ...comingMembers(options, state, agentsMd.sources),
    async [Symbol.asyncDispose]() {
      await Promise.all([
        processes[Symbol.asyncDispose](),
        options.mcp === undefined ? mcp?.[Symbol.asyncDispose]() : undefined,
      ]);
      await past.log[Symbol.asyncDispose]();
    },
  };
}

/** Signatures for front ends that are being built; each is filled in by the next changes. */
function comingMembers({ config }: ThreadOptions, state: ThreadState, agentsMdFiles: readonly string[]) {
  return {
    rolloutPath: state.log.path,
    agentsMdFiles,
    settings: () => ({
      model: state.model.slug,
      effort: config.toml.model_reasoning_effort,
      approvalPolicy: config.approvalPolicy,
      sandboxPolicy: config.sandboxPolicy,
      collaborationMode: "default" as const,
    }),
    configure: () => {},
    compact: async function* () {},
    rollback: () => {},
    userMessages: () => [],
    shell: async function* () {},
    undo: async () => ({ type: "nothing" as const, reason: "No turn has changed a file." }),
    background: () => [],
    stopBackground: async () => 0,
    mcpServers: async () => [],
    skills: () => [],
    usage: () => ({
      total: state.usage,
      last: undefined,
      contextWindow: state.model.usableContextWindow,
      rateLimits: state.rateLimits,
    }),
    events: async function* () {},
  };
}

const DEFAULT_DOC_BYTES = 32_768;
/** More than the model is shown, so that it is told how many there are. */
const MAX_APPROVED_PREFIXES = 1000;

type Parts = {
  readonly options: ThreadOptions;
  readonly past: Past;
  readonly model: ModelInfo;
  readonly mcp: McpServers | undefined;
  readonly processes: ReturnType<typeof processTable>;
  readonly approvals: SessionApprovals;
  readonly agentsMd: string | null;
};

function threadState({ options, past, model, mcp, processes, approvals, agentsMd }: Parts): ThreadState {
  const { config, env } = options;
  const { id, log, instructions } = past;
  const { cwd, codexHome, toml, approvalPolicy, sandboxPolicy } = config;
  const place = { cwd, codexHome, env, addDirs: config.writableRootsFlag };
  const profile = config.permissionProfile ?? profileOf(sandboxPolicy, place);
  const shell = userShell(env);
  const environment = withPathPrefix(
    commandEnvironment(toml.shell_environment_policy ?? {}, env, id),
    options.pathPrefix ?? [],
  );
  const state: ThreadState = {
    id,
    config,
    log,
    model,
    mcp,
    instructions,
    steered: [],
    baseline: past.baseline,
    usage: past.usage,
    countedTokens: past.countedTokens,
    generation: 0,
    afterCompaction: undefined,
    rateLimits: null,
    settings: (today) => ({
      ...today,
      cwd,
      shellName: shell.name,
      sandboxPolicy: withFolders(sandboxPolicy, config.writableRootsFlag),
      profile,
      writableRoots: writableRoots(profile, place),
      approvalPolicy,
      approvedPrefixes:
        approvalPolicy === "never" ? [] : allowedPrefixes(approvals.rules(), MAX_APPROVED_PREFIXES),
      model: model.slug,
      effort: toml.model_reasoning_effort,
      summary: toml.model_reasoning_summary ?? model.defaultReasoningSummary,
      agentsMd,
      developerInstructions: toml.developer_instructions,
      includePermissions: toml.include_permissions_instructions ?? true,
      includeEnvironment: toml.include_environment_context ?? true,
    }),
    toolContext: (turn) => ({
      ...turn,
      config,
      threadId: id,
      cwd,
      model,
      approvalPolicy,
      approvals,
      profile,
      confine: (widened) => confine(widened, place),
      shell,
      environment,
      processes,
      mcp,
      turnDiff: startTurnDiff(cwd),
    }),
    stream: responseStream({
      options,
      id,
      model,
      instructions,
      log,
      mcp,
      generation: () => state.generation,
      onRateLimits: (limits) => {
        state.rateLimits = limits;
      },
    }),
  };
  return state;
}

/** The policy as recorded names the folders of `--add-dir` too. */
function withFolders(policy: SandboxPolicy, folders: readonly string[]): SandboxPolicy {
  if (policy.type !== "workspace-write" || folders.length === 0) return policy;
  return { ...policy, writable_roots: [...(policy.writable_roots ?? []), ...folders] };
}

/** Loaded only where there is one. @throws UserError when a required server cannot start */
async function configuredServers({ config, env }: ThreadOptions): Promise<McpServers | undefined> {
  if (!hasMcpServers(config)) return undefined;
  const { startMcpServers } = await import("../mcp/servers");
  return startMcpServers({ config, env });
}

function withPathPrefix(
  env: Record<string, string>,
  folders: readonly string[],
): Readonly<Record<string, string>> {
  if (folders.length === 0) return env;
  return { ...env, PATH: [...folders, env.PATH ?? "/usr/local/bin:/usr/bin:/bin"].join(":") };
}

/** A reader that leaves in the middle stops the turn too: its requests are closed and its commands killed. */
async function* stoppable(
  options: RunOptions,
  run: (options: TurnOptions) => AsyncGenerator<ThreadEvent, void>,
): AsyncGenerator<ThreadEvent, void> {
  const abandoned = new AbortController();
  const interrupt = () => abandoned.abort();
  const signal = AbortSignal.any([options.signal, abandoned.signal]);
  for await (const event of run({ ...options, signal, interrupt })) {
    let wanted = false;
    try {
      yield event;
      wanted = true;
    } finally {
      if (!wanted) abandoned.abort();
    }
  }
}
