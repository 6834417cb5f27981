// Shows calls of tools other than commands and patches: plans, MCP, web searches, images, terminals, questions (tui.md 7).

import type {
  McpToolCall,
  Plan,
  Questions,
  TerminalInteraction,
  ThreadItem,
  WebSearch,
} from "../../protocol/items";
import { plainText } from "../text/control-sequences";
import { outputLines } from "./command";
import { branch, bulleted, limitsOf, oneLine, shownPath, type Layout } from "./layout";

/** Characters shown of the arguments of an MCP tool, and of what is typed into a terminal. */
const ARGUMENT_CHARS = 400;

/** A plan as a checklist. */
export function planLines(plan: Plan, layout: Layout): string[] {
  const { theme } = layout;
  const explanation = plainText(plan.explanation ?? "").trim();
  const steps = plan.steps.map(({ step, status }) => {
    const text = oneLine(step);
    switch (status) {
      case "completed":
        return `${theme.success("✔")} ${theme.dim(theme.strike(text))}`;
      case "in_progress":
        return theme.accent(theme.bold(`□ ${text}`));
      case "pending":
        return theme.dim(`□ ${text}`);
    }
  });
  return [
    ...bulleted(theme.bold("Updated Plan"), layout),
    ...branch(
      [
        ...(explanation === "" ? [] : [theme.dim(theme.italic(explanation))]),
        ...(steps.length === 0 ? [theme.dim("(no steps provided)")] : steps),
      ],
      layout,
    ),
  ];
}

/** `• Called server.tool({"a":1})` and the beginning of its answer; without a result, that it is being called. */
export function mcpLines(call: McpToolCall, layout: Layout): string[] {
  const { theme } = layout;
  const running = call.status === "in_progress";
  const bullet = running ? undefined : call.status === "failed" ? theme.error("•") : theme.success("•");
  const given = call.arguments === null || call.arguments === undefined ? "" : JSON.stringify(call.arguments);
  const name = `${theme.accent(`${oneLine(call.server)}.${oneLine(call.tool)}`)}(${theme.dim(short(given))})`;
  const head = bulleted(`${theme.bold(running ? "Calling" : "Called")} ${name}`, layout, bullet);
  if (running) return head;
  if (call.error !== null) {
    return [...head, ...outputLines(`Error: ${call.error.message}`, limitsOf(layout).output, layout)];
  }
  const answer = (call.result?.content ?? []).map(contentText).join("\n");
  return [...head, ...outputLines(answer, limitsOf(layout).output, layout)];
}

export function webSearchLines(search: WebSearch, running: boolean, layout: Layout): string[] {
  const { theme } = layout;
  if (running && search.query === "") return bulleted(theme.bold("Searching the web"), layout);
  const isSearch = (search.action as { type?: unknown } | null)?.type === "search";
  const query = oneLine(search.query);
  const subject = isSearch ? `for "${query}"` : query;
  const verb = running ? "Searching the web" : "Searched the web";
  return bulleted(`${theme.bold(verb)}${query === "" ? "" : ` ${subject}`}`, layout);
}

export function imageLines(path: string, layout: Layout): string[] {
  const { theme } = layout;
  return [
    ...bulleted(theme.bold("Viewed Image"), layout),
    ...branch([theme.dim(shownPath(path, layout))], layout),
  ];
}

/** A wait for a command in the background, or what was typed into it. */
export function terminalLines(item: TerminalInteraction, layout: Layout): string[] {
  const { theme } = layout;
  const command = theme.dim(` · ${short(oneLine(item.command))}`);
  if (item.input === "") return bulleted(`${theme.bold("Waited for background terminal")}${command}`, layout);
  const head = `${theme.bold("Interacted with background terminal")}${command}`;
  const input = oneLine(visibleKeys(item.input)).trim();
  return [...bulleted(head, layout, theme.dim("↳")), ...branch([theme.dim(short(input))], layout)];
}

/** What was asked and answered; answers that were typed unseen stay so. */
export function questionLines(item: Questions, layout: Layout): string[] {
  const { theme } = layout;
  const answers = item.answers ?? {};
  const answered = item.questions.filter(({ id }) => (answers[id]?.length ?? 0) > 0).length;
  const title = `${theme.bold("Questions")} ${answered}/${item.questions.length} answered`;
  const rows = item.questions.flatMap((question) => {
    const given = answers[question.id] ?? [];
    const shown = question.isSecret ? given.map(() => "••••••") : given.map(oneLine);
    const labels = new Set(question.options?.map(({ label }) => label));
    return [
      oneLine(question.question),
      ...shown.map((text, index) => {
        const note = question.options !== null && index > 0 && !labels.has(given[index] ?? "");
        return theme.dim(`  ${note ? "note" : "answer"}: ${text}`);
      }),
    ];
  });
  const interrupted = item.answers === null ? [theme.dim("(interrupted)")] : [];
  return [...bulleted(title, layout), ...branch([...rows, ...interrupted], layout)];
}

/** Items that are shown when they end and need nothing else; undefined for all others. */
export function simpleItemLines(item: ThreadItem, layout: Layout): string[] | undefined {
  switch (item.type) {
    case "mcp_tool_call":
      return mcpLines(item, layout);
    case "web_search":
      return webSearchLines(item, false, layout);
    case "image_view":
      return imageLines(item.path, layout);
    case "terminal_interaction":
      return terminalLines(item, layout);
    case "questions":
      return questionLines(item, layout);
    default:
      return undefined;
  }
}

function contentText(part: unknown): string {
  const { type, text, resource } = (part ?? {}) as {
    type?: unknown;
    text?: unknown;
    resource?: { uri?: unknown };
  };
  if (type === "text" && typeof text === "string") return text;
  if (type === "image") return "<image content>";
  if (type === "audio") return "<audio content>";
  if (type === "resource" || type === "resource_link") return `<resource ${String(resource?.uri ?? "")}>`;
  return JSON.stringify(part) ?? "";
}

function short(text: string): string {
  const plain = oneLine(text);
  return plain.length > ARGUMENT_CHARS ? `${plain.slice(0, ARGUMENT_CHARS).toWellFormed()}…` : plain;
}

/** Keys as people write them, so that what was typed can be seen. */
function visibleKeys(input: string): string {
  return input.replace(
    /[\x01-\x08\x0b-\x0c\x0e-\x1a]/g,
    (key) => `^${String.fromCharCode(key.charCodeAt(0) + 64)}`,
  );
}
