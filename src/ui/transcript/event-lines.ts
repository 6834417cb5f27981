// Follows the events of a thread and knows what is printed of each, what still grows, and what the status line says (tui.md 7).

import type { AskRequest } from "../../protocol/approvals";
import type { ThreadEvent } from "../../protocol/events";
import type { HookRun } from "../../protocol/hooks";
import type { FileChange, Plan, ThreadItem } from "../../protocol/items";
import { failureText } from "../text/failure-text";
import { changeLines, changeSummary, failedPatchLines } from "./diff";
import { withContext } from "./diff-context";
import { oneLine, wholeLines, type Layout } from "./layout";
import {
  errorLines,
  goalWatch,
  hookLines,
  inputLines,
  INTERRUPTED,
  limitWatch,
  noticeLines,
  ruleLines,
  warningLines,
} from "./notes";
import { MessageCell, ReasoningHeader, reasoningLines } from "./spoken";
import { mcpLines, planLines, simpleItemLines, webSearchLines } from "./tool-lines";
import { Work } from "./work";

export type TranscriptOptions = Layout & {
  /** `hide_agent_reasoning`, `show_raw_agent_reasoning`. */
  readonly hideReasoning: boolean;
  readonly showRawReasoning: boolean;
  /** Milliseconds; for how long things take. Default `Date.now`. */
  readonly now?: () => number;
};

/** A hook that runs this long is named, in milliseconds. */
const SHOWN_HOOK_MS = 300;

/** What the status line says while a turn runs. */
export type WorkStatus = { readonly header: string; readonly details: readonly string[] };

/** Keeps what is live and nothing else: what has been printed is the terminal's. */
export class EventLines {
  readonly #options: TranscriptOptions;
  readonly #now: () => number;
  readonly #reasoning = new ReasoningHeader();
  readonly #limits = limitWatch();
  readonly #goals = goalWatch();
  readonly #work: Work;
  #message: MessageCell | undefined;
  #proposedPlanId: string | undefined;
  #started = false;
  #turnStartedAt: number;
  #workedSinceMessage = false;
  #retry: Extract<ThreadEvent, { type: "retry" }> | undefined;
  #waitingFor: string | undefined;
  #toldError = false;
  #lastPlan: Plan | undefined;
  /** Calls whose patch has been shown with the question about it. */
  readonly #shownPatches = new Set<string>();
  /** Hooks that run, by the id of the run, and since when. */
  readonly #hooks = new Map<string, { readonly run: HookRun; readonly since: number }>();

  constructor(options: TranscriptOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#turnStartedAt = this.#now();
    this.#work = new Work(options);
  }

