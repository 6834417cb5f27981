// One request to the model and the tool calls of its answer, as one stream of events.

import type { ErrorKind, ThreadEvent, TokenUsage } from "../protocol/events";
import type { MessageItem, ResponseItem } from "../protocol/response-items";
import { serverId } from "../model/response-item";
import type { ModelEvent } from "../model/stream";
import { truncateForHistory } from "../model/truncate";
import { developerMessage } from "../rollout/user-messages";
import type { ToolContext } from "../tools/tool";
import { Merge } from "../util/merge";
import { trackCalls, type Calls } from "../tools/calls";
import { messageText, modelItems, webSearchShown } from "./model-items";
import { splitPlan } from "./plan-mode";
import type { ThreadLog } from "./thread-log";

export type SampleOptions = {
  /** Opens the request. Called once; retries happen inside (agent.md 11). */
  readonly stream: () => AsyncGenerator<ModelEvent, void>;
  readonly log: ThreadLog;
  readonly context: ToolContext;
};

export type SampleOutcome =
  | {
      readonly type: "ended";
      /** The model wants another request: it called a tool, or said so. */
      readonly continues: boolean;
      readonly usage: TokenUsage | undefined;
      /** Text of the last assistant message of this response. */
      readonly lastMessage: string | null;
    }
  | {
      readonly type: "failed";
      readonly message: string;
      readonly kind: ErrorKind;
      readonly httpStatus?: number;
    }
  /** `usage`: of a response that was complete when the interrupt came. */
  | { readonly type: "aborted"; readonly usage?: TokenUsage | undefined };

/**
 * Yields until the response has ended and every call has its output in the history.
 * Before a retry, what was finished is recorded, so that the repeated request contains it.
 */
export async function* sample(options: SampleOptions): AsyncGenerator<ThreadEvent, SampleOutcome> {
  const { log, context } = options;
  const merge = new Merge<ThreadEvent>();
  const calls = trackCalls(context);
  const background = new AbortController();
  const end: { outcome: SampleOutcome } = { outcome: { type: "aborted" } };

  async function* readModel(): AsyncGenerator<ThreadEvent, void> {
    try {
      yield* followStream();
      await calls.settled();
      recordOutputs(calls, log, context);
      merge.close();
    } finally {
      background.abort(); // also when the reader leaves in the middle: the merge waits for all of its sources
    }
  }

  async function* followStream(): AsyncGenerator<ThreadEvent, void> {
    const items = modelItems(context.turnId, context.collaborationMode);
    let called = false;
    let lastMessage: string | null = null;
    for await (const event of options.stream()) {
      switch (event.type) {
        case "item_done": {
          yield* recordItem(event.item, context, log, items);
          if (event.item.type === "message") lastMessage = saidIn(event.item, context) || lastMessage;
          if (event.item.type === "function_call" || event.item.type === "custom_tool_call") {
            called = true;
            merge.add(calls.start(event.item));
          }
          if (event.item.type === "tool_search_call" && event.item.execution === "client") {
            called = true;
            calls.search(event.item);
          }
          break;
        }
        case "retry":
          await calls.settled();
          recordOutputs(calls, log, context);
          items.reset();
          called = false; // the repeated request tells the model how those calls ended
          yield { type: "retry", attempt: event.attempt, limit: event.limit, reason: event.reason };
          break;
        case "warning":
          yield event;
          break;
        case "completed":
          end.outcome = {
            type: "ended",
            continues: called || event.endTurn === false,
            usage: event.usage,
            lastMessage,
          };
          break;
        case "failed":
          end.outcome = { ...event, type: "failed" };
          break;
        default:
          yield* items.live(event);
      }
    }
  }

  merge.add(readModel());
  merge.add(context.processes.completions(background.signal));
  for await (const event of merge) {
    log.shown(event, context);
    yield event;
  }
  const { outcome } = end;
  if (!context.signal.aborted) return outcome;
  return { type: "aborted", usage: outcome.type === "ended" ? outcome.usage : undefined };
}

async function* recordItem(
  item: ResponseItem,
  context: ToolContext,
  log: ThreadLog,
  items: ReturnType<typeof modelItems>,
): AsyncGenerator<ThreadEvent, void> {
  switch (item.type) {
    case "message":
      log.assistant(item, saidIn(item, context));
      break;
    case "reasoning":
      log.reasoning(item);
      break;
    case "web_search_call":
      log.webSearch(item, webSearchShown(item, serverId(item) ?? ""));
      break;
    default:
      log.item(item);
  }
  yield* items.finished(item);
}

/** What the user reads of a message: in plan mode without the plan, unless there is nothing else. */
function saidIn(message: MessageItem, { collaborationMode }: ToolContext): string {
  const text = messageText(message);
  if (collaborationMode !== "plan") return text;
  const { said, plan } = splitPlan(text);
  return said === "" ? (plan ?? "") : said;
}

function recordOutputs(calls: Calls, log: ThreadLog, context: ToolContext): void {
  for (const output of calls.takeOutputs()) log.item(truncateForHistory(output, context.model));
  for (const text of context.approvals.takeNotices()) log.item(developerMessage(text));
}
