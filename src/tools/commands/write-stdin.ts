// write_stdin: types into a running command, or polls it, and answers with what it has printed since.

import { numberArgument, readArguments, stringArgument } from "../arguments";
import { commandAnswer } from "./exec-command";
import { endedCommand } from "./hook-view";
import { waitFor } from "./process-session";
import { WRITE_STDIN_PARAMETERS } from "../schemas";
import { functionSpec, type Tool } from "../tool";
import description from "./write-stdin.txt" with { type: "text" };

const DEFAULT_WAIT_MS = 250;
const MIN_WAIT_MS = 250;
const MAX_WAIT_MS = 30_000;
const MIN_POLL_MS = 5_000;
const DEFAULT_MAX_POLL_MS = 300_000;
/** A command gets this long to react before its output is collected. */
const REACTION_MS = 100;

export const writeStdin: Tool = {
  name: "write_stdin",
  parallel: false,
  advertise: (_model, { features }) =>
    features.get("shell_tool") === false || features.get("unified_exec") === false
      ? null
      : functionSpec("write_stdin", description, WRITE_STDIN_PARAMETERS),
  async *run(call, context) {
    if (call.type !== "function_call") return "aborted";
    const read = readArguments(call.arguments, WRITE_STDIN_PARAMETERS);
    if ("error" in read) return read.error;
    const id = numberArgument(read.ok, "session_id") ?? 0;
    const session = context.processes.find(id);
    if (session === undefined) return `write_stdin failed: Unknown process id ${id}`;
    const chars = stringArgument(read.ok, "chars") ?? "";
    if (chars !== "" && !session.tty) {
      return "write_stdin failed: stdin is closed for this session; rerun exec_command with tty=true to keep stdin open";
    }
    const since = performance.now();
    const item = {
      type: "terminal_interaction",
      id: call.call_id,
      command: session.command.at(-1) ?? "",
      input: chars,
      execution: { itemId: session.callId, processId: session.id },
    } as const;
    yield { type: "item.started", item };
    if (chars !== "") await context.checkpoint.beforeCommand(session.command, session.confinement);
    if (chars !== "" && !context.signal.aborted) {
      await session.write(chars);
      await Bun.sleep(REACTION_MS);
    }
    const asked = numberArgument(read.ok, "yield_time_ms") ?? DEFAULT_WAIT_MS;
    const maxPoll = context.config.toml.background_terminal_max_timeout ?? DEFAULT_MAX_POLL_MS;
    const wait =
      chars === ""
        ? Math.min(Math.max(asked, MIN_POLL_MS), maxPoll)
        : Math.min(Math.max(asked, MIN_WAIT_MS), MAX_WAIT_MS);
    yield* waitFor(session, session.callId, wait, context.signal);
    yield { type: "item.completed", item };
    const answer = commandAnswer(session, since, numberArgument(read.ok, "max_output_tokens"), context);
    if (session.status === null) return answer.output;
    context.processes.forget(session);
    return { ...answer, ends: endedCommand({ command: session.command, callId: session.callId }) };
  },
  hookView: () => null,
};
