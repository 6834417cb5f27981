// Asks whether a tool of an MCP server may be called (tui.md 5.5, approvals.md 10).

import type { AskAnswer, AskRequest } from "../../protocol/approvals";
import { cutText } from "../text/wrap";
import type { Asking, Choice } from "./choice";
import { choose } from "./choose";
import { hanging } from "./list-view";
import { visibleLine } from "./visible";

const MARGIN = "  ";
const FOOTER = "enter to submit | esc to cancel";
/** Values longer than this are cut; the call is shown whole in the transcript. */
const VALUE_CELLS = 400;
const LISTED_ARGUMENTS = 8;

export async function approveMcpTool(
  request: Extract<AskRequest, { type: "mcp_tool_call" }>,
  { screen, theme, signal }: Asking,
): Promise<AskAnswer> {
  const { server, tool, title, description } = request;
  const lines = argumentLines(request.arguments);
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
function argumentLines(given: unknown): readonly string[] {
  if (typeof given !== "object" || given === null) return [];
  const entries = Object.entries(given);
  const shown = entries.slice(0, LISTED_ARGUMENTS).map(([name, value]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return `${visibleLine(name)}: ${cutText(visibleLine(text), VALUE_CELLS)}`;
  });
  const more = entries.length - shown.length;
  return more > 0 ? [...shown, `and ${more} more`] : shown;
}
