// A thread: one conversation with a model, its session file and its running commands, from opening to disposal.

import type { Config } from "../config/config";
import type { McpServers, ServerStart } from "../mcp/servers";
import type { ModelInfo } from "../model/catalog";
import { credentialSource } from "../model/credential-source";
import type { ThreadEvent } from "../protocol/events";
import type { PermissionProfile } from "../protocol/policy";
import type { ResponseItem } from "../protocol/response-items";
import type { UndoResult } from "../protocol/thread";
import { rebuild } from "../rollout/rebuild";
import { developerMessage, isContextMessage, isUserPrompt, userMessage } from "../rollout/user-messages";
import { savingFolders } from "../rules/load";
import { sessionApprovals } from "../tools/approval/session";
import { processTable } from "../tools/commands/process-table";
import { runUserShell } from "../tools/commands/user-shell";
import { threadGoals } from "../tools/goals/thread-goals";
import { hasMcpServers } from "../tools/mcp/resources";
import { findSkills, type FoundSkills } from "../tools/skills/discover";
import { Merge } from "../util/merge";
import { UserError } from "../util/user-error";
import { findAgentsMd } from "./agents-md";
import { background, stopBackground } from "../tools/commands/background";
import { threadState } from "./build-state";
import { recordEstimate } from "./compact";
import { newPast, resumedPast } from "./past";
import { reviewerOptions, runReview } from "./review";
import { modelCatalog, recordedSettings, threadSettings } from "./settings";
import { profileOf } from "../sandbox/policy";
import type { ConfineOptions } from "../sandbox/confine";
import { landlockTerms, sandboxNotice } from "../sandbox/probe";
import type { RunOptions, Thread, ThreadOptions } from "./thread-options";
import type { ThreadState } from "./thread-state";
import { configuredHooks, openHooks } from "./turn-hooks";
import { runCompaction, runTurn, type TurnOptions } from "./turn";
import undoneText from "./turn-undone.md" with { type: "text" };
import { userMessages } from "./user-message";

const DEFAULT_DOC_BYTES = 32_768;

/**
 * Opens a new thread, of which nothing is written before its first turn, or goes on with a session file.
 * @throws UserError for a session file, an instructions file or a catalog that cannot be used, or a required MCP server
 * that cannot start
 */
