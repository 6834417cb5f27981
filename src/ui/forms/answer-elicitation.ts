// Answers what an MCP server wants of the user: a yes, a form to fill in, or a link to open (tui.md 5.5, mcp.md 12).

import type { AskAnswer } from "../../protocol/approvals";
import type { Elicitation } from "../../protocol/elicitation";
import type { Asking, Choice } from "../questions/choice";
import { choose } from "../questions/choose";
import { fillForm, unanswered } from "./fill-form";
import { formOf, type FormState } from "./form";
import { hanging } from "../questions/list-view";
import { schemaForm } from "./schema-form";
import { visible, visibleLine } from "../questions/visible";

const MARGIN = "  ";

/** Esc is always `cancel`: nobody decided. */
export async function answerElicitation(elicitation: Elicitation, asking: Asking): Promise<AskAnswer> {
  const { request } = elicitation;
  if (request.mode === "url") return await openLink(elicitation, request.url, asking);
  const form = schemaForm(request.schema);
  if (form.pages.length === 0) return await agree(elicitation, asking);
  const head = (columns: number) => messageLines(elicitation, columns);
  const end = await fillForm(formOf(form.pages, form.filled), {
    ...asking,
    head,
    counter: counterOf,
    footer: footerOf,
  });
  if (end.type === "cancelled") return { type: "cancel" };
  const filled = end.type === "submitted" ? end.filled : end.state.filled;
  return { type: "approve", content: form.contentOf(filled) };
}

async function agree(elicitation: Elicitation, { screen, theme, signal }: Asking): Promise<AskAnswer> {
  const picked = await choose<AskAnswer>({
    screen,
    theme,
    title: `${visibleLine(elicitation.server)} needs your approval.`,
    body: (columns) => messageLines(elicitation, columns),
    options: decisions("Yes, provide the requested info", { type: "approve", content: {} }),
    signal,
  });
  return picked === "cancelled" ? { type: "cancel" } : picked;
}

/** The link is shown and not followed: whoever opens it sees first where it leads. */
async function openLink(
  elicitation: Elicitation,
  url: string,
  { screen, theme, signal }: Asking,
): Promise<AskAnswer> {
  const host = URL.parse(url)?.host;
  const picked = await choose<AskAnswer>({
    screen,
    theme,
    title: `${visibleLine(elicitation.server)} asks you to open a link${host === undefined ? "" : ` at ${visibleLine(host)}`}.`,
    body: (columns) => [
      ...messageLines(elicitation, columns),
      "",
      ...hanging(MARGIN, visibleLine(url), columns, theme.link),
    ],
    options: decisions("Yes, I have opened it: go on", { type: "approve" }),
    signal,
  });
  return picked === "cancelled" ? { type: "cancel" } : picked;
}

function decisions(yes: string, answer: AskAnswer): readonly Choice<AskAnswer>[] {
  return [
    { value: answer, label: yes, key: "y" },
    { value: { type: "decline" }, label: "No, but continue without it", key: "n" },
    { value: { type: "cancel" }, label: "Cancel this request", key: ["esc", "c"] },
  ];
}

function messageLines({ server, message }: Elicitation, columns: number): readonly string[] {
  return [
    ...hanging(MARGIN, `Server: ${visibleLine(server)}`, columns),
    ...hanging(MARGIN, visible(message), columns),
  ];
}

function counterOf(state: FormState): string {
  const missing = unanswered(state, "required");
  const note = missing === 0 ? "" : ` (${missing} required unanswered)`;
  return `Field ${state.page + 1}/${state.pages.length}${note}`;
}

function footerOf(state: FormState): string {
  const answer = state.pages[state.page]?.answer;
  const isMany = answer?.type === "options" && answer.count === "many";
  return [
    ...(isMany ? ["space to toggle"] : []),
    state.page === state.pages.length - 1 ? "enter to submit" : "enter to go on",
    ...(state.pages.length > 1 ? ["←/→ to change field"] : []),
    "esc to cancel",
  ].join(" | ");
}
