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

/** The whole link is shown with its host before anything opens it, and only the web is opened. */
async function openLink(
  elicitation: Elicitation,
  url: string,
  { screen, theme, signal }: Asking,
): Promise<AskAnswer> {
  const { host, protocol } = URL.parse(url) ?? { host: "", protocol: "" };
  const isWeb = protocol === "https:" || protocol === "http:";
  const go: Choice<LinkAnswer> = { value: { type: "open" }, label: "Yes, open the link", key: "y" };
  const elsewhere = isWeb ? "I have opened it elsewhere: go on" : "Yes, I have opened it: go on";
  const picked = await choose<LinkAnswer>({
    screen,
    theme,
    title: `${visibleLine(elicitation.server)} asks you to open a link${host === "" ? "" : ` at ${visibleLine(host)}`}.`,
    body: (columns) => [
      ...messageLines(elicitation, columns),
      "",
      ...hanging(MARGIN, visibleLine(url), columns, theme.link),
    ],
    options: [...(isWeb ? [go] : []), ...decisions(elsewhere, { type: "approve" }, isWeb ? "e" : "y")],
    signal,
  });
  if (picked === "cancelled") return { type: "cancel" };
  if (picked.type !== "open") return picked;
  const { openBrowser } = await import("../../exec/detached");
  if (!(await openBrowser(url, process.env))) {
    screen.print(`No browser could be started. The link is:\n${visibleLine(url)}\n`);
  }
  return { type: "approve" };
}

type LinkAnswer = AskAnswer | { readonly type: "open" };

function decisions(yes: string, answer: AskAnswer, key = "y"): readonly Choice<AskAnswer>[] {
  return [
    { value: answer, label: yes, key },
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
