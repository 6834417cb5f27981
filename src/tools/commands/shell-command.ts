// shell_command: runs one shell command to its end or its time limit. Not offered beside exec_command, but still callable.

import { resolve } from "node:path";
import { shellArgv } from "../../exec/shell";
import { countLines, truncateMiddle } from "../../model/truncate";
import type { ThreadEvent } from "../../protocol/events";
import type { ToolCallItem } from "../../protocol/response-items";
import { interceptPatch } from "../apply-patch";
import { numberArgument, readArguments, stringArgument } from "../arguments";
import { authorize, declinedItem, type Wanted } from "../approval/authorize";
import { shellView } from "./hook-view";
import { refusedRequest } from "../approval/permission-request";
import { withAdditionalPermissions } from "../approval/permission-schema";
import { runCommand } from "../approval/run-command";
import { commandEnvironment } from "./command-environment";
import { loginArgument, offered } from "./login-shell";
import { exitCodeOf, type ProcessSession } from "./process-session";
import { SHELL_COMMAND_PARAMETERS } from "../schemas";
import description from "./shell-command.txt" with { type: "text" };
import { functionSpec, type Tool, type ToolContext, type ToolRun } from "../tool";

const DEFAULT_TIMEOUT_MS = 10_000;
const KILL_GRACE_MS = 50;
/** What a shell's `timeout` reports. */
const TIMEOUT_EXIT_CODE = 124;

const EXTENDED_PARAMETERS = withAdditionalPermissions(SHELL_COMMAND_PARAMETERS);

export const shellCommand: Tool = {
  name: "shell_command",
  parallel: false,
  advertise: (_model, config) => {
    const { features } = config;
    if (features.get("shell_tool") === false || features.get("unified_exec") === true) return null;
    const extended = features.get("exec_permission_approvals") === true;
    const parameters = extended ? EXTENDED_PARAMETERS : SHELL_COMMAND_PARAMETERS;
    return functionSpec("shell_command", description, offered(parameters, config));
  },
  run,
  hookView: (call) => shellView(call, EXTENDED_PARAMETERS, "command"),
};

async function* run(call: ToolCallItem, context: ToolContext): ToolRun {
  if (call.type !== "function_call") return "aborted";
  const read = readArguments(call.arguments, EXTENDED_PARAMETERS);
  if ("error" in read) return read.error;
  const refusal = refusedRequest("shell_command", read.ok, context);
  if (refusal !== undefined) return refusal;

  const login = loginArgument(read.ok, context.config);
  if ("refusal" in login) return login.refusal;
  const argv = shellArgv(context.shell, stringArgument(read.ok, "command") ?? "", login.login);
  const cwd = resolve(context.cwd, stringArgument(read.ok, "workdir") ?? "");
  const patched = yield* interceptPatch(argv, cwd, call.call_id, context);
  if (patched !== null) return patched.text;
  const wanted = { tool: "shell_command", argv, cwd, callId: call.call_id, given: read.ok } as const;
  const allowed = yield* authorize(wanted, context);
  if (allowed.type === "unconfined") return `execution error: ${allowed.text}`;
  if (allowed.type === "refused") {
    yield* showDeclined(wanted, allowed.text);
    return allowed.text;
  }
  const env = commandEnvironment(context, call.call_id);
  const spec = { argv, cwd, env, stdin: "null", stdout: "pipe", stderr: "stdout" } as const;
  const waitMs = numberArgument(read.ok, "timeout_ms") ?? DEFAULT_TIMEOUT_MS;
  const wantedAt = performance.now();
  const ran = yield* runCommand(wanted, allowed, { spec, waitMs }, context);
  if (ran === null) return interruptedText(wantedAt);
  const { session, declined } = ran;
  const cut = session.status === null;
  if (cut) await session.terminate(KILL_GRACE_MS);
  context.processes.forget(session);
  const how = cut ? (context.signal.aborted ? "interrupted" : "timed_out") : "ended";
  const item = session.completedItem(how === "timed_out" ? TIMEOUT_EXIT_CODE : undefined);
  const { text, output }: ShellResult =
    declined === null ? resultOf(session, how, context) : { text: declined };
  yield {
    type: "item.completed",
    item: session.status?.type === "failed" ? { ...item, aggregatedOutput: text } : item,
  };
  return output === undefined ? text : { output: text, response: output };
}

/** Unlike for exec_command, front ends are shown that the command did not run (approvals.md 7.3). */
function* showDeclined(wanted: Wanted, text: string): Generator<ThreadEvent, void> {
  const item = declinedItem(wanted, text);
  const started = { ...item, aggregatedOutput: "", exitCode: null, durationMs: null } as const;
  yield { type: "item.started", item: { ...started, status: "in_progress" } };
  yield { type: "item.completed", item };
}

/** `output`: of a command that came to its end by itself. */
type ShellResult = { readonly text: string; readonly output?: string };

function resultOf(
  session: ProcessSession,
  how: "ended" | "timed_out" | "interrupted",
  context: ToolContext,
): ShellResult {
  const ms = performance.now() - session.startedAt;
  if (how === "interrupted") return { text: interruptedText(session.startedAt) };
  if (session.status?.type === "failed") return { text: `execution error: ${session.status.message}` };
  const { text, lines } = session.takeOutput();
  const shown =
    how === "timed_out" ? `command timed out after ${Math.round(ms)} milliseconds\n${text}` : text;
  const cut = truncateMiddle(shown, context.model.truncation);
  const answer = [
    `Exit code: ${how === "timed_out" ? TIMEOUT_EXIT_CODE : exitCodeOf(session.status)}`,
    `Wall time: ${(ms / 1000).toFixed(1).replace(/\.0$/, "")} seconds`,
    ...(cut === shown ? [] : [`Total output lines: ${Math.max(lines, countLines(shown))}`]),
    "Output:",
    cut,
  ];
  return { text: answer.join("\n"), ...(how === "ended" && { output: cut }) };
}

/** @param since when it began to wait, by `performance.now()` */
function interruptedText(since: number): string {
  return `Wall time: ${((performance.now() - since) / 1000).toFixed(1)} seconds\naborted by user`;
}
