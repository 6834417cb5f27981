// The conversations of one server process: a call of a tool is one turn of one of them (mcp.md 17, 18 and 20).

import type { Thread } from "../../agent/thread-options";
import type { Config } from "../../config/config";
import type { AskAnswer, AskRequest } from "../../protocol/approvals";
import type { ResponseItem } from "../../protocol/response-items";
import { profileOf } from "../../sandbox/policy";
import { threadIdIn } from "../rpc/thread-id";
import { answerOf, questionParams } from "./approvals";
import { eventMessages } from "./events";
import { userMessages, type EventMessage } from "./item-events";
import { openThreadFor, type Place } from "./open-thread";
import type { Params, RpcId } from "./rpc";
import { startupOf } from "./startup";
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

type Conversation = {
  readonly thread: Thread;
  /** The last turn, done or not: turns of one thread run one after the other. */
  last: Promise<unknown>;
  /** What items of the history are told to; replaced by each turn. */
  readonly items: { told: (item: ResponseItem) => void };
  /** Ends with the thread. */
  readonly betweenTurns: Promise<void>;
};

export function startConversations(client: Client, place: Place): Conversations {
  const threads = new Map<string, Conversation>();

  const runTurn = async (
    { thread, items }: Conversation,
    prompt: string,
    call: Call,
    eventId: string,
  ): Promise<CallResult> => {
    const meta = { requestId: call.id, threadId: thread.id };
    const send = (id: string, msg: EventMessage) => client.notify("codex/event", { _meta: meta, id, msg });
    const turn = { threadId: thread.id, turnId: eventId, startedAt: Date.now() };
    let said = false;
    items.told = (item) => {
      send(eventId, { type: "raw_response_item", item });
      if (said || !says(item, prompt)) return;
      said = true;
      for (const message of userMessages(prompt, turn)) send(eventId, message);
    };
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
      if (event.type === "turn.completed") ending = success(event.lastAgentMessage ?? "", thread.id);
      if (event.type === "turn.failed") ending = failure(event.message, thread.id);
    }
    return ending;
  };

  const queued = (
    conversation: Conversation,
    ...[prompt, call, eventId]: readonly [string, Call, string]
  ): Promise<CallResult> => {
    const result = conversation.last.then(() => runTurn(conversation, prompt, call, eventId));
    conversation.last = result.catch((error: unknown) => error);
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
      const items: Conversation["items"] = { told: () => undefined };
      const opened = await openThreadFor(given, place, (item) => items.told(item));
      if (opened.type === "failed") return failure(opened.message);
      const { thread, config } = opened;
      const meta = { requestId: call.id, threadId: thread.id };
      const send = (msg: EventMessage) => client.notify("codex/event", { _meta: meta, id: "", msg });
      send(sessionConfigured(thread, config, place));
      for (const message of thread.warnings) send({ type: "warning", message });
      const betweenTurns = tellBetweenTurns(thread, config, send);
      const conversation = { thread, last: Promise.resolve(), items, betweenTurns };
      threads.set(thread.id, conversation);
      return queued(conversation, given.prompt, call, String(call.id));
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
      const read = threadIdIn(id);
      if (read.type === "invalid") return failure(`Failed to parse thread_id: ${read.reason}`);
      const conversation = threads.get(read.id);
      if (conversation === undefined) return failure(`Session not found for thread_id: ${id}`, id);
      return queued(conversation, prompt, call, crypto.randomUUID());
    },
    async [Symbol.asyncDispose]() {
      const all = [...threads.values()];
      await Promise.all(all.map(({ thread }) => thread[Symbol.asyncDispose]()));
      await Promise.all(all.map(({ betweenTurns }) => betweenTurns));
    },
  };
}

function sessionConfigured(thread: Thread, config: Config, { env }: Place): EventMessage {
  const { cwd, codexHome, writableRootsFlag: addDirs } = config;
  return {
    type: "session_configured",
    session_id: thread.id,
    thread_id: thread.id,
    model: thread.model,
    model_provider_id: config.modelProviderId,
    approval_policy: config.approvalPolicy,
    approvals_reviewer: "user",
    sandbox_policy: config.sandboxPolicy,
    permission_profile:
      config.permissionProfile ?? profileOf(config.sandboxPolicy, { cwd, codexHome, env, addDirs }),
    cwd,
    rollout_path: thread.plannedPath ?? null,
  };
}

/** Servers that start, and commands that ended in the background; until the thread is disposed of. */
async function tellBetweenTurns(
  thread: Thread,
  config: Config,
  send: (message: EventMessage) => void,
): Promise<void> {
  const startup = startupOf(config);
  for (const message of startup.opening) send(message);
  for await (const event of thread.events()) {
    const place = { threadId: thread.id, turnId: "", startedAt: Date.now() };
    const messages = event.type === "mcp_server" ? startup.messages(event) : eventMessages(event, place);
    for (const message of messages) send(message);
  }
}

function says(item: ResponseItem, prompt: string): boolean {
  if (item.type !== "message" || item.role !== "user") return false;
  return item.content.some((part) => part.type === "input_text" && part.text === prompt);
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
