// A form of several pages, one question each: what is filled in, and what keys do to it. Pure (tui.md 5.5 and 5.6).

import type { Choice } from "../questions/choice";
import { listOf, moved, pickedBy } from "../questions/list";
import type { Field, Press, PromptKey } from "../questions/prompt";

export type Page = {
  /** Unique within the form. */
  readonly id: string;
  readonly title: string;
  readonly description: string | null;
  /** A page that may not be left empty. */
  readonly isRequired: boolean;
  readonly answer:
    | {
        readonly type: "text";
        readonly placeholder: string;
        readonly isSecret: boolean;
        /** Why a text that is not empty is refused. */
        readonly check: (text: string) => string | undefined;
      }
    | {
        readonly type: "options";
        readonly options: readonly Choice<number>[];
        /** How many may be chosen. */
        readonly count: "one" | "many";
        /** A text may be added to what is chosen. */
        readonly hasNotes: boolean;
        readonly isSecret: boolean;
        /** Why what is chosen is refused. */
        readonly check: (chosen: readonly number[]) => string | undefined;
      };
};

/** What one page has been filled in with. */
export type Filled = {
  /** Indexes of options. */
  readonly chosen: readonly number[];
  /** Typed text, or the notes beside options. */
  readonly text: string;
};

export type FormState = {
  readonly pages: readonly Page[];
  readonly filled: readonly Filled[];
  readonly page: number;
  /** Index of the option under the cursor of the page. */
  readonly cursor: number;
  /** Keys go to the notes. */
  readonly inNotes: boolean;
  readonly complaint: string | undefined;
};

export type FormEnd =
  | { readonly type: "submitted"; readonly filled: readonly Filled[] }
  /** Optional questions are left; `state` is the form as it stands. */
  | { readonly type: "incomplete"; readonly state: FormState }
  | { readonly type: "cancelled" };

export const REQUIRED_COMPLAINT = "Answer required fields before submitting.";
const EMPTY: Filled = { chosen: [], text: "" };

export function formOf(pages: readonly Page[], filled: readonly Filled[] = []): FormState {
  const all = pages.map((_, index) => filled[index] ?? EMPTY);
  return onPage({ pages, filled: all, page: 0, cursor: 0, inNotes: false, complaint: undefined }, 0);
}

/** Whether the page's text field has the keys. */
export function isTyping(state: FormState): boolean {
  return state.inNotes || state.pages[state.page]?.answer.type === "text";
}

export function isAnswered(state: FormState, page: number): boolean {
  const filled = state.filled[page] ?? EMPTY;
  return state.pages[page]?.answer.type === "text" ? filled.text.trim() !== "" : filled.chosen.length > 0;
}

/** The text that belongs into the field now. */
export function fieldText(state: FormState): string {
  return isTyping(state) ? (state.filled[state.page]?.text ?? "") : "";
}

export type FormPress =
  | { readonly type: "changed"; readonly state: FormState }
  /** The key belongs to the text field. */
  | { readonly type: "edit" }
  | { readonly type: "end"; readonly end: FormEnd };

/** @param field what has been typed on this page so far */
export function pressForm(before: FormState, key: PromptKey, field: Field): FormPress {
  const state = { ...withText(before, field.text), complaint: undefined };
  const isText = isTyping(state);
  if (key.type === "paste") return isText ? { type: "edit" } : changed(state);
  if (key.ctrl && key.key === "c") return { type: "end", end: { type: "cancelled" } };
  if (key.key === "escape") return escape(state);
  if (key.key === "enter") return enter(state);
  if (key.key === "tab") return changed(tab(state, key.shift));
  const by = pageKey(key, isText && field.text !== "");
  if (by !== undefined) return changed(turned(state, by));
  if (isText) return { type: "edit" };
  return option(state, key);
}

function changed(state: FormState): FormPress {
  return { type: "changed", state };
}

function escape(state: FormState): FormPress {
  if (!state.inNotes) return { type: "end", end: { type: "cancelled" } };
  return changed({ ...withText(state, ""), inNotes: false });
}