  handle(event: ThreadEvent): string {
    switch (event.type) {
      case "turn.started":
        this.#turnStartedAt = this.#now();
        this.#workedSinceMessage = false;
        this.#toldError = false;
        this.#lastPlan = undefined;
        this.#reasoning.clear();
        return "";
      case "item.started":
        return this.#itemStarted(event.item);
      case "item.updated":
        return event.item.type === "plan" ? this.#plan(event.item) : "";
      case "item.completed":
        return this.#itemCompleted(event.item);
      case "message.delta":
        this.#goesOn();
        return this.#messageText(event.itemId, event.delta, event.itemId === this.#proposedPlanId);
      case "reasoning.delta":
        this.#goesOn();
        this.#reasoning.add(event.delta);
        return "";
      case "reasoning.break":
        this.#reasoning.nextPart();
        return "";
      case "output.delta":
        this.#work.output(event.itemId, event.chunk);
        return "";
      case "patch.preview":
        this.#retry = undefined;
        this.#work.preview(event.itemId, event.changes);
        return "";
      case "patch.refused":
        this.#workedSinceMessage = true;
        this.#work.forget(event.itemId);
        return this.note(failedPatchLines(event.reason, this.#options));
      case "rate_limits":
        return this.#limits(event.limits)
          .map((text) => this.note(warningLines(text, undefined, this.#options)))
          .join("");
      case "retry":
        this.#retry = event;
        return this.#endMessage();
      case "warning":
        return this.note(warningLines(event.message, event.details, this.#options));
      case "deprecated":
        return this.note(warningLines(event.summary, event.details ?? undefined, this.#options));
      case "compacted":
        return this.note(noticeLines("Context compacted", undefined, this.#options));
      case "advice":
        return this.note(noticeLines(event.message, undefined, this.#options));
      case "steered":
        return this.note(inputLines(event.input, this.#options));
      case "mcp_server":
        return "";
      case "hook.started":
        this.#hooks.set(event.run.id, { run: event.run, since: this.#now() });
        return "";
      case "hook.completed":
        this.#hooks.delete(event.run.id);
        return this.note(hookLines(event.run, this.#options));
      case "error":
        this.#toldError = true;
        return this.note(errorLines(failureText(event.message, event.httpStatus), this.#options));
      case "turn.completed":
        return this.finish();
      case "turn.failed":
        if (this.#toldError) return this.finish();
        return (
          this.finish() + this.note(errorLines(failureText(event.message, event.httpStatus), this.#options))
        );
      case "turn.aborted":
        if (event.reason !== "interrupted") return this.finish();
        return this.finish() + this.note(errorLines(INTERRUPTED, this.#options));
      case "goal":
        return this.note(this.#goals(event.goal, this.#options));
      case "turn.diff":
      case "tokens":
        return "";
      default:
        return event satisfies never;
    }
  }

  live(now: number): readonly string[] {
    const message = this.#message?.live(this.#rule()) ?? [];
    const cells = [message, ...this.#work.live(now)].filter((lines) => lines.length > 0);
    return cells.flatMap((lines, index) =>
      // The message may go on below lines that are printed already; then no blank line stands before it.
      (index === 0 && lines === message && this.#message?.begun === true) || !(this.#started || index > 0)
        ? lines
        : ["", ...lines],
    );
  }

  status(): WorkStatus {
    const retry = this.#retry;
    if (retry !== undefined) {
      return {
        header: `Reconnecting... ${retry.attempt}/${retry.limit}`,
        details: [oneLine(failureText(retry.reason))],
      };
    }
    if (this.#waitingFor !== undefined)
      return { header: "Waiting for background terminal", details: [this.#waitingFor] };
    return { header: this.#reasoning.title ?? "Working", details: this.#runningHooks() };
  }

  progress(): { readonly done: number; readonly of: number } | undefined {
    const steps = this.#lastPlan?.steps ?? [];
    if (steps.length === 0) return undefined;
    return { done: steps.filter(({ status }) => status === "completed").length, of: steps.length };
  }

  /** One that is done in no time is not worth a line. */
  #runningHooks(): readonly string[] {
    return [...this.#hooks.values()]
      .filter(({ since }) => this.#now() - since >= SHOWN_HOOK_MS)
      .map(({ run: { event, statusMessage } }) =>
        oneLine(`Running ${event} hook${statusMessage === null ? "" : `: ${statusMessage}`}`),
      );
  }

  finish(): string {
    this.#hooks.clear();
    this.#retry = undefined;
    this.#waitingFor = undefined;
    this.#reasoning.clear();
    this.#shownPatches.clear();
    return this.#endMessage() + this.#cells(this.#work.end());
  }

  /** What stands on its own. It ends the group and the message before it. */
  note(lines: readonly string[]): string {
    if (lines.length === 0) return "";
    return this.#endMessage() + this.#cells(this.#work.close()) + this.#cell(lines);
  }

  asked(request: AskRequest): string {
    if (request.type !== "patch") return "";
    this.#shownPatches.add(request.callId);
    this.#work.forget(request.callId);
    return this.#changes(request.changes);
  }

  #itemStarted(item: ThreadItem): string {
    this.#retry = undefined;
    switch (item.type) {
      case "agent_message":
      case "reasoning":
        this.#goesOn();
        return "";
      case "command_execution":
        return this.#endMessage() + this.#cells(this.#work.commandStarted(item, this.#now()));
      case "file_change":
        if (!this.#shownPatches.has(item.id))
          this.#work.show(item.id, changeSummary("Editing", item.changes, this.#options));
        return this.#endMessage();
      case "mcp_tool_call":
        this.#work.show(item.id, mcpLines(item, this.#options));
        return this.#endMessage();
      case "web_search":
        this.#work.show(item.id, webSearchLines(item, true, this.#options));
        return this.#endMessage();
      case "terminal_interaction":
        this.#waitingFor = item.input === "" ? oneLine(item.command) : undefined;
        return this.#endMessage();
      case "plan":
        return this.#plan(item);
      case "proposed_plan":
        this.#goesOn();
        this.#proposedPlanId = item.id;
        return "";
      case "questions":
      case "image_view":
        return "";
      default:
        return item satisfies never;
    }
  }

  #itemCompleted(item: ThreadItem): string {
    this.#retry = undefined;
    switch (item.type) {
      case "agent_message":
        return this.#wholeMessage(item.id, item.text, false);
      case "proposed_plan":
        return this.#wholeMessage(item.id, item.text, true);
      case "reasoning":
        this.#reasoning.nextPart();
        return this.note(reasoningLines(item, this.#options));
      case "command_execution":
        this.#workedSinceMessage = true;
        return this.#endMessage() + this.#cells(this.#work.commandEnded(item));
      case "file_change": {
        this.#workedSinceMessage = true;
        this.#work.forget(item.id);
        if (item.status === "declined") return "";
        if (item.status === "failed") return this.note(failedPatchLines(item.stderr ?? "", this.#options));
        return this.#shownPatches.delete(item.id) ? "" : this.#changes(item.changes);
      }
      case "plan":
        return this.#plan(item);
      default: {
        this.#work.forget(item.id);
        this.#waitingFor = undefined;
        this.#workedSinceMessage = true;
        return this.note(simpleItemLines(item, this.#options) ?? []);
      }
    }
  }

  /** The model goes on, so every call has returned: what still runs does so in the background. */
  #goesOn(): void {
    this.#retry = undefined;
    this.#waitingFor = undefined;
    this.#work.toBackground();
  }

  /** The deltas of a message, or all of it. */
  #messageText(id: string, delta: string, isPlan: boolean): string {
    let before = "";
    if (this.#message?.id !== id) {
      before = this.#endMessage() + this.#cells(this.#work.close());
      this.#message = new MessageCell(id, isPlan, this.#options);
    }
    return before + this.#messageLines(this.#message.write(delta));
  }

  #wholeMessage(id: string, text: string, isPlan: boolean): string {
    const open = this.#message;
    const received = open?.id === id ? open.received : 0;
    // A message that was not streamed, or the end of one. What was printed stays, also if it is told otherwise now.
    const rest = received <= text.length ? text.slice(received) : "";
    return this.#messageText(id, rest, isPlan) + this.#endMessage();
  }

  #endMessage(): string {
    const message = this.#message;
    if (message === undefined) return "";
    const text = this.#messageLines(message.finish());
    this.#message = undefined;
    return text;
  }

  #messageLines(lines: readonly string[]): string {
    const message = this.#message;
    if (message === undefined || lines.length === 0) return "";
    if (message.begun) return wholeLines(lines);
    message.begun = true;
    const rule = this.#rule();
    this.#workedSinceMessage = false;
    return (rule.length > 0 ? this.#cell(rule) : "") + this.#cell(lines);
  }

  /** Between work and what is said about it. */
  #rule(): string[] {
    return this.#workedSinceMessage ? ruleLines(this.#now() - this.#turnStartedAt, this.#options) : [];
  }

  #changes(changes: readonly FileChange[]): string {
    return this.note(changeLines(changes.map(withContext), this.#options));
  }

  #plan(plan: Plan): string {
    if (this.#lastPlan !== undefined && Bun.deepEquals(this.#lastPlan, plan)) return "";
    this.#lastPlan = plan;
    return this.note(planLines(plan, this.#options));
  }

  #cells(cells: readonly (readonly string[])[]): string {
    return cells.map((lines) => this.#cell(lines)).join("");
  }

  #cell(lines: readonly string[]): string {
    if (lines.length === 0) return "";
    const blank = this.#started ? "\n" : "";
    this.#started = true;
    return blank + wholeLines(lines);
  }
}
