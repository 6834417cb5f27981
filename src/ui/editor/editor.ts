// The text being written, with its cursor, attachments, kills and undo: everything but what keys mean around it.

import {
  cleanText,
  draftOf,
  freeMark,
  labelsOf,
  markedText,
  marksIn,
  type Attachment,
  type Attachments,
} from "./attachments";
import type { EditorAction } from "../keymap/default-keys";
import type { Draft } from "../composer/draft";
import { DELETIONS, KILLS, MOVES, NO_TEXT, replaceRange, wholeLine, type EditText } from "./edits";
import { createKillRing } from "./kill-ring";
import { layOut, offsetAt, placeOf, type Layout } from "./layout";
import { createUndo } from "./undo";

/** Moves up and down are apart, since they depend on the width. */
export type TextAction = Exclude<EditorAction, "move_up" | "move_down">;

/** Text and mode, to come back to. */
export type Snapshot = EditText & { readonly isShell: boolean };

export type Editor = {
  readonly text: () => string;
  readonly cursor: () => number;
  /** The text is a command of the user's own; the `!` is not part of it. */
  readonly isShell: () => boolean;
  readonly setShell: (isShell: boolean) => void;
  readonly insert: (text: string) => void;
  readonly replace: (start: number, end: number, text: string) => void;
  /** Puts an attachment at the cursor, in place of the characters from `start` on. False when there are too many. */
  readonly attach: (attachment: Attachment, start?: number) => boolean;
  /** Adds to the paste just before the cursor; false when there is none. */
  readonly growPaste: (text: string) => boolean;
  readonly apply: (action: TextAction) => void;
  /** One row up (-1) or down (1); false when there is none, and nothing moves. */
  readonly moveRow: (by: -1 | 1, width: number) => boolean;
  readonly moveTo: (offset: number) => void;
  /** Takes a range out, to be yanked; in one kill of its own. The cursor stays where the range was. */
  readonly cut: (start: number, end: number) => void;
  /** As `cut`, but the text stays. */
  readonly copy: (start: number, end: number) => void;
  /** What would be yanked. */
  readonly killed: () => string;
  /** After a yank: what was killed before that, in its place. */
  readonly yankOlder: () => void;
  readonly undo: () => void;
  readonly clear: () => void;
  /** Replaces everything by drafts, one below the other; the cursor goes to the end. Can be undone. */
  readonly load: (drafts: readonly Draft[]) => void;
  readonly draft: () => Draft;
  /** A part of the text as a draft. */
  readonly draftOf: (text: string) => Draft;
  readonly labels: () => ReadonlyMap<string, string>;
  readonly layout: (width: number) => Layout;
  readonly snapshot: () => Snapshot;
  readonly comeBack: (snapshot: Snapshot) => void;
};

