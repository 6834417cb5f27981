// The events of a turn as `codex/event` notifications carry them, in the shape of session files (mcp.md 18).

import type { ThreadEvent } from "../../protocol/events";
import type {
  CommandExecution,
  FileChange,
  FileChangeItem,
  McpToolCall,
  ThreadItem,
} from "../../protocol/items";
import { lookingCommands, type Look } from "../../rules/safe";
import { quoteWords } from "../../util/shell-words";
import { itemMessage, type EventMessage, type EventPlace } from "./item-events";

/** None for what only front ends of ours show. */
export function eventMessages(event: ThreadEvent, place: EventPlace): readonly EventMessage[] {
  const { threadId, turnId, startedAt } = place;
  switch (event.type) {
    case "turn.started":
      return [
        {
          type: "task_started",
          turn_id: turnId,
          started_at: Math.floor(startedAt / 1000),
          model_context_window: event.modelContextWindow,
          collaboration_mode_kind: "default",
        },
      ];
    case "item.started":
      return [...itemMessage("item_started", event.item, place), ...itemStarted(event.item, turnId)];
    case "item.updated":
      return event.item.type === "plan"
        ? [{ type: "plan_update", explanation: event.item.explanation, plan: event.item.steps }]
        : [];
    case "item.completed":
      return [...itemMessage("item_completed", event.item, place), ...itemCompleted(event.item, turnId)];
    case "message.delta":
      return [
        {
          type: "agent_message_content_delta",
          thread_id: threadId,
          turn_id: turnId,
          item_id: event.itemId,
          delta: event.delta,
        },
      ];
    case "output.delta": {
      const chunk = Buffer.from(event.chunk).toString("base64");
      return [{ type: "exec_command_output_delta", call_id: event.itemId, stream: "stdout", chunk }];
    }
    case "turn.diff":
      return [{ type: "turn_diff", unified_diff: event.diff }];
    case "tokens": {
      const { total, last, contextWindow } = event;
      const info = { total_token_usage: total, last_token_usage: last, model_context_window: contextWindow };
      return [{ type: "token_count", info, rate_limits: null }];
    }
    case "retry":
      return [
        {
          type: "stream_error",
          message: `Reconnecting... ${event.attempt}/${event.limit}`,
          details: event.reason,
        },
      ];
    case "warning":
      return [{ type: "warning", message: event.message }];
    case "deprecated":
      return [{ type: "deprecation_notice", summary: event.summary, details: event.details }];
    case "compacted":
      return [{ type: "context_compacted" }];
    case "error":
      return [{ type: "error", message: event.message, codex_error_info: "other" }];
    case "turn.completed":
      return [
        {
          type: "task_complete",
          turn_id: turnId,
          last_agent_message: event.lastAgentMessage,
          ...endOf(startedAt),
        },
      ];
    case "turn.failed":
      return [{ type: "error", message: event.message, codex_error_info: event.kind }];
    case "turn.aborted":
      return [{ type: "turn_aborted", turn_id: turnId, reason: event.reason, ...endOf(startedAt) }];
    case "reasoning.delta": {
      const { itemId: item_id, delta, summaryIndex: summary_index } = event;
      const fields = { thread_id: threadId, turn_id: turnId, item_id, delta, summary_index };
      return [{ type: "reasoning_content_delta", ...fields }];
    }
    case "reasoning.break": {
      const { itemId: item_id, summaryIndex: summary_index } = event;
      return [{ type: "agent_reasoning_section_break", item_id, summary_index }];
    }
    case "patch.preview":
    case "patch.refused":
    case "rate_limits":
    case "advice":
    case "steered":
    case "goal":
    case "mcp_server":
    case "hook.started":
    case "hook.completed":
      return [];
    default:
      return event satisfies never;
  }
}

/** Changes by path, as approvals show them too. */
export function changesByPath(changes: readonly FileChange[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    changes.map((change) => [
      change.path,
      change.type === "update"
        ? { type: "update", unified_diff: change.unifiedDiff, move_path: change.movePath }
        : { type: change.type, content: change.content },
    ]),
  );
}

