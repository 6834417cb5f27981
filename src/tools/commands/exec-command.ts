// exec_command: runs a shell command in the sandbox and answers with its output, or with a session id if it goes on running.

import { statSync } from "node:fs";
import { resolve } from "node:path";
import { shellArgv, shellOr } from "../../exec/shell";
import { policyTokens, truncateOutput } from "../../model/truncate";
import type { ToolCallItem } from "../../protocol/response-items";
import { refusedText } from "../../rules/refusal";
import { osErrorText } from "../../util/os-error";
import { interceptPatch } from "../apply-patch";
import { booleanArgument, numberArgument, readArguments, stringArgument } from "../arguments";
import { authorize } from "../approval/authorize";
import { shellView } from "./hook-view";
import { refusedRequest } from "../approval/permission-request";
import { withAdditionalPermissions } from "../approval/permission-schema";
import { runCommand } from "../approval/run-command";
import { commandEnvironment } from "./command-environment";
import description from "./exec-command.txt" with { type: "text" };
import { loginArgument, offered } from "./login-shell";
import { exitCodeOf, type ProcessSession } from "./process-session";
import { EXEC_COMMAND_PARAMETERS } from "../schemas";
import {
  abortedText,
  functionSpec,
  type Tool,
  type ToolContext,
  type ToolRun,
  type ToolSuccess,
} from "../tool";

const DEFAULT_YIELD_MS = 10_000;
const MIN_YIELD_MS = 250;
const MAX_YIELD_MS = 30_000;
const DEFAULT_OUTPUT_TOKENS = 10_000;
const TTY_SIZE = { columns: 80, rows: 24 };
/** Between TERM and KILL when the turn is interrupted. */
const INTERRUPT_GRACE_MS = 50;

const EXTENDED_PARAMETERS = withAdditionalPermissions(EXEC_COMMAND_PARAMETERS);

export const execCommand: Tool = {
  name: "exec_command",
  parallel: true,
  advertise: (_model, config) => {
    const { features } = config;
    if (features.get("shell_tool") === false || features.get("unified_exec") === false) return null;
    const extended = features.get("exec_permission_approvals") === true;
    const parameters = extended ? EXTENDED_PARAMETERS : EXEC_COMMAND_PARAMETERS;
    return functionSpec("exec_command", description, offered(parameters, config));
  },
  run,
  hookView: (call) => shellView(call, EXTENDED_PARAMETERS, "cmd"),
};

async function* run(call: ToolCallItem, context: ToolContext): ToolRun {
  if (call.type !== "function_call") return "aborted";
  const read = readArguments(call.arguments, EXTENDED_PARAMETERS);
  if ("error" in read) return read.error;
  const refusal = refusedRequest("exec_command", read.ok, context);
  if (refusal !== undefined) return refusal;

  const command = stringArgument(read.ok, "cmd") ?? "";
  const shell = shellOr(stringArgument(read.ok, "shell"), context.shell);
  const login = loginArgument(read.ok, context.config);
  if ("refusal" in login) return login.refusal;
  const argv = shellArgv(shell, command, login.login);
  const cwd = resolve(context.cwd, stringArgument(read.ok, "workdir") ?? "");
  const patched = yield* interceptPatch(argv, cwd, call.call_id, context);
  if (patched !== null) {
    return patched.applied ? `Wall time: 0.0000 seconds\nOutput:\n${patched.text}` : patched.text;
  }
  const wanted = { tool: "exec_command", argv, cwd, callId: call.call_id, given: read.ok } as const;
  const nowhere = folderProblem(cwd);
  if (nowhere !== null)
    return refusedText("exec_command", argv, `Failed to create unified exec process: ${nowhere}`);
  const allowed = yield* authorize(wanted, context);
  if (allowed.type === "refused") return allowed.text;
  if (allowed.type === "unconfined") return `exec_command failed: ${allowed.text}`;
  const spec = {
    argv,
    cwd,
    env: commandEnvironment(context, call.call_id),
    stdin: "null",
    stdout: "pipe",
    stderr: "stdout",
    ...(booleanArgument(read.ok, "tty") === true && { tty: TTY_SIZE }),
  } as const;
  const yieldMs = numberArgument(read.ok, "yield_time_ms") ?? DEFAULT_YIELD_MS;
  const waitMs = clamp(yieldMs, MIN_YIELD_MS, MAX_YIELD_MS);
  const wantedAt = performance.now();
  const ran = yield* runCommand(wanted, allowed, { spec, waitMs }, context);
  if (ran === null) return abortedText(wantedAt);
  const { session, declined } = ran;
  const startedAt = session.startedAt;
  if (context.signal.aborted && session.status === null) {
    await session.terminate(INTERRUPT_GRACE_MS);
    context.processes.forget(session);
    yield { type: "item.completed", item: session.completedItem() };
    return abortedText(startedAt);
  }
  if (session.status === null) {
    context.processes.background(session);
  } else {
    context.processes.forget(session);
    if (session.status.type === "failed") {
      yield { type: "item.completed", item: session.completedItem() };
      return `exec_command failed: ${session.status.message}`;
    }
    yield { type: "item.completed", item: session.completedItem() };
    if (declined !== null) return declined;
  }
  const answer = commandAnswer(session, startedAt, numberArgument(read.ok, "max_output_tokens"), context);
  return session.status === null ? answer.output : answer;
}

/** Why a command cannot begin in a folder, seen before anybody is told that it begins; null when it can. */
function folderProblem(path: string): string | null {
  try {
    return statSync(path).isDirectory() ? null : "Not a directory (os error 20)";
  } catch (error) {
    return osErrorText(error);
  }
}

/** The result as the model and as hooks read it (agent.md 8). `since` is when this call began to wait. */
export function commandAnswer(
  session: ProcessSession,
  since: number,
  maxTokens: number | undefined,
  context: ToolContext,
): ToolSuccess & { readonly output: string } {
  session.lastUsed = performance.now();
  const output = session.takeOutput();
  const state =
    session.status === null
      ? `Process running with session ID ${session.id}`
      : `Process exited with code ${exitCodeOf(session.status)}`;
  const shown = truncateOutput(output.text, outputBudget(maxTokens, context), output);
  const lines = [
    `Chunk ID: ${crypto.getRandomValues(new Uint8Array(3)).toHex()}`,
    `Wall time: ${((performance.now() - since) / 1000).toFixed(4)} seconds`,
    state,
    `Original token count: ${Math.ceil(output.bytes / 4)}`,
    "Output:",
    shown,
  ];
  return { output: lines.join("\n"), response: shown };
}

function outputBudget(maxTokens: number | undefined, context: ToolContext): number {
  return Math.min(maxTokens ?? DEFAULT_OUTPUT_TOKENS, policyTokens(context.model.truncation));
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
