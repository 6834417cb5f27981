// Turns the events of a thread into what `codex exec` writes to stderr for people (exec.md 4).

import type { ThreadEvent, TokenUsage } from "../../protocol/events";
import type { HookEntry, HookRun } from "../../protocol/hooks";
import type {
  CommandExecution,
  FileChangeItem,
  McpToolCall,
  Plan,
  Reasoning,
  ThreadItem,
} from "../../protocol/items";
import { VERSION } from "../../util/version";
import { quoteWords } from "../../util/shell-words";
import type { Paint } from "../style";

/** What the banner shows of a session. */
export type Session = {
  readonly workdir: string;
  readonly model: string;
  readonly provider: string;
  readonly approval: string;
  readonly sandbox: string;
  /** As configured; null when unset. */
  readonly reasoningEffort: string | null;
  readonly reasoningSummaries: string | null;
  readonly sessionId: string;
};

export type HumanOptions = {
  readonly paint: Paint;
  /** Takes out of a finished text what the reader's terminal would obey; leaves it alone where none reads. */
  readonly clean: (text: string) => string;
  readonly hideReasoning: boolean;
  readonly showRawReasoning: boolean;
};

/** A state machine from events to text; every text is whole lines, or empty when the event is not shown. */
export type HumanPrinter = {
  /** The banner, with the prompt as it is sent. */
  readonly started: (session: Session, prompt: string) => string;
  readonly print: (event: ThreadEvent) => string;
  /** What comes after the last event; shows the last message if no event has shown it yet. */
  readonly ended: (lastMessage: string | null) => string;
};

export function humanPrinter(options: HumanOptions): HumanPrinter {
  const { paint, clean } = options;
  let usage: TokenUsage | undefined;
  let shownMessage: string | null = null;
  let toldError = false;
  const errorLine = (message: string) => `${paint("ERROR:", "bold", "red")} ${message}\n`;

  const print = (event: ThreadEvent): string => {
    switch (event.type) {
      case "item.started":
        return startedItem(event.item, paint);
      case "item.updated":
        return event.item.type === "plan" ? planLines(event.item, paint) : "";
      case "item.completed":
        if (event.item.type === "agent_message") shownMessage = event.item.text;
        return completedItem(event.item, options);
      case "turn.diff":
        return event.diff === "" ? "" : `${event.diff}\n`;
      case "tokens":
        usage = event.total;
        return "";
      case "compacted":
        return `${paint("context compacted", "dim")}\n`;
      case "warning":
        return `${paint("warning:", "bold", "yellow")} ${event.message}${event.details === undefined ? "" : ` (${event.details})`}\n`;
      case "deprecated": {
        const details = event.details === null ? "" : `${paint(event.details, "dim")}\n`;
        return `${paint("deprecated:", "bold", "yellow")} ${event.summary}\n${details}`;
      }
      case "hook.started":
        return hookLine(event.run, paint);
      case "hook.completed":
        return (
          hookLine(event.run, paint) + event.run.entries.map((entry) => hookEntry(entry, paint)).join("")
        );
      case "retry":
        return errorLine(`Reconnecting... ${event.attempt}/${event.limit}`);
      case "error":
        toldError = true;
        return errorLine(event.message);
      case "turn.failed":
        // Once as the error, once as the end of the turn: readers of the reference's output count on both.
        return errorLine(event.message).repeat(toldError ? 1 : 2);
      case "turn.aborted":
        return `${paint("turn interrupted", "dim")}\n`;
      case "turn.completed":
      case "turn.started":
      case "message.delta":
      case "reasoning.delta":
      case "reasoning.break":
      case "output.delta":
      case "patch.preview":
      case "patch.refused":
      case "rate_limits":
      case "advice":
      case "mcp_server":
      case "steered":
      case "goal":
        return "";
      default:
        return event satisfies never;
    }
  };
  return {
    started: (session, prompt) => clean(`${banner(session, paint)}${paint("user", "cyan")}\n${prompt}\n`),
    print: (event) => clean(print(event)),
    ended: (lastMessage) => {
      const unseen = lastMessage !== null && lastMessage !== shownMessage;
      const tokens = usage === undefined ? "" : `${paint("tokens used", "dim")}\n${tokensUsed(usage)}\n`;
      return clean((unseen ? messageSection(lastMessage, paint) : "") + tokens);
    },
  };
}

/** A message as a section of its own, under the name of its author. */
function messageSection(text: string, paint: Paint): string {
  return `${paint("codex", "magenta", "italic")}\n${text}\n`;
}

function banner(session: Session, paint: Paint): string {
  const rows = [
    ["workdir", session.workdir],
    ["model", session.model],
    ["provider", session.provider],
    ["approval", session.approval],
    ["sandbox", session.sandbox],
    ["reasoning effort", session.reasoningEffort ?? "none"],
    ["reasoning summaries", session.reasoningSummaries ?? "none"],
    ["session id", session.sessionId],
  ];
  const lines = rows.map(([key, value]) => `${paint(`${key}:`, "bold")} ${value}\n`).join("");
  return `OpenAI Codex v${VERSION}\n--------\n${lines}--------\n`;
}

