// The items of a thread as the protocol spells them (app-server.md 16).

import { isAbsolute, resolve } from "node:path";
import type { CommandExecution, FileChange, McpToolCall, ThreadItem } from "../../protocol/items";
import { lookingCommands, type Look } from "../../rules/safe";
import { quoteWords } from "../../util/shell-words";
import { isRecord } from "../rpc/message";

export type Item = { readonly type: string; readonly id: string; readonly [member: string]: unknown };

/** Undefined for what the protocol has no item for. */
export function itemOut(item: ThreadItem): Item | undefined {
  const { id } = item;
  switch (item.type) {
    case "agent_message":
      return { type: "agentMessage", id, text: item.text, phase: item.phase, memoryCitation: null };
    case "reasoning":
      return { type: "reasoning", id, summary: item.summary, content: item.raw };
    case "command_execution":
      return commandItem(item);
    case "file_change":
      return fileChangeItem(id, item.changes, camelStatus(item.status));
    case "mcp_tool_call":
      return mcpItem(item);
    case "web_search":
      return { type: "webSearch", id, query: item.query, action: searchAction(item.action) };
    case "proposed_plan":
      return { type: "plan", id, text: item.text };
    case "image_view":
      return { type: "imageView", id, path: item.path };
    case "plan":
    case "questions":
    case "terminal_interaction":
      return undefined;
    default:
      return item satisfies never;
  }
}

export function fileChangeItem(id: string, changes: readonly FileChange[], status: string): Item {
  return { type: "fileChange", id, changes: changesOut(changes), status };
}

export function changesOut(changes: readonly FileChange[]): readonly object[] {
  return changes.map(changeOut);
}

/** What a shell command looks at, for clients that sum it up. */
export function commandActions(argv: readonly string[], cwd: string): readonly object[] {
  const looking = lookingCommands(argv);
  if (looking === undefined) return [{ type: "unknown", command: scriptOf(argv) }];
  return looking.flatMap(({ words, looks }) => looks.map((look) => actionOf(look, quoteWords(words), cwd)));
}

function actionOf(look: Look, command: string, cwd: string): object {
  switch (look.type) {
    case "read":
      return {
        type: "read",
        command,
        name: look.name,
        path: isAbsolute(look.path) ? look.path : resolve(cwd, look.path),
      };
    case "list":
      return { type: "listFiles", command, path: look.place ?? null };
    case "search":
      return { type: "search", command, query: look.query, path: look.place ?? null };
    default:
      return look satisfies never;
  }
}

/** The shell's script where there is one, else the whole command. */
function scriptOf(argv: readonly string[]): string {
  const isScript = argv.length === 3 && /^-l?c$/.test(argv[1] ?? "");
  return isScript ? (argv[2] ?? "") : quoteWords(argv);
}

export function camelStatus(status: string): string {
  return status === "in_progress" ? "inProgress" : status;
}

/** A search of the web, as the server of the model described it. */
export function searchAction(action: unknown): object | null {
  if (!isRecord(action)) return null;
  const { query = null, queries = null, url = null, pattern = null } = action;
  switch (action["type"]) {
    case "search":
      return { type: "search", query, queries };
    case "open_page":
      return { type: "openPage", url };
    case "find_in_page":
      return { type: "findInPage", url, pattern };
    default:
      return { type: "other" };
  }
}

function commandItem(item: CommandExecution): Item {
  const { id, cwd, aggregatedOutput, exitCode, durationMs } = item;
  return {
    type: "commandExecution",
    id,
    command: quoteWords(item.command),
    cwd,
    processId: null,
    source: item.source === "user_shell" ? "userShell" : "agent",
    status: camelStatus(item.status),
    commandActions: commandActions(item.command, cwd),
    aggregatedOutput: aggregatedOutput === "" ? null : aggregatedOutput,
    exitCode: item.status === "declined" ? null : exitCode,
    durationMs: item.status === "declined" ? null : durationMs,
  };
}

function mcpItem(item: McpToolCall): Item {
  const { id, server, tool, result, error, durationMs } = item;
  return {
    type: "mcpToolCall",
    id,
    server,
    tool,
    status: camelStatus(item.status),
    arguments: item.arguments ?? null,
    pluginId: null,
    result:
      result === null
        ? null
        : {
            content: result.content,
            structuredContent: result.structured_content ?? null,
            _meta: result._meta ?? null,
          },
    error,
    durationMs: durationMs === null ? null : Math.round(durationMs),
  };
}

function changeOut(change: FileChange): object {
  if (change.type !== "update") {
    return { path: change.path, kind: { type: change.type }, diff: change.content };
  }
  const { path, unifiedDiff, movePath } = change;
  const moved = movePath === null ? "" : `\n\nMoved to: ${movePath}`;
  return { path, kind: { type: "update", move_path: movePath }, diff: unifiedDiff + moved };
}
