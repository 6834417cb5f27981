// Puts the model's own questions: options with notes, or free text, several in a row (tui.md 5.6).

import type { AskAnswer } from "../../protocol/approvals";
import type { UserQuestion } from "../../protocol/questions";
import { BACK_FOOTER, type Asking } from "../questions/choice";
import { choose } from "../questions/choose";
import { fillForm, unanswered } from "./fill-form";
import { formOf, type Filled, type FormState, type Page } from "./form";
import { visibleLine, visible } from "../questions/visible";

const OTHER = "None of the above";
const OTHER_HINT = "Optionally, add details in notes (tab).";

/** Esc ends the turn, so that the user can say something else. Questions may be left open, but only knowingly. */
export async function answerQuestions(
  questions: readonly UserQuestion[],
  asking: Asking,
): Promise<AskAnswer> {
  let form = formOf(questions.map(pageOf));
  for (;;) {
    const end = await fillForm(form, {
      ...asking,
      head: () => [],
      counter: counterOf,
      footer: footerOf,
    });
    if (end.type === "cancelled") return { type: "cancel" };
    if (end.type === "submitted") return answersOf(questions, end.filled);
    const decision = await choose({
      ...asking,
      title: "Submit with unanswered questions?",
      subtitle: `${unanswered(end.state, "all")} of ${questions.length} have no answer.`,
      options: [
        { value: "proceed", label: "Proceed", hint: "They stay open." },
        { value: "back", label: "Go back", hint: "To the first of them." },
      ],
      footer: BACK_FOOTER,
    });
    if (decision === "proceed") return answersOf(questions, end.state.filled);
    if (asking.signal.aborted) return { type: "cancel" };
    form = end.state;
  }
}

function pageOf(question: UserQuestion): Page {
  const base = { id: question.id, title: visible(question.question), description: null, isRequired: false };
  const { isSecret } = question;
  if (question.options === null || question.options.length === 0) {
    const placeholder = "Type your answer (optional)";
    return { ...base, answer: { type: "text", placeholder, isSecret, check: () => undefined } };
  }
  const given = question.options.map(({ label, description }) => ({ label, hint: description }));
  const all = question.isOther ? [...given, { label: OTHER, hint: OTHER_HINT }] : given;
  return {
    ...base,
    answer: {
      type: "options",
      options: all.map(({ label, hint }, value) => ({
        value,
        label: visibleLine(label),
        hint: visibleLine(hint),
      })),
      count: "one",
      hasNotes: true,
      isSecret,
      check: () => undefined,
    },
  };
}

function counterOf(state: FormState): string {
  const open = unanswered(state, "all");
  const note = open === 0 ? "" : ` (${open} unanswered)`;
  return `Question ${state.page + 1}/${state.pages.length}${note}`;
}

function footerOf(state: FormState): string {
  const answer = state.pages[state.page]?.answer;
  const hasNotes = answer?.type === "options" && answer.hasNotes;
  const isLast = state.page === state.pages.length - 1;
  return [
    ...(hasNotes ? [state.inNotes ? "tab or esc to clear notes" : "tab to add notes"] : []),
    isLast && state.pages.length > 1 ? "enter to submit all" : "enter to submit answer",
    ...(state.pages.length > 1 ? ["←/→ to change question"] : []),
    ...(state.inNotes ? [] : ["esc to interrupt"]),
  ].join(" | ");
}

/** The label that was chosen, then what was typed; a question without either is left out. */
function answersOf(questions: readonly UserQuestion[], filled: readonly Filled[]): AskAnswer {
  const entries = questions.flatMap((question, index): [string, readonly string[]][] => {
    const { chosen, text } = filled[index] ?? { chosen: [], text: "" };
    const labels = chosen.map((option) => question.options?.[option]?.label ?? OTHER);
    const all = [...labels, ...(text.trim() === "" ? [] : [text.trim()])];
    return all.length === 0 ? [] : [[question.id, all]];
  });
  return { type: "answers", answers: Object.fromEntries(entries) };
}
