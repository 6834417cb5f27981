// The questions that a thread has open: put to everybody who follows it, with what is told around them (app-server.md 14 and 18).

import type { AskAnswer, AskRequest } from "../../protocol/approvals";
import type { Asked, Client, Clients, Params } from "../app/client";
import { commandBefore, questionOf } from "./asking";
import { completed, startedOnce, type OpenItems } from "./events";

export type AskingStage = {
  readonly threadId: string;
  readonly open: OpenItems;
  readonly followers: ReadonlySet<Client>;
  readonly clients: Clients;
  readonly say: (method: string, params: Params) => Promise<void>;
  readonly sayStatus: () => Promise<void>;
};

export type Asking = {
  readonly ask: (request: AskRequest, turnId: string, signal: AbortSignal) => Promise<AskAnswer>;
  /** Puts what is open to one who has joined. */
  readonly askAlso: (client: Client) => void;
  /** What the thread waits for, each once. */
  readonly flags: () => readonly string[];
  /** The turn is over. */
  readonly forget: () => void;
};

/** One who answers with an error declines. Where nobody follows the thread the question waits for somebody who does. */
export function asking(stage: AskingStage): Asking {
  const { threadId, open, followers, clients, say, sayStatus } = stage;
  let waits: readonly { readonly flag: string }[] = [];
  const unanswered = new Set<Asked>();
  return {
    askAlso(client) {
      for (const asked of unanswered) asked.askAlso(client);
    },
    flags: () => [...new Set(waits.map(({ flag }) => flag))],
    forget() {
      waits = [];
    },
    async ask(request, turnId, signal) {
      const place = { threadId, turnId, open };
      const question = questionOf(request, { threadId, turnId });
      const wait = { flag: question.flag };
      waits = [...waits, wait];
      await sayStatus();
      const isNew = request.type === "command" && !open.has(request.callId);
      if (isNew) {
        for (const told of startedOnce(commandBefore(request), place)) await say(told.method, told.params);
      }
      const asked = clients.ask([...followers], question.method, question.params, signal);
      unanswered.add(asked);
      const result = await asked.reply;
      unanswered.delete(asked);
      await say("serverRequest/resolved", { threadId, requestId: asked.id });
      waits = waits.filter((other) => other !== wait);
      const answer: AskAnswer = signal.aborted ? { type: "cancel" } : question.read(result);
      if (!signal.aborted) await sayStatus();
      if (isNew && (answer.type === "decline" || answer.type === "cancel")) {
        const status = result === undefined && !signal.aborted ? "failed" : "declined";
        const item = { ...commandBefore(request), status };
        const told = completed(item, place);
        open.set(item.id, { item, turnId, closed: true });
        await say(told.method, told.params);
      }
      return answer;
    },
  };
}