function startedItem(item: ThreadItem, paint: Paint): string {
  switch (item.type) {
    case "command_execution": {
      const command = paint(quoteWords(item.command), "bold");
      return `${paint("exec", "magenta", "italic")}\n${command} in ${item.cwd}\n`;
    }
    case "file_change":
      return `${paint("apply patch", "bold")}\n`;
    case "mcp_tool_call":
      return `${paint("mcp:", "bold")} ${item.server}/${item.tool} ${paint("started", "dim")}\n`;
    case "web_search":
      return `${paint("web search:", "bold")} ${item.query}\n`;
    case "plan":
      return planLines(item, paint);
    case "agent_message":
    case "reasoning":
    case "image_view":
    case "terminal_interaction":
    case "proposed_plan":
    case "questions":
      return "";
    default:
      return item satisfies never;
  }
}

function completedItem(item: ThreadItem, options: HumanOptions): string {
  const { paint } = options;
  switch (item.type) {
    case "agent_message":
      return messageSection(item.text, paint);
    case "reasoning":
      return reasoningLines(item, options);
    case "command_execution":
      return commandResult(item, paint);
    case "file_change":
      return patchResult(item, paint);
    case "mcp_tool_call":
      return mcpResult(item, paint);
    case "web_search":
      return `${paint("web search:", "bold")} ${item.query}\n`;
    case "plan":
      return planLines(item, paint);
    case "image_view":
    case "terminal_interaction":
    case "proposed_plan":
    case "questions":
      return "";
    default:
      return item satisfies never;
  }
}

function reasoningLines(item: Reasoning, options: HumanOptions): string {
  if (options.hideReasoning) return "";
  const parts = options.showRawReasoning && item.raw.length > 0 ? item.raw : item.summary;
  const text = parts.join("\n");
  return text.trim() === "" ? "" : `${options.paint(text, "dim")}\n`;
}

function commandResult(item: CommandExecution, paint: Paint): string {
  const time = item.durationMs === null ? "" : ` in ${Math.round(item.durationMs)}ms`;
  const output = item.aggregatedOutput.trim() === "" ? "" : `${item.aggregatedOutput}\n`;
  switch (item.status) {
    case "in_progress":
      return "";
    case "completed":
      return `${paint(` succeeded${time}:`, "green")}\n${output}`;
    case "failed":
      return `${paint(` exited ${item.exitCode ?? -1}${time}:`, "red")}\n${output}`;
    case "declined":
      return `${paint(` declined${time}:`, "yellow")}\n${output}`;
  }
}

function patchResult(item: FileChangeItem, paint: Paint): string {
  const paths = item.changes.map((change) => `${paint(change.path, "dim")}\n`).join("");
  return `${paint("patch:", "bold")} ${item.status}\n${paths}`;
}

function mcpResult(item: McpToolCall, paint: Paint): string {
  const failed = item.status === "failed";
  const status = paint(`(${item.status})`, failed ? "red" : "green");
  const error = item.error === null ? "" : `${item.error.message}\n`;
  return `${paint("mcp:", "bold")} ${item.server}/${item.tool} ${status}\n${error}`;
}

/** `hook: Stop` when it begins, `hook: Stop Blocked` when it has ended. */
function hookLine({ event, status }: HookRun, paint: Paint): string {
  const name = `${paint("hook:", "bold")} ${event}`;
  switch (status) {
    case "running":
      return `${name}\n`;
    case "completed":
      return `${name} ${paint("Completed", "green")}\n`;
    case "failed":
      return `${name} ${paint("Failed", "red")}\n`;
    case "blocked":
      return `${name} ${paint("Blocked", "yellow")}\n`;
    case "stopped":
      return `${name} ${paint("Stopped", "yellow")}\n`;
    default:
      return status satisfies never;
  }
}

/** What only the model is told is not for people. */
function hookEntry({ kind, text }: HookEntry, paint: Paint): string {
  if (kind === "context") return "";
  if (kind === "warning") return `${paint("warning:", "bold", "yellow")} ${text}\n`;
  return text.replace(/^/gm, "  ") + "\n";
}

function planLines(plan: Plan, paint: Paint): string {
  const explanation = plan.explanation?.trim() ? `${paint(plan.explanation, "italic")}\n` : "";
  const steps = plan.steps.map(({ step, status }) => {
    switch (status) {
      case "completed":
        return `  ${paint("✓", "green")} ${step}\n`;
      case "in_progress":
        return `  ${paint("→", "cyan")} ${step}\n`;
      case "pending":
        return `  ${paint("•", "dim")} ${paint(step, "dim")}\n`;
    }
  });
  return explanation + steps.join("");
}

/** What the thread has cost so far: the input that no cache gave, and the output. */
function tokensUsed(usage: TokenUsage): string {
  const count = Math.max(0, usage.input_tokens - usage.cached_input_tokens) + usage.output_tokens;
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}
