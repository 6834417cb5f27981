// Turns the events of a thread into the lines of `codex exec --json` (exec.md 5).

import type { ThreadEvent, TokenUsage } from "../../protocol/events";
import type {
  FileChange,
  FileChangeItem,
  ImageView,
  Plan,
  ProposedPlan,
  Questions,
  Reasoning,
  TerminalInteraction,
  ThreadItem,
  WebSearch,
} from "../../protocol/items";
import { quoteWords } from "../../util/shell-words";

/** A state machine from events to text; every text is whole lines, or empty when the event is not shown. */
export type JsonPrinter = {
  /** The first line of the stream. */
  readonly started: (threadId: string) => string;
  readonly print: (event: ThreadEvent) => string;
};

/**
 * Items are numbered `item_0`, `item_1`… when they are first shown. The checklist is one item for the whole run: its
 * first plan starts it, later ones update it, and the end of the turn completes it.
 */
export function jsonPrinter(): JsonPrinter {
  let nextNumber = 0;
  /** Numbers of the items that have started and not completed, by the thread's own id. */
  const open = new Map<string, string>();
  let toldError = false;
  let checklist: { readonly number: string; readonly plan: Plan } | undefined;

  const newNumber = () => `item_${nextNumber++}`;
  const numberOf = (id: string): string => {
    const number = open.get(id) ?? newNumber();
    open.set(id, number);
    return number;
  };

  const showPlan = (plan: Plan): string => {
    const type = checklist === undefined ? "item.started" : "item.updated";
    checklist = { number: checklist?.number ?? newNumber(), plan };
    return itemLine(type, checklistFields(checklist.number, plan));
  };
  const endPlan = (): string => {
    const ended = checklist;
    checklist = undefined;
    return ended === undefined ? "" : itemLine("item.completed", checklistFields(ended.number, ended.plan));
  };
  /** Messages and reasoning are shown when they are whole. */
  const startItem = (item: ThreadItem): string => {
    if (item.type === "plan") return showPlan(item);
    if (!isShown(item) || item.type === "agent_message" || item.type === "reasoning") return "";
    return itemLine("item.started", itemFields(numberOf(item.id), item));
  };
  const completeItem = (item: ThreadItem): string => {
    if (item.type === "plan") return showPlan(item);
    if (!isShown(item)) return "";
    const number = numberOf(item.id);
    open.delete(item.id);
    return itemLine("item.completed", itemFields(number, item));
  };
  const warn = (message: string) =>
    itemLine("item.completed", `{"id":"${newNumber()}","type":"error","message":${JSON.stringify(message)}}`);

  const tellError = (message: string): string => {
    const told = toldError;
    toldError = true;
    return told ? "" : line({ type: "error", message });
  };

  const print = (event: ThreadEvent): string => {
    switch (event.type) {
      case "turn.started":
        return line({ type: "turn.started" });
      case "item.started":
        return startItem(event.item);
      case "item.updated":
        return event.item.type === "plan" ? showPlan(event.item) : "";
      case "item.completed":
        return completeItem(event.item);
      case "retry":
        return line({
          type: "error",
          message: `Reconnecting... ${event.attempt}/${event.limit} (${event.reason})`,
        });
      case "warning":
        return warn(withDetails(event.message, event.details));
      case "deprecated":
        return warn(withDetails(event.summary, event.details));
      case "turn.completed":
        return endPlan() + line({ type: "turn.completed", usage: usageFields(event.usage) });
      case "error":
        return tellError(event.message);
      case "turn.failed": {
        const error = tellError(event.message);
        return error + endPlan() + line({ type: "turn.failed", error: { message: event.message } });
      }
      case "turn.aborted":
        return endPlan();
      case "message.delta":
      case "reasoning.delta":
      case "reasoning.break":
      case "output.delta":
      case "patch.preview":
      case "patch.refused":
      case "turn.diff":
      case "tokens":
      case "rate_limits":
      case "compacted":
      case "advice":
      case "mcp_server":
      case "hook.started":
      case "hook.completed":
      case "steered":
      case "goal":
        return "";
      default:
        return event satisfies never;
    }
  };
  return { started: (threadId) => line({ type: "thread.started", thread_id: threadId }), print };
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

function itemLine(type: "item.started" | "item.updated" | "item.completed", item: string): string {
  return `{"type":"${type}","item":${item}}\n`;
}

/** No reader of these lines knows them. */
type UnshownItem = ImageView | TerminalInteraction | ProposedPlan | Questions;
type ShownItem = Exclude<ThreadItem, Plan | UnshownItem>;

const UNSHOWN: readonly string[] = [
  "image_view",
  "terminal_interaction",
  "proposed_plan",
  "questions",
] satisfies readonly UnshownItem["type"][];

function isShown(item: Exclude<ThreadItem, Plan>): item is ShownItem {
  return !UNSHOWN.includes(item.type) && !(item.type === "reasoning" && reasoningText(item).trim() === "");
}

/** The item as JSON text, its fields in the order that the specification gives. */
function itemFields(id: string, item: ShownItem): string {
  switch (item.type) {
    case "agent_message":
      return JSON.stringify({ id, type: item.type, text: item.text });
    case "reasoning":
      return JSON.stringify({ id, type: item.type, text: reasoningText(item) });
    case "command_execution":
      return JSON.stringify({
        id,
        type: item.type,
        command: quoteWords(item.command),
        aggregated_output: item.aggregatedOutput,
        exit_code: item.exitCode,
        status: item.status,
      });
    case "file_change":
      return JSON.stringify({
        id,
        type: item.type,
        changes: item.changes.map(change),
        status: patchStatus(item),
      });
    case "mcp_tool_call":
      return JSON.stringify({
        id,
        type: item.type,
        server: item.server,
        tool: item.tool,
        arguments: item.arguments,
        result: item.result,
        error: item.error,
        status: item.status,
      });
    case "web_search":
      return webSearchFields(id, item);
    default:
      return item satisfies never;
  }
}

/** The line holds `id` twice: ours, then the call's. Readers that keep the last one are relied upon (exec.md 5.2). */
function webSearchFields(id: string, item: WebSearch): string {
  const rest = JSON.stringify({ id: item.id, query: item.query, action: item.action });
  return `{"id":"${id}","type":"web_search",${rest.slice(1)}`;
}

function checklistFields(id: string, plan: Plan): string {
  const items = plan.steps.map((step) => ({ text: step.step, completed: step.status === "completed" }));
  return JSON.stringify({ id, type: "todo_list", items });
}

function change(fileChange: FileChange): { readonly path: string; readonly kind: FileChange["type"] } {
  return { path: fileChange.path, kind: fileChange.type };
}

function patchStatus(item: FileChangeItem): "in_progress" | "completed" | "failed" {
  return item.status === "declined" ? "failed" : item.status;
}

function reasoningText(item: Reasoning): string {
  return item.summary.join("\n");
}

/** The total stays inside: it can be computed from the rest. */
function usageFields(usage: TokenUsage): Omit<TokenUsage, "total_tokens"> {
  return {
    input_tokens: usage.input_tokens,
    cached_input_tokens: usage.cached_input_tokens,
    cache_write_input_tokens: usage.cache_write_input_tokens,
    output_tokens: usage.output_tokens,
    reasoning_output_tokens: usage.reasoning_output_tokens,
  };
}

function withDetails(summary: string, details: string | null | undefined): string {
  return details === null || details === undefined ? summary : `${summary} (${details})`;
}