function itemStarted(item: ThreadItem, turnId: string): readonly EventMessage[] {
  switch (item.type) {
    case "command_execution":
      return [{ type: "exec_command_begin", started_at_ms: Date.now(), ...commandFields(item, turnId) }];
    case "file_change":
      return [{ type: "patch_apply_begin", ...patchFields(item, turnId) }];
    case "mcp_tool_call":
      return [{ type: "mcp_tool_call_begin", ...callFields(item) }];
    case "web_search":
      return [{ type: "web_search_begin", call_id: item.id }];
    default:
      return [];
  }
}

function itemCompleted(item: ThreadItem, turnId: string): readonly EventMessage[] {
  switch (item.type) {
    case "agent_message":
      return [{ type: "agent_message", message: item.text, phase: item.phase, memory_citation: null }];
    case "reasoning":
      return item.summary.map((text) => ({ type: "agent_reasoning", text }));
    case "command_execution":
      return [
        {
          type: "exec_command_end",
          ...commandFields(item, turnId),
          exit_code: item.exitCode,
          stdout: item.aggregatedOutput,
          stderr: "",
          aggregated_output: item.aggregatedOutput,
          formatted_output: item.aggregatedOutput,
          completed_at_ms: Date.now(),
          duration: durationOf(item.durationMs),
          status: item.status,
        },
      ];
    case "file_change": {
      const { stdout = "", stderr = "", status } = item;
      const success = status === "completed";
      return [{ type: "patch_apply_end", ...patchFields(item, turnId), stdout, stderr, success, status }];
    }
    case "mcp_tool_call":
      return [
        {
          type: "mcp_tool_call_end",
          ...callFields(item),
          duration: durationOf(item.durationMs),
          result: item.result === null ? { Err: item.error?.message ?? "" } : { Ok: item.result },
        },
      ];
    case "web_search":
      return [{ type: "web_search_end", call_id: item.id, query: item.query, action: item.action }];
    case "plan":
      return [{ type: "plan_update", explanation: item.explanation, plan: item.steps }];
    case "image_view":
      return [{ type: "view_image_tool_call", call_id: item.id, path: item.path }];
    case "terminal_interaction": {
      const { execution, input: stdin } = item;
      if (execution === undefined) return [];
      const { itemId: call_id, processId } = execution;
      return [{ type: "terminal_interaction", call_id, process_id: String(processId), stdin }];
    }
    case "proposed_plan":
    case "questions":
      return [];
    default:
      return item satisfies never;
  }
}

function commandFields(item: CommandExecution, turnId: string): object {
  const { id: call_id, command, cwd, source = "agent" } = item;
  return { call_id, turn_id: turnId, command, cwd, parsed_cmd: parsedCommand(command), source };
}

/** What a command looks at, or the script that a shell runs. */
export function parsedCommand(command: readonly string[]): readonly object[] {
  const looking = lookingCommands(command);
  if (looking === undefined) return [{ type: "unknown", cmd: command.at(-1) ?? "" }];
  return looking.flatMap(({ words, looks }) => looks.map((look) => lookOf(look, quoteWords(words))));
}

function lookOf(look: Look, cmd: string): object {
  switch (look.type) {
    case "read":
      return { type: "read", cmd, name: look.name, path: look.path };
    case "list":
      return { type: "list_files", cmd, path: look.place ?? null };
    case "search":
      return { type: "search", cmd, query: look.query, path: look.place ?? null };
    default:
      return look satisfies never;
  }
}

function patchFields(item: FileChangeItem, turnId: string): object {
  return { call_id: item.id, turn_id: turnId, changes: changesByPath(item.changes) };
}

function callFields({ id, server, tool, arguments: given }: McpToolCall): object {
  return { call_id: id, invocation: { server, tool, arguments: given } };
}

function durationOf(milliseconds: number | null): { readonly secs: number; readonly nanos: number } {
  const whole = milliseconds ?? 0;
  const secs = Math.floor(whole / 1000);
  return { secs, nanos: Math.round((whole - secs * 1000) * 1e6) };
}

function endOf(startedAt: number): object {
  const now = Date.now();
  return { completed_at: Math.floor(now / 1000), duration_ms: now - startedAt };
}
