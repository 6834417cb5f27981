// Goes through a form on a terminal whose cursor cannot be moved: one question after the other.

import { askText } from "../questions/ask-text";
import { choose } from "../questions/choose";
import type { FormOptions } from "./form-options";
import type { Filled, FormEnd, FormState, Page } from "./form";

/** An empty line leaves a question open, or gives up where an answer is required. */
export async function fillPlainly(form: FormState, options: FormOptions): Promise<FormEnd> {
  options.screen.print(`${options.head(options.screen.columns).join("\n")}\n`);
  const filled: Filled[] = [];
  for (const [index, page] of form.pages.entries()) {
    const before = form.filled[index] ?? { chosen: [], text: "" };
    const answer = await answerOf(page, before, options);
    if (answer === undefined && page.isRequired) return { type: "cancelled" };
    filled.push(answer ?? { chosen: [], text: "" });
  }
  return options.signal.aborted ? { type: "cancelled" } : { type: "submitted", filled };
}

async function answerOf(
  { title, description, answer }: Page,
  before: Filled,
  { screen, theme, signal }: FormOptions,
): Promise<Filled | undefined> {
  const question = { screen, theme, signal, title, ...(description !== null && { subtitle: description }) };
  if (answer.type === "text") {
    const text = await askText({
      ...question,
      initial: before.text,
      check: (typed) => (typed === "" ? undefined : answer.check(typed)),
    });
    return text === undefined ? undefined : { chosen: [], text };
  }
  const chosen: number[] = [];
  for (;;) {
    const left = answer.options.filter(({ value }) => !chosen.includes(value));
    const picked = left.length === 0 ? "cancelled" : await choose<number>({ ...question, options: left });
    if (picked !== "cancelled") chosen.push(picked);
    if (picked === "cancelled" || answer.count === "one") break;
  }
  return chosen.length === 0 ? undefined : { chosen: chosen.toSorted((a, b) => a - b), text: "" };
}
