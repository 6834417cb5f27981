// Messages that wait while a turn runs: given to the turn (steered), or kept for turns of their own (queued).

import type { UserInput } from "../protocol/user-input";
import type { ComposerAction } from "./composer/actions";
import { plainDraft, type Draft } from "./composer/draft";
import type { Theme } from "./terminal/theme";
import { plainText } from "./text/control-sequences";
import { cutText, wrapBehind } from "./text/wrap";

/** What can wait for the end of a turn: everything that Enter could have done. */
export type Waiting = Extract<ComposerAction, { readonly type: "queue" | "submit" | "command" | "shell" }>;

type Steered = { readonly draft: Draft; readonly input: readonly UserInput[] };

export type Queue = {
  /** `input` is what the thread was given: the thread tells by it what it has taken. */
  readonly addSteered: (draft: Draft, input: readonly UserInput[]) => void;
  /** The draft of what the thread has now made a message; undefined when it is not one of ours. */
  readonly taken: (input: readonly UserInput[]) => Draft | undefined;
  /** Takes all out that the thread has not taken, oldest first. */
  readonly untaken: () => readonly Draft[];
  readonly add: (waiting: Waiting) => void;
  /** Takes the oldest out. */
  readonly next: () => Waiting | undefined;
  /** Takes the newest out. */
  readonly last: () => Waiting | undefined;
  /** Takes all out, oldest first. */
  readonly all: () => readonly Waiting[];
  readonly size: () => number;
  readonly preview: (columns: number, theme: Theme, steerable: boolean) => readonly string[];
};

/** Lines of one message that are shown while it waits. */
const PREVIEW_LINES = 3;
/** Messages of a kind that are shown. */
const PREVIEW_MESSAGES = 5;

export function createQueue(): Queue {
  let steered: Steered[] = [];
  let waiting: Waiting[] = [];
  return {
    addSteered: (draft, input) => void steered.push({ draft, input }),
    taken: (input) => {
      const found = steered.find((one) => one.input === input);
      steered = steered.filter((one) => one !== found);
      return found?.draft;
    },
    untaken: () => {
      const drafts = steered.map(({ draft }) => draft);
      steered = [];
      return drafts;
    },
    add: (one) => void waiting.push(one),
    next: () => waiting.shift(),
    last: () => waiting.pop(),
    all: () => {
      const all = waiting;
      waiting = [];
      return all;
    },
    size: () => waiting.length,
    preview: (columns, theme, steerable) => [
      ...section({
        title: steerable
          ? ["Messages to be submitted after next tool call", "press esc to interrupt and send immediately"]
          : ["Messages to be submitted at end of turn"],
        texts: steered.map(({ draft }) => draft.display),
        columns,
        theme,
      }),
      ...section({
        title: ["Queued follow-up inputs"],
        texts: waiting.map(shownText),
        hint: "shift + ← edit last queued message",
        columns,
        theme,
      }),
    ],
  };
}

/** What waits, as a draft for the composer. */
export function draftOf(waiting: Waiting): Draft {
  switch (waiting.type) {
    case "queue":
    case "submit":
      return waiting.input;
    case "command":
      return plainDraft(waiting.display);
    case "shell":
      return plainDraft(`!${waiting.command}`);
    default:
      return waiting satisfies never;
  }
}

function shownText(waiting: Waiting): string {
  return draftOf(waiting).display;
}

type Section = {
  readonly title: readonly [string, string?];
  readonly texts: readonly string[];
  readonly hint?: string;
  readonly columns: number;
  readonly theme: Theme;
};

function section({ title: [title, how], texts, hint, columns, theme }: Section): readonly string[] {
  if (texts.length === 0) return [];
  const room = Math.max(columns - 4, 1);
  const messages = texts.slice(0, PREVIEW_MESSAGES).flatMap((text) => {
    const lines = plainText(text).split("\n");
    const shown = lines.slice(0, PREVIEW_LINES).map((line) => cutText(line, room));
    if (lines.length > PREVIEW_LINES) shown.push("…");
    return shown.map((line, index) => theme.dim(`  ${index === 0 ? "↳" : " "} ${line}`));
  });
  const more = texts.length - PREVIEW_MESSAGES;
  return [
    ...wrapBehind(title, columns, `${theme.dim("•")} `, "  "),
    ...(how === undefined ? [] : wrapBehind(theme.dim(`(${how})`), columns, "  ")),
    ...messages,
    ...(more > 0 ? [theme.dim(`    … and ${more} more`)] : []),
    ...(hint === undefined ? [] : wrapBehind(theme.dim(hint), columns, "    ")),
    "",
  ];
}