/** Takes the answer of the page and goes on; behind the last page the form is submitted. */
function enter(before: FormState): FormPress {
  const page = before.pages[before.page];
  if (page === undefined) return changed(before);
  const picks = page.answer.type === "options" && page.answer.count === "one";
  const state = picks ? withChosen(before, [before.cursor]) : before;
  const complaint = complaintOf(state, state.page);
  if (complaint !== undefined) return changed({ ...state, complaint });
  if (state.page < state.pages.length - 1) return changed(turned({ ...state, inNotes: false }, 1));
  return submit(state);
}

function submit(state: FormState): FormPress {
  const wrong = state.pages.findIndex((_, index) => complaintOf(state, index) !== undefined);
  if (wrong >= 0) {
    return changed({ ...onPage(state, wrong), complaint: complaintOf(state, wrong) });
  }
  const open = state.pages.findIndex((_, index) => !isAnswered(state, index));
  if (open < 0) return { type: "end", end: { type: "submitted", filled: state.filled } };
  return { type: "end", end: { type: "incomplete", state: onPage(state, open) } };
}

function complaintOf(state: FormState, index: number): string | undefined {
  const page = state.pages[index];
  const filled = state.filled[index] ?? EMPTY;
  if (page === undefined) return undefined;
  if (!isAnswered(state, index)) return page.isRequired ? REQUIRED_COMPLAINT : undefined;
  return page.answer.type === "text"
    ? page.answer.check(filled.text.trim())
    : page.answer.check(filled.chosen);
}

/** Opens the notes, or clears them; between fields of a form it goes on as Enter does. */
function tab(state: FormState, back: boolean): FormState {
  const answer = state.pages[state.page]?.answer;
  if (answer?.type === "options" && answer.hasNotes) {
    return state.inNotes ? { ...withText(state, ""), inNotes: false } : { ...state, inNotes: true };
  }
  return turned(state, back ? -1 : 1);
}

function pageKey(key: PromptKey, hasText: boolean): 1 | -1 | undefined {
  if (key.type === "paste") return undefined;
  if (key.ctrl && key.key === "n") return 1;
  if (key.ctrl && key.key === "p") return -1;
  if (hasText || key.ctrl || key.alt) return undefined;
  return key.key === "right" ? 1 : key.key === "left" ? -1 : undefined;
}

function option(state: FormState, key: PromptKey): FormPress {
  const answer = state.pages[state.page]?.answer;
  if (answer?.type !== "options" || key.type === "paste") return changed(state);
  const list = { ...listOf(answer.options), cursor: state.cursor };
  const after = moved(list, key, false);
  if (after !== undefined) return changed({ ...state, cursor: after.cursor });
  if (answer.count === "many" && key.text === " ") return changed(toggled(state, state.cursor));
  const picked = pickedBy(list, key);
  if (picked === undefined) return changed(state);
  const there = { ...state, cursor: picked.value };
  return answer.count === "many" ? changed(toggled(there, picked.value)) : enter(there);
}

function toggled(state: FormState, index: number): FormState {
  const { chosen } = state.filled[state.page] ?? EMPTY;
  const after = chosen.includes(index) ? chosen.filter((one) => one !== index) : [...chosen, index];
  return withChosen(
    state,
    after.toSorted((a, b) => a - b),
  );
}

function turned(state: FormState, by: 1 | -1): FormState {
  const count = state.pages.length;
  return onPage(state, (state.page + by + count) % count);
}

function onPage(state: FormState, page: number): FormState {
  return { ...state, page, cursor: state.filled[page]?.chosen[0] ?? 0, inNotes: false };
}

function withText(state: FormState, text: string): FormState {
  return isTyping(state) ? withFilled(state, { text }) : state;
}

function withChosen(state: FormState, chosen: readonly number[]): FormState {
  return withFilled(state, { chosen });
}

function withFilled(state: FormState, change: Partial<Filled>): FormState {
  const before = state.filled[state.page] ?? EMPTY;
  return { ...state, filled: state.filled.with(state.page, { ...before, ...change }) };
}

/** What a press means to the prompt that shows the form: the text field follows the page. */
export function promptPress(before: FormState, pressed: FormPress, field: Field): Press<FormEnd> {
  if (pressed.type === "edit") return { type: "edit" };
  if (pressed.type === "end") return { type: "done", value: pressed.end };
  const text = fieldText(pressed.state);
  const isSame = pressed.state.page === before.page && isTyping(pressed.state) === isTyping(before);
  return isSame && text === field.text ? { type: "redraw" } : { type: "fill", text };
}
