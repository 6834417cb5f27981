// Puts the questions of a turn to the user: shown, announced, asked when nobody types, and their answers shown too (tui.md 5).

import type { Ask, AskAnswer, AskRequest } from "../protocol/approvals";
import type { App } from "./app";
import type { Dialogs } from "./dialogs";
import type { RunningTurn } from "./running-turn";

export type Asking = {
  readonly of: (turn: RunningTurn) => Ask;
  /** Resolves when the user has not typed for a moment, so that no key meant for the composer answers a question. */
  readonly quiet: (signal: AbortSignal) => Promise<void>;
  /** A question is waiting for its answer. */
  readonly isOpen: () => boolean;
  /** A key was pressed in the composer, at this time in milliseconds of `performance.now()`. */
  readonly typed: (at: number) => void;
};

export function createAsking(app: App, dialogs: Dialogs): Asking {
  let open = 0;
  let lastKeyAt = 0;
  const quiet = (signal: AbortSignal) => dialogs.quiet(() => lastKeyAt, signal);
  const ask = async (request: AskRequest, signal: AbortSignal): Promise<AskAnswer> => {
    const { askUser } = await import("./questions/ask");
    await quiet(signal);
    if (signal.aborted) return { type: "cancel" };
    return await app.dialog(() => askUser(app.screen, app.theme, request, signal, app.config().cwd));
  };
  return {
    of: (turn) => async (request, signal) => {
      app.print(app.transcript().asked(request));
      app.notify({ type: "asked", request });
      open += 1;
      const answer = await ask(request, signal).finally(() => (open -= 1));
      app.print(app.transcript().approved(request, answer));
      const ends = answer.type === "cancel" && !request.type.startsWith("mcp_"); // of those only the call is cancelled
      if (ends && !signal.aborted) turn.stopped = "in_dialog";
      return answer;
    },
    quiet,
    isOpen: () => open > 0,
    typed: (at) => {
      lastKeyAt = at;
    },
  };
}