export function createEditor(): Editor {
  let now: Snapshot = { ...NO_TEXT, isShell: false };
  let attachments: Attachments = new Map();
  /** The cell that moves up and down keep to; undefined after any other key. */
  let goal: number | undefined;
  let yanked: { readonly start: number; readonly end: number } | undefined;
  let laidOut: { readonly attachments: Attachments; readonly layout: Layout } | undefined;
  const ring = createKillRing();
  const undo = createUndo();

  const set = (next: EditText, isShell = now.isShell) => {
    now = { text: next.text, cursor: next.cursor, isShell };
    goal = undefined;
    yanked = undefined;
  };
  const change = (start: number, end: number, text: string) => {
    undo.note(now, text);
    set(replaceRange(now, start, end, text));
  };
  /** A change that is no kill. */
  const edit = (start: number, end: number, text: string) => {
    ring.seal();
    change(start, end, text);
  };
  const erase = (start: number, end: number, toward: "backward" | "forward") => {
    ring.kill(now.text.slice(start, end), toward);
    change(start, end, "");
  };
  const yank = (text: string, start: number) => {
    const end = now.cursor;
    edit(start, end, text);
    yanked = { start, end: now.cursor };
  };
  /** Lets go of attachments that can no longer come back. */
  const prune = () => {
    const used = new Set(marksIn(now.text + ring.contents() + undo.contents()));
    attachments = new Map([...attachments].filter(([known]) => used.has(known)));
  };
  const mark = (attachment: Attachment): string | undefined => {
    const free = freeMark(attachments);
    if (free !== undefined) attachments = new Map([...attachments, [free, attachment]]);
    return free;
  };
  const labels = () => labelsOf(now.text, attachments);
  const layout = (width: number): Layout => {
    const known = laidOut?.layout;
    const isSame = known?.text === now.text && known.width === width && laidOut?.attachments === attachments;
    if (known !== undefined && isSame) return known;
    const fresh = layOut(now.text, labels(), width);
    laidOut = { attachments, layout: fresh };
    return fresh;
  };

  const apply = (action: TextAction): void => {
    switch (action) {
      case "insert_newline":
        return edit(now.cursor, now.cursor, "\n");
      case "yank":
        return yank(ring.newest(), now.cursor);
      case "kill_whole_line":
        return erase(...wholeLine(now), "forward");
      case "delete_backward":
        return edit(DELETIONS[action](now), now.cursor, "");
      case "delete_forward":
        return edit(now.cursor, DELETIONS[action](now), "");
      case "delete_backward_word":
      case "kill_line_start":
        return erase(KILLS[action](now), now.cursor, "backward");
      case "delete_forward_word":
      case "kill_line_end":
        return erase(now.cursor, KILLS[action](now), "forward");
      case "move_left":
      case "move_right":
      case "move_word_left":
      case "move_word_right":
      case "move_line_start":
      case "move_line_end":
        ring.seal();
        undo.seal();
        return set({ text: now.text, cursor: MOVES[action](now) });
      default:
        return action satisfies never;
    }
  };

  return {
    text: () => now.text,
    cursor: () => now.cursor,
    isShell: () => now.isShell,
    setShell: (isShell) => set(now, isShell),
    insert: (text) => edit(now.cursor, now.cursor, cleanText(text)),
    replace: edit,
    attach(attachment, start = now.cursor) {
      prune();
      const free = mark(attachment);
      if (free !== undefined) edit(start, now.cursor, free);
      return free !== undefined;
    },
    growPaste(text) {
      const before = now.text.charAt(now.cursor - 1);
      const paste = attachments.get(before);
      if (paste?.type !== "paste") return false;
      attachments = new Map([...attachments, [before, { type: "paste", text: paste.text + text }]]);
      return true;
    },
    apply,
    moveRow(by, width) {
      const rows = layout(width);
      const place = placeOf(rows, now.cursor);
      const row = place.row + by;
      if (row < 0 || row >= rows.rows.length) return false;
      const column = goal ?? place.column;
      ring.seal();
      undo.seal();
      set({ text: now.text, cursor: offsetAt(rows, row, column) });
      goal = column;
      return true;
    },
    moveTo: (offset) => set({ text: now.text, cursor: offset }),
    cut(start, end) {
      ring.seal();
      erase(start, end, "forward");
    },
    copy(start, end) {
      ring.seal();
      ring.kill(now.text.slice(start, end), "forward");
    },
    killed: ring.newest,
    yankOlder() {
      if (yanked !== undefined) yank(ring.rotate(), yanked.start);
    },
    undo() {
      const before = undo.back();
      if (before !== undefined) set(before, before.isShell);
    },
    clear() {
      undo.clear();
      ring.seal();
      set(NO_TEXT, false);
    },
    load(drafts) {
      prune();
      const text = drafts.map((draft) => markedText(draft, mark)).join("\n");
      undo.note(now, "");
      ring.seal();
      set({ text, cursor: text.length }, false);
    },
    draft: () => draftOf(now.text, attachments),
    draftOf: (text) => draftOf(text, attachments),
    labels,
    layout,
    snapshot: () => now,
    comeBack: (snapshot) => set(snapshot, snapshot.isShell),
  };
}
