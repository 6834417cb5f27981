// Asks whether a tool of an MCP server may be called (tui.md 5.5, approvals.md 10).

import type { AskAnswer, AskRequest } from "../../protocol/approvals";
import { cutText } from "../text/wrap";
import type { Asking, Choice } from "./choice";
import { choose } from "./choose";
import { hanging } from "./list-view";
import { visible, visibleLine } from "./visible";

const MARGIN = "  ";
const FOOTER = "enter to submit | esc to cancel";
/** Longer values, and more arguments, are only printed above the question. */
const VALUE_CELLS = 400;
const LISTED_ARGUMENTS = 8;
/** What the dialog needs beside the arguments: title, description, options, footer, empty lines. */
const OTHER_ROWS = 14;

/** Arguments that the dialog has no room for are printed above it first, so that nobody agrees to what cannot be seen. */
export async function approveMcpTool(
  request: Extract<AskRequest, { type: "mcp_tool_call" }>,
  { screen, theme, signal }: Asking,
): Promise<AskAnswer> {
  const { server, tool, title, description } = request;
  const all = argumentTexts(request.arguments);
  const shown = all.slice(0, LISTED_ARGUMENTS).map((text) => cutText(visibleLine(text), VALUE_CELLS));
  const more = all.length - shown.length;
  const whole = all.flatMap((text) => hanging(MARGIN, visible(text), Math.max(1, screen.columns - 1)));
  const isCut = more > 0 || shown.some((text, index) => text !== visible(all[index] ?? ""));
  const isTall = whole.length > 0 && whole.length + OTHER_ROWS > screen.rows;
  if (isCut || isTall) screen.print(`${whole.join("\n")}\n`);
  const lines = more > 0 ? [...shown, `and ${more} more, all of them above`] : shown;
  const picked = await choose<AskAnswer>({
    screen,
    theme,
    title: `Allow the ${visibleLine(server)} MCP server to run tool "${visibleLine(tool)}"?`,
    body: (columns) => [
      ...(title === null ? [] : hanging(MARGIN, visibleLine(title), columns)),
      ...(description === null ? [] : hanging(MARGIN, visibleLine(description), columns, theme.dim)),
      ...(title === null && description === null ? [] : [""]),
      ...lines.flatMap((line) => hanging(MARGIN, line, columns)),
    ],
    options: toolOptions(request.rememberable),
    footer: FOOTER,
    signal,
  });
  return picked === "cancelled" ? { type: "cancel" } : picked;
}

function toolOptions(rememberable: boolean): readonly Choice<AskAnswer>[] {
  const lasting: readonly Choice<AskAnswer>[] = [
    { value: { type: "approve_for_session" }, label: "Allow for this session", key: "a" },
    { value: { type: "approve_always", prefix: [] }, label: "Always allow", key: "p" },
  ];
  return [
    { value: { type: "approve" }, label: "Allow", key: "y" },
    ...(rememberable ? lasting : []),
    { value: { type: "cancel" }, label: "Cancel", key: ["esc", "n"] },
  ];
}

/** `name: value`, values as JSON but for texts. */
function argumentTexts(given: unknown): readonly string[] {
  if (typeof given !== "object" || given === null) return [];
  return Object.entries(given).map(([name, value]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return `${name}: ${text}`;
  });
}
