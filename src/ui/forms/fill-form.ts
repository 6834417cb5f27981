// Shows a form page by page until it is submitted or given up.

import type { Theme } from "../terminal/theme";
import { fieldLine } from "../questions/field-view";
import {
  fieldText,
  isAnswered,
  isTyping,
  pressForm,
  promptPress,
  type FormEnd,
  type FormState,
  type Page,
} from "./form";
import type { FormOptions } from "./form-options";
import { listOf } from "../questions/list";
import { fitted, hanging, optionLines } from "../questions/list-view";
import { runPrompt, type Field, type Size } from "../questions/prompt";

const MARGIN = "  ";
const FIELD = "› ";
const NOTES = "Add notes";

/** `form` may be one that was left before; it goes on where it was. */
export async function fillForm(form: FormState, options: FormOptions): Promise<FormEnd> {
  if (options.screen.plain) return await (await import("./fill-plainly")).fillPlainly(form, options);
  let state = form;
  return await runPrompt<FormEnd>(
    options.screen,
    {
      whenGone: { type: "cancelled" },
      initialText: fieldText(form),
      render: (size, field) => formView(state, options, size, field),
      press: (key, field) => {
        const pressed = pressForm(state, key, field);
        const result = promptPress(state, pressed, field);
        if (pressed.type === "changed") state = pressed.state;
        else if (pressed.type === "edit") state = { ...state, complaint: undefined };
        return result;
      },
    },
    options.signal,
  );
}

/** The lines of the form in a given room. Pure. */
export function formView(
  state: FormState,
  { theme, head, counter, footer }: Pick<FormOptions, "theme" | "head" | "counter" | "footer">,
  size: Size,
  field: Field,
): string[] {
  const page = state.pages[state.page];
  if (page === undefined) return [];
  const { columns } = size;
  const above = head(columns);
  return fitted(
    {
      head: [
        ...above,
        ...(above.length === 0 ? [] : [""]),
        ...hanging(MARGIN, counter(state), columns, theme.dim),
        ...hanging(MARGIN, page.title, columns, theme.bold),
        ...(page.description === null ? [] : hanging(MARGIN, page.description, columns, theme.dim)),
      ],
      options: optionsOf(state, page, size, theme),
      cursor: state.cursor,
      below: [
        ...fieldOf(state, page, columns, theme, field),
        ...(state.complaint === undefined ? [] : hanging(MARGIN, state.complaint, columns, theme.error)),
      ],
      foot: hanging(MARGIN, footer(state), columns, theme.dim),
    },
    size,
  );
}

function optionsOf(state: FormState, { answer }: Page, size: Size, theme: Theme): string[][] {
  if (answer.type !== "options") return [];
  const chosen = state.filled[state.page]?.chosen ?? [];
  const list = { ...listOf(answer.options), cursor: state.cursor };
  const isMany = answer.count === "many";
  const mark = (index: number) => (isMany ? (chosen.includes(index) ? "[x] " : "[ ] ") : "");
  return optionLines(list, size, theme, { numbered: true, mark });
}

function fieldOf(
  state: FormState,
  { answer }: Page,
  columns: number,
  theme: Theme,
  field: Field,
): readonly string[] {
  const placeholder = answer.type === "text" ? answer.placeholder : NOTES;
  const style = { placeholder, isSecret: answer.isSecret };
  const room = columns - FIELD.length;
  if (isTyping(state)) return [theme.accent(FIELD) + fieldLine(field, room, theme, style)];
  const notes = state.filled[state.page]?.text ?? "";
  if (answer.type === "text" || notes === "") return [];
  return [MARGIN + theme.dim(answer.isSecret ? "•".repeat(notes.length) : notes)];
}

/** How many pages have no answer yet; with `required`, of those that need one. */
export function unanswered(state: FormState, which: "all" | "required"): number {
  return state.pages.filter(
    (page, index) => (which === "all" || page.isRequired) && !isAnswered(state, index),
  ).length;
}
