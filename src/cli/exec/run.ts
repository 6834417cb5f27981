// Runs one turn of a thread in front of a front end, and says how it ended.

import type { Thread } from "../../agent/thread-options";
import type { Config } from "../../config/config";
import type { Ask } from "../../protocol/approvals";
import type { ThreadEvent } from "../../protocol/events";
import type { UserInput } from "../../protocol/user-input";
import { writeOutput } from "../output";
import type { FrontEnd } from "./front-end";
import type { Interrupts } from "./interrupts";

export type TurnEnd =
  | { readonly type: "completed"; readonly lastMessage: string | null }
  | { readonly type: "failed" }
  | { readonly type: "interrupted" };

/** Nobody is there to ask, so everything that would need a person is declined (exec.md 8). */
const decline: Ask = () => Promise.resolve({ type: "decline" });

/**
 * Prints the opening, the notices of the start, every event of the turn before the next one is asked for, and the
 * closing. Events without lines, such as the deltas of a message, cost neither a write nor a wait.
 *
 * @throws what writing throws, e.g. when the reader of our stdout has gone
 */
export async function runTurn(
  thread: Thread,
  input: readonly UserInput[],
  options: {
    readonly frontEnd: FrontEnd;
    readonly deprecations: Config["deprecations"];
    readonly interrupts: Interrupts;
  },
): Promise<TurnEnd> {
  const { frontEnd, interrupts } = options;
  const write = async (fd: 1 | 2, text: string): Promise<void> => {
    if (text !== "" && interrupts.fatal() === undefined) await writeOutput(fd, text);
  };
  const notices: readonly ThreadEvent[] = [
    ...thread.warnings.map((message) => ({ type: "warning", message }) as const),
    ...options.deprecations.map((notice) => ({ type: "deprecated", ...notice }) as const),
  ];
  await write(frontEnd.fd, frontEnd.opening + notices.map(frontEnd.print).join(""));

  let end: TurnEnd = { type: "interrupted" };
  for await (const event of thread.run(input, { ask: decline, signal: interrupts.signal })) {
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