export async function openThread(options: ThreadOptions): Promise<Thread> {
  const { config } = options;
  const login = credentialSource(options);
  const settings = threadSettings(config, await modelCatalog(options, login));
  const past =
    options.resume === undefined
      ? newPast(options, settings.model())
      : resumedPast(options.resume, settings.model(), options);
  past.log.onItem = options.onItem;
  const agentsMd = findAgentsMd({
    codexHome: config.codexHome,
    cwd: config.cwd,
    projectRoot: config.projectRoot,
    maxBytes: config.toml.project_doc_max_bytes ?? DEFAULT_DOC_BYTES,
    fallbackNames: config.toml.project_doc_fallback_filenames ?? [],
  });
  const mcp = options.mcp ?? (await configuredServers(options));
  const skills = findSkills(config);
  const hooks = await configuredHooks(config);
  const state = threadState({
    options,
    login,
    past,
    settings,
    mcp,
    processes: processTable(options.liveOutput ?? "unseen"),
    approvals: sessionApprovals(options.rules, savingFolders(config)),
    agentsMd: agentsMd.text,
    skills: skills.skills,
    hooks,
  });
  const ending = new AbortController();
  return {
    id: past.id,
    get model() {
      return settings.next().model;
    },
    get warnings() {
      const notice = sandboxNotice(...commandsOf(options, settings.nextConfig()));
      const own = [...config.warnings, ...agentsMd.warnings, ...past.warnings, ...(hooks?.warnings ?? [])];
      return notice === undefined ? own : [...own, notice];
    },
    get rolloutPath() {
      return state.log.writtenPath;
    },
    plannedPath: past.log.path,
    agentsMdFiles: agentsMd.sources,
    recorded:
      past.lastTurn === undefined ? undefined : recordedSettings(past.lastTurn, settings.next(), config),
    run: (input, run) => oneTurn(state, run, (inner) => runTurn(state, input, inner)),
    review: (target, run) =>
      oneTurn(state, run, (inner) => {
        const openReviewer = () =>
          openThread({ ...reviewerOptions({ ...options, config: state.config }, past), mcp });
        return runReview(state, target, { ...inner, openReviewer });
      }),
    goals:
      state.goals &&
      threadGoals(state.goals, {
        isRunning: () => state.running,
        isPlanning: () => settings.next().collaborationMode === "plan",
        tell: (item) => void state.asides.push(item),
      }),
    pursue: (run) => oneTurn(state, run, (inner) => runTurn(state, "goal", inner)),
    landlockTerms: () => landlockTerms(...commandsOf(options, settings.nextConfig())),
    compact: (run) => oneTurn(state, run, (inner) => runCompaction(state, inner)),
    steer: (input) => void state.steered.push(input),
    settings: settings.next,
    models: settings.models,
    configure: settings.change,
    rollback: (userTurns) => rollBack(state, userTurns),
    userMessages: () => userMessages(state.log.history),
    shell: (command, signal) => runShell(state, command, signal),
    undo: () => undoTurn(state),
    background: () => background(state.processes),
    stopBackground: () => stopBackground(state.processes),
    async mcpServers() {
      const { serverStatuses } = await import("../tools/mcp/status");
      return serverStatuses(config, options.env, mcp);
    },
    goOnWithoutServers: () => mcp?.goOnWithout(),
    skills: () => state.skills,
    async reloadHooks(changed) {
      const found = await configuredHooks(changed);
      state.hooks = openHooks(found, { options, past, settings, shell: state.shell });
      return found?.warnings ?? [];
    },
    usage: () => ({
      total: state.usage,
      last: state.lastUsage,
      contextWindow: settings.modelNamed(settings.next().model).usableContextWindow,
      rateLimits: state.rateLimits,
    }),
    acceptsImages: () => settings.modelNamed(settings.next().model).supportsImages,
    events: () => betweenTurns(state, [...unknownModel(settings.model()), ...skills.problems], ending.signal),
    async [Symbol.asyncDispose]() {
      ending.abort();
      await Promise.all([
        state.processes[Symbol.asyncDispose](),
        options.mcp === undefined ? mcp?.[Symbol.asyncDispose]() : undefined,
      ]);
      await past.log[Symbol.asyncDispose]();
    },
  };
}

/** What commands may do by a configuration, and what decides how they are confined. */
function commandsOf({ env }: ThreadOptions, config: Config): readonly [PermissionProfile, ConfineOptions] {
  const { cwd, codexHome, sandboxPolicy, toml } = config;
  const place = { cwd, codexHome, env, addDirs: config.writableRootsFlag };
  const allowLandlock = toml.sandbox_linux?.allow_landlock;
  return [config.permissionProfile ?? profileOf(sandboxPolicy, place), { ...place, allowLandlock }];
}

/** Loaded only where there is one. @throws UserError when a required server cannot start */
async function configuredServers({ config, env }: ThreadOptions): Promise<McpServers | undefined> {
  if (!hasMcpServers(config)) return undefined;
  const { startMcpServers } = await import("../mcp/servers");
  return startMcpServers({ config, env });
}

/** The skills that a thread of this configuration would have, and sentences about files that are none. */
export function skillsOf(config: Config): FoundSkills {
  return findSkills(config);
}

/** A reader that leaves in the middle stops the turn too: its requests are closed and its commands killed. */
async function* oneTurn(
  state: ThreadState,
  options: RunOptions,
  run: (options: TurnOptions) => AsyncGenerator<ThreadEvent, void>,
): AsyncGenerator<ThreadEvent, void> {
  if (state.running) throw new Error("a thread runs one turn at a time");
  state.running = true;
  state.outputSchema = options.outputSchema;
  state.settings.adopt();
  const abandoned = new AbortController();
  const interrupt = () => abandoned.abort();
  const signal = AbortSignal.any([options.signal, abandoned.signal]);
  try {
    for await (const event of run({ ...options, signal, interrupt })) {
      let wanted = false;
      try {
        yield event;
        wanted = true;
      } finally {
        if (!wanted) abandoned.abort();
      }
    }
  } finally {
    state.running = false;
  }
}

