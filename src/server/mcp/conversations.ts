// The conversations of one server process: a call of a tool is one turn of one of them (mcp.md 17, 18 and 20).

import type { Thread } from "../../agent/thread-options";
import type { Config } from "../../config/config";
import type { AskAnswer, AskRequest } from "../../protocol/approvals";
import { answerOf, questionParams } from "./approvals";
import { eventMessages, type EventMessage } from "./events";
import { openThreadFor } from "./open-thread";
import type { Params, RpcId } from "./rpc";
import { codexFault, replyFault, withoutNulls, type CodexArguments, type ReplyArguments } from "./tools";

/** The other side, as a call sees it. */
export type Client = {
  readonly notify: (method: string, params: Params) => void;
  /** Resolves with the result, and with undefined when the client answers with an error or the signal fires. */
  readonly request: (method: string, params: Params, signal: AbortSignal) => Promise<unknown>;
};

export type CallResult = {
  readonly content: readonly { readonly type: "text"; readonly text: string }[];
  readonly structuredContent?: { readonly threadId: string; readonly content: string };
  readonly isError?: true;
};

export type Call = {
  readonly id: RpcId;
  /** Undefined when the call has none. */
  readonly arguments: Params | undefined;
  readonly signal: AbortSignal;
};

/** Disposing of it ends every thread and what it has started. */
export type Conversations = AsyncDisposable & {
  readonly codex: (call: Call) => Promise<CallResult>;
  readonly reply: (call: Call) => Promise<CallResult>;
};

const INTERRUPTED = "The turn was interrupted.";

type Environment = Readonly<Record<string, string | undefined>>;

export function startConversations(client: Client, env: Environment): Conversations {
  /** The last turn of each thread, done or not: turns of one thread run one after the other. */
  const threads = new Map<string, { readonly thread: Thread; last: Promise<unknown> }>();

  const runTurn = async (
    thread: Thread,
    prompt: string,
    call: Call,
    eventId: string,
  ): Promise<CallResult> => {
    const meta = { requestId: call.id, threadId: thread.id };
    const send = (id: string, msg: EventMessage) => client.notify("codex/event", { _meta: meta, id, msg });
    const turn = { threadId: thread.id, turnId: eventId };
    const ask = async (request: AskRequest, signal: AbortSignal): Promise<AskAnswer> => {
      const params = questionParams(request, { ...turn, requestId: call.id });
      if (params === undefined) return { type: "cancel" };
      return answerOf(await client.request("elicitation/create", params, signal), request);
    };
    let ending: CallResult = failure(INTERRUPTED, thread.id);
    const input = [{ type: "text", text: prompt }] as const;
    for await (const event of thread.run(input, { ask, signal: call.signal })) {
      if (event.type === "turn.started") turn.turnId = event.turnId;
      for (const message of eventMessages(event, turn)) send(eventId, message);
      if (event.type === "turn.started") send(eventId, userMessage(prompt));
      if (event.type === "turn.completed") ending = success(event.lastAgentMessage ?? "", thread.id);
      if (event.type === "turn.failed") ending = failure(event.message, thread.id);
    }
    return ending;
  };

  const queued = (id: string, run: () => Promise<CallResult>): Promise<CallResult> => {
    const entry = threads.get(id);
    if (entry === undefined) return run();
    const result = entry.last.then(run);
    entry.last = result.catch((error: unknown) => error);
    return result;
  };

  return {
    async codex(call) {
      if (call.arguments === undefined) {
        return failure("Missing arguments for codex tool-call; the `prompt` field is required.");
      }
      const fault = codexFault(call.arguments);
      if (fault !== undefined) return failure(`Failed to parse configuration for Codex tool: ${fault}`);
      const given = withoutNulls(call.arguments) as CodexArguments; // the schema has let nothing else pass
      const opened = await openThreadFor(given, env);
      if (opened.type === "failed") return failure(opened.message);
      const { thread, config } = opened;
      threads.set(thread.id, { thread, last: Promise.resolve() });
      const meta = { requestId: call.id, threadId: thread.id };
      client.notify("codex/event", { _meta: meta, id: "", msg: sessionConfigured(thread, config) });
      for (const message of thread.warnings) {
        client.notify("codex/event", { _meta: meta, id: "", msg: { type: "warning", message } });
      }
      return queued(thread.id, () => runTurn(thread, given.prompt, call, String(call.id)));
    },
    async reply(call) {
      if (call.arguments === undefined) {
        return failure(
          "Missing arguments for codex-reply tool-call; the `thread_id` and `prompt` fields are required.",
        );
      }
      const fault = replyFault(call.arguments);
      if (fault !== undefined) return failure(`Failed to parse configuration for Codex tool: ${fault}`);
      const { threadId, conversationId, prompt } = withoutNulls(call.arguments) as ReplyArguments; // as above
      const id = threadId ?? conversationId;
      if (id === undefined) {
        return failure("Failed to parse thread_id: either threadId or conversationId must be provided");
      }
      const thread = threads.get(id)?.thread;
      if (thread === undefined) return failure(`Session not found for thread_id: ${id}`, id);
      return queued(id, () => runTurn(thread, prompt, call, crypto.randomUUID()));
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...threads.values()].map(({ thread }) => thread[Symbol.asyncDispose]()));
    },
  };
}

function sessionConfigured(thread: Thread, config: Config): EventMessage {
  return {
    type: "session_configured",
    session_id: thread.id,
    thread_id: thread.id,
    model: thread.model,
    model_provider_id: config.modelProviderId,
    approval_policy: config.approvalPolicy,
    approvals_reviewer: "user",
    sandbox_policy: config.sandboxPolicy,
    cwd: config.cwd,
  };
}

function userMessage(message: string): EventMessage {
  return { type: "user_message", message, images: [], local_images: [], text_elements: [] };
}

function success(text: string, threadId: string): CallResult {
  return { content: [{ type: "text", text }], structuredContent: { threadId, content: text } };
}

function failure(text: string, threadId?: string): CallResult {
  return {
    content: [{ type: "text", text }],
    ...(threadId !== undefined && { structuredContent: { threadId, content: text } }),
    isError: true,
  };
}
