// Runs one turn of a thread in front of a front end, and says how it ended.

import type { RunOptions } from "../../agent/thread-options";
import type { Ask } from "../../protocol/approvals";
import type { ThreadEvent } from "../../protocol/events";
import { writeOutput, type OutputFd } from "../output";
import type { FrontEnd } from "./front-end";
import type { Interrupts } from "./interrupts";

export type TurnEnd =
  | { readonly type: "completed"; readonly lastMessage: string | null }
  | { readonly type: "failed" }
  | { readonly type: "interrupted" };

/** Nobody is there to ask: what would need a person is declined, of what concerns MCP servers it is said that nobody decided (exec.md 8). */
const decline: Ask = ({ type }) =>
  Promise.resolve({ type: type === "mcp_tool_call" || type === "mcp_elicitation" ? "cancel" : "decline" });

/** What nobody has read this long after an interrupt is left unread, so that a stuck reader cannot keep us from ending. */
const UNREAD_MS = 250;

/**
 * Prints the opening, the notices of the start, every event of the turn before the next one is asked for, and the
 * closing. Events without lines, such as the deltas of a message, cost neither a write nor a wait.
 *
 * @param start begins the turn
 * @throws what writing throws, e.g. when the reader of our stdout has gone
 */
export async function runTurn(
  start: (options: RunOptions) => AsyncGenerator<ThreadEvent, void>,
  options: {
    readonly frontEnd: FrontEnd;
    readonly notices: readonly ThreadEvent[];
    readonly interrupts: Interrupts;
  },
): Promise<TurnEnd> {
  const { frontEnd, interrupts } = options;
  const stuck = new Set<OutputFd>();
  const write = async (fd: OutputFd, text: string): Promise<void> => {
    if (text === "" || stuck.has(fd) || interrupts.fatal() !== undefined) return;
    if ((await writeUnlessStuck(fd, text, interrupts.signal)) === "stuck") stuck.add(fd);
  };
  await write(frontEnd.fd, frontEnd.opening + options.notices.map(frontEnd.print).join(""));

  let end: TurnEnd = { type: "interrupted" };
  for await (const event of start({ ask: decline, signal: interrupts.signal })) {
    const text = frontEnd.print(event);
    if (text !== "") await write(frontEnd.fd, text);
    if (event.type === "turn.completed") end = { type: "completed", lastMessage: event.lastAgentMessage };
    if (event.type === "turn.failed") end = { type: "failed" };
  }
  const closing = frontEnd.closing(end.type === "completed" ? end.lastMessage : null);
  await write(2, closing.stderr);
  await write(1, closing.stdout);
  return end;
}

/** Without an interrupt a slow reader is waited for. */
async function writeUnlessStuck(
  fd: OutputFd,
  text: string,
  interrupt: AbortSignal,
): Promise<"written" | "stuck"> {
  const over = Promise.withResolvers<"stuck">();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const startTimer = () => {
    timer = setTimeout(over.resolve, UNREAD_MS, "stuck");
  };
  if (interrupt.aborted) startTimer();
  else interrupt.addEventListener("abort", startTimer, { once: true });
  try {
    return await Promise.race([writeOutput(fd, text).then(() => "written" as const), over.promise]);
  } finally {
    interrupt.removeEventListener("abort", startTimer);
    clearTimeout(timer);
  }
}