/** The model is told, lest it builds on files that are gone. */
async function undoTurn(state: ThreadState): Promise<UndoResult> {
  if (state.running) return { type: "refused", reason: "A turn is running. Interrupt it before you undo." };
  if (state.processes.inBackground().length > 0) {
    return { type: "refused", reason: "Commands run in the background. Stop them before you undo." };
  }
  const result = await state.undo();
  if (result.type === "restored" && result.files.length > 0) {
    state.asides.push(undoneNote(result.files));
  }
  return result;
}

function undoneNote(files: readonly string[]): ResponseItem {
  const list = files.map((file) => `- ${file}`).join("\n");
  return developerMessage(undoneText.trim().replace("{files}", () => list));
}

/** What the model is to know of it waits for the next request of a running turn, lest it come between a call and its output. */
async function* runShell(
  state: ThreadState,
  command: string,
  signal: AbortSignal,
): AsyncGenerator<ThreadEvent, void> {
  const { shell, environment, processes, config, model } = state;
  const told = yield* runUserShell(
    command,
    { shell, environment, processes, cwd: config.cwd, model },
    signal,
  );
  if (state.running) state.asides.push(userMessage(told));
  else state.log.item(userMessage(told));
}

/**
 * The newest turns are forgotten; files stay as they are (rollout.md 10). The session file, with the rollback in it, says what is left: also what a compaction that is taken back had removed.
 * A thread without a file has only its history.
 * @throws UserError while a turn runs
 */
function rollBack(thread: ThreadState, userTurns: number): void {
  if (thread.running) throw new UserError("A turn is running. Interrupt it before you take turns back.");
  if (userTurns <= 0) return;
  const { log } = thread;
  log.rolledBack(userTurns, withoutTurns(log.history, userTurns));
  thread.baseline = undefined;
  thread.afterCompaction = undefined;
  const path = log.writtenPath;
  if (path !== undefined && log.failure === undefined) {
    const rebuilt = rebuild(path);
    log.history.splice(0, log.history.length, ...rebuilt.history);
    thread.baseline = rebuilt.contextBaseline;
  }
  recordEstimate(thread);
}

/** Cut at the n-th last prompt; the context that was told just before it goes with it. */
function withoutTurns(history: readonly ResponseItem[], userTurns: number): readonly ResponseItem[] {
  const prompts = history.flatMap((item, index) => (isUserPrompt(item) ? [index] : []));
  let end = prompts.at(-userTurns) ?? 0;
  for (let before = history[end - 1]; before !== undefined && isUpdate(before); before = history[end - 1])
    end -= 1;
  return history.slice(0, end);
}

function isUpdate(item: ResponseItem): boolean {
  return (item.type === "message" && item.role === "developer") || isContextMessage(item);
}

function unknownModel({ known, slug }: ModelInfo): readonly string[] {
  if (known) return [];
  return [
    `Model metadata for \`${slug}\` not found. Defaulting to fallback metadata; this can degrade performance and cause issues.`,
  ];
}

async function* betweenTurns(
  state: ThreadState,
  problems: readonly string[],
  ended: AbortSignal,
): AsyncGenerator<ThreadEvent, void> {
  for (const message of problems) yield { type: "warning", message };
  const merge = new Merge<ThreadEvent>();
  merge.add(state.processes.completions(ended));
  for (const [name, start] of state.mcp?.starts ?? []) merge.add(serverStart(name, start));
  merge.close();
  yield* merge;
}

async function* serverStart(name: string, start: ServerStart): AsyncGenerator<ThreadEvent, void> {
  if (start.status === "starting") yield { type: "mcp_server", name, status: "starting" };
  await start.over;
  const { status, error, message } = start;
  yield {
    type: "mcp_server",
    name,
    status,
    ...(error !== undefined && { error }),
    ...(message !== undefined && { message }),
  };
}
