// `codex exec`, `exec resume`, `exec review` and `review`: one turn without questions, for scripts and SDKs (exec.md).

import { openThread } from "../agent/thread";
import type { Thread } from "../agent/thread-options";
import type { Config } from "../config/config";
import type { ThreadEvent } from "../protocol/events";
import { readAssignment } from "./exec/assignment";
import { checkGit, checkLocalServer, checkLogin, readRules, signInAdvice } from "./exec/checks";
import { loadExecConfig, trustProject } from "./exec/config";
import { execFlags, type ExecFlags } from "./exec/flags";
import { humanFrontEnd, jsonFrontEnd, type FrontEnd } from "./exec/front-end";
import { dieBy, listenForInterrupts } from "./exec/interrupts";
import { lastMessageFile, writeLastMessage } from "./exec/last-message-file";
import { readOutputSchema } from "./exec/output-schema";
import { nothingToResume, sessionToResume } from "./exec/resume";
import { runTurn, type TurnEnd } from "./exec/run";
import { ourStdin } from "./exec/stdin";
import { execTask } from "./exec/task";
import type { Invocation } from "./grammar/spec";
import { writeOutputNow } from "./output";
import { createPathAliases } from "./path-aliases";
import { isTerminal } from "./terminal";

export async function run(invocation: Invocation): Promise<number> {
  const end = await execute(invocation);
  switch (end.type) {
    case "completed":
      return 0;
    case "failed":
    case "interrupted":
      return 1;
    case "killed":
      return dieBy(end.signal);
  }
}

type ExecEnd = TurnEnd | { readonly type: "killed"; readonly signal: NodeJS.Signals };

/**
 * The order of the steps is part of the contract: each can end the process, and none before the thread has started
 * writes to stdout (exec.md 1). When this returns, the thread's commands are gone.
 */
async function execute(invocation: Invocation): Promise<ExecEnd> {
  const { env } = process;
  const flags = execFlags(invocation);
  if (flags.fullAuto) {
    tell("warning: `--full-auto` is deprecated; use `--sandbox workspace-write` instead.");
  }
  const loaded = await loadExecConfig(flags, env);
  readRules(flags, loaded.config);
  using aliases = createPathAliases(loaded.config.codexHome, process.execPath);
  if (aliases.type === "unavailable") {
    tell(`WARNING: proceeding, even though we could not create PATH aliases: ${aliases.reason}`);
  }
  await checkLogin(loaded.config);
  await checkLocalServer(flags, loaded.config);
  const task = execTask(invocation);
  const stdin = await ourStdin(flags.noStdin);
  const assignment = await readAssignment(task, flags.images, { stdin, notice: tell });
  const outputSchema = flags.outputSchema === undefined ? undefined : readOutputSchema(flags.outputSchema);
  checkGit(flags, loaded.config);
  const { outputLastMessage } = flags;
  const lastMessage = outputLastMessage === undefined ? undefined : lastMessageFile(outputLastMessage);
  const resume = task.type === "resume" ? await sessionToResume(task, loaded.config) : undefined;
  if (task.type === "resume" && resume === undefined) tell(nothingToResume(task));
  const config = resume === undefined ? await trustProject(loaded) : loaded.config;
  const advice = flags.json ? undefined : await signInAdvice(config, env);
  if (advice !== undefined) tell(advice);

  using interrupts = listenForInterrupts();
  await using thread = await openThread({
    config,
    env,
    originator: "codex_exec",
    source: "exec",
    honoursApiKeyVariable: true,
    giveUp: interrupts.signal,
    resume,
    ephemeral: flags.ephemeral,
    rules: readRules(flags, config), // read again: those of a project that has just been trusted count too
    ...(outputSchema === undefined ? {} : { outputSchema }),
    pathPrefix: aliases.type === "created" ? [aliases.folder] : [],
  });
  const frontEnd = flags.json
    ? jsonFrontEnd(thread)
    : await peopleFrontEnd(thread, { flags, config, prompt: assignment.shown });
  const notices = startNotices(thread, config);
  const end = await Promise.race([
    runTurn((options) => assignment.start(thread, options), { frontEnd, notices, interrupts }),
    interrupts.expired,
  ]);
  const fatal = interrupts.fatal();
  if (fatal !== undefined) return { type: "killed", signal: fatal };
  if (end.type === "completed" && lastMessage !== undefined) {
    const complaint = writeLastMessage(lastMessage, end.lastMessage);
    if (complaint !== undefined) tell(complaint);
  }
  return end;
}

async function peopleFrontEnd(
  thread: Thread,
  { flags, config, prompt }: { flags: ExecFlags; config: Config; prompt: string },
): Promise<FrontEnd> {
  return humanFrontEnd(thread, {
    config,
    prompt,
    colour: flags.colour,
    env: process.env,
    stdoutIsTerminal: await isTerminal(1),
    stderrIsTerminal: await isTerminal(2),
  });
}

function startNotices(thread: Thread, config: Config): readonly ThreadEvent[] {
  return [
    ...thread.warnings.map((message) => ({ type: "warning", message }) as const),
    ...config.deprecations.map((notice) => ({ type: "deprecated", ...notice }) as const),
  ];
}

function tell(line: string): void {
  writeOutputNow(2, `${line}\n`);
}
