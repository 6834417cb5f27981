// The composer: keys and pastes in, actions for the session out, and the lines that show it (tui.md 2, 3, 4).

import type { InputEvent, KeyEvent } from "../terminal/keys";
import type { Theme } from "../terminal/theme";
import type { ComposerAction, ComposerSources, Situation } from "./actions";
import { sessionAction } from "./session-action";
import { chordOf, type Chord } from "../keymap/chord";
import type { AppAction } from "../keymap/default-keys";
import { plainDraft, type Draft } from "./draft";
import { createEditor, type Snapshot } from "../editor/editor";
import { createVim, type Vim } from "../editor/vim";
import { createHistorySearch, type HistorySearch } from "./history-search";
import { createPopup } from "./popup";
import { createRecall } from "./recall";
import { renderComposer, textWidth } from "./render";
import { submission, trimmed } from "./submission";
import { takeChoice } from "./take-choice";
import { createTyping, isTyped } from "./typing";

export type Composer = {
  readonly handle: (event: InputEvent, situation: Situation) => readonly ComposerAction[];
  /** Lines at most `columns` wide, and the cursor among them, both from 0. */
  readonly render: (
    columns: number,
    theme: Theme,
    situation: Situation,
  ) => {
    readonly lines: readonly string[];
    readonly cursor: { readonly row: number; readonly column: number };
  };
  /** What is written now, as it would be sent. */
  readonly draft: () => Draft;
  /** Replaces what is written by drafts, one below the other. */
  readonly restore: (...drafts: readonly Draft[]) => void;
  /** Takes back a draft from the editor: images stay where their placeholders still stand. */
  readonly edited: (text: string) => void;
  readonly insert: (text: string) => void;
  readonly attachImage: (path: string) => void;
  readonly fileResults: (query: string, paths: readonly string[]) => void;
  /** Turns vim's keys on or off, and tells which. */
  readonly toggleVim: () => "on" | "off";
};

type Search = HistorySearch & { readonly before: Snapshot };

export function createComposer(sources: ComposerSources): Composer {
  const editor = createEditor();
  const recall = createRecall(sources.history);
  const popup = createPopup(() => sources.commands, sources.skills);
  const typing = createTyping(editor, sources);
  const { keymap } = sources;
  let columns = 80;
  let hint = sources.firstHint;
  let search: Search | undefined;
  let shortcutsShown = false;
  let escapePrimed = false;
  let top = 0;
  let vim = sources.vim ? createVim(editor, "normal") : undefined;

  const isEmpty = () => editor.text() === "" && !editor.isShell();
  const spelled = () => (editor.isShell() ? "!" : "") + editor.draft().display;
  const current = (): Draft => {
    if (!editor.isShell()) return trimmed(editor, editor.text(), sources);
    return plainDraft(`!${editor.draft().text}`);
  };
  const load = (draft: Draft) => {
    const isShell = draft.display.startsWith("!");
    editor.load([isShell ? plainDraft(draft.text.slice(1)) : draft]);
    editor.setShell(isShell);
  };
  /** What was put in whole is not being typed: no popup opens over it. */
  const settle = () => {
    search = undefined;
    popup.follow(editor.text(), editor.cursor(), editor.isShell());
    popup.dismiss();
  };
  const clear = () => {
    editor.clear();
    vim?.reset();
    recall.stop();
    hint += 1;
  };

  const submit = (way: "enter" | "tab", running: boolean): readonly ComposerAction[] => {
    const { actions, sent } = submission(editor, sources, way, running);
    if (sent === undefined) return actions;
    recall.remember(sent);
    clear();
    return actions;
  };

  const walk = (by: -1 | 1): void => {
    const text = editor.text();
    const shown = recall.shown();
    const atEdge = editor.cursor() === 0 || editor.cursor() === text.length;
    if (shown !== undefined && shown.display !== spelled()) recall.stop();
    const canRecall = isEmpty() || (recall.shown() !== undefined && atEdge);
    const next = canRecall ? (by < 0 ? recall.older() : recall.newer()) : undefined;
    if (next === "start") return editor.clear();
    if (next !== undefined) {
      load(next);
      return settle();
    }
    if (!editor.moveRow(by, textWidth(columns))) editor.moveTo(by < 0 ? 0 : text.length);
  };

  const choose = (way: "enter" | "tab", running: boolean): readonly ComposerAction[] | undefined => {
    const selection = popup.selection();
    if (selection === undefined) return undefined;
    if (takeChoice(selection, way, editor, sources) === "inserted") return [];
    popup.dismiss();
    return submit("enter", running);
  };

  /** Keys that mean something else while the popup is open; undefined for all others. */
  const inPopup = (chord: Chord, running: boolean): readonly ComposerAction[] | undefined => {
    if (popup.view() === undefined) return undefined;
    if (chord === "escape" || chord === "ctrl-c") {
      popup.dismiss();
      return [];
    }
    if (chord === "tab" || chord === "enter") return choose(chord, running);
    const move = keymap.actionFor("editor", chord);
    if (popup.selection() === undefined || (move !== "move_up" && move !== "move_down")) return undefined;
    popup.move(move === "move_up" ? -1 : 1);
    return [];
  };

  /** Keys during a search through the history; undefined when the search ends and the key is still to be handled. */
  const inSearch = (event: KeyEvent, chord: Chord, at: Search): readonly ComposerAction[] | undefined => {
    const action = keymap.actionFor("app", chord);
    const edit = keymap.actionFor("editor", chord);
    if (action === "composer.history_search_previous" || edit === "move_up") at.older();
    else if (action === "composer.history_search_next" || edit === "move_down") at.newer();
    else if (edit === "delete_backward") at.erase();
    else if (event.text !== "") at.type(event.text);
    else {
      search = undefined;
      const leaves = chord === "escape" || chord === "ctrl-c" || chord === "ctrl-g";
      if (leaves || at.found() === undefined) editor.comeBack(at.before);
      return leaves || edit === undefined ? [] : undefined;
    }
    editor.comeBack(at.before);
    const found = at.found();
    if (found !== undefined) load(found);
    return [];
  };

  const escape = (running: boolean): readonly ComposerAction[] => {
    if (editor.isShell()) {
      editor.setShell(false);
      return [];
    }
    if (running || !isEmpty()) return [];
    escapePrimed = !escapePrimed;
    return escapePrimed ? [] : [{ type: "edit_previous" }];
  };

  const cancel = (running: boolean): readonly ComposerAction[] => {
    if (!isEmpty()) {
      if (editor.text() !== "") recall.remember(current());
      clear();
      return [];
    }
    return [{ type: running ? "interrupt" : "quit" }];
  };

  const act = (action: AppAction, event: KeyEvent, running: boolean): readonly ComposerAction[] => {
    switch (action) {
      case "composer.submit":
        return submit("enter", running);
      case "composer.queue":
        return submit("tab", running);
      case "composer.toggle_shortcuts":
        if (!isEmpty()) typing.type(event);
        else shortcutsShown = !shortcutsShown;
        return [];
      case "composer.history_search_previous":
        search = { ...createHistorySearch(recall), before: editor.snapshot() };
        return [];
      case "composer.history_search_next":
        return [];
      case "chat.interrupt_turn":
        if (running && !editor.isShell()) return [{ type: "interrupt" }];
        return chordOf(event) === "escape" ? escape(running) : [];
      default:
        return sessionAction(action, running, sources.commands);
    }
  };

  /** Keys that cannot be bound to anything else. */
  const fixed = (chord: Chord, running: boolean): readonly ComposerAction[] | undefined => {
    switch (chord) {
      case "ctrl-c":
        return cancel(running);
      case "ctrl-d":
        return isEmpty() ? [{ type: "leave" }] : undefined;
      case "ctrl-z":
        return process.platform === "win32" ? undefined : [{ type: "suspend" }];
      case "ctrl-v":
      case "ctrl-alt-v":
        return [{ type: "paste_image" }];
      case "shift-tab":
        return [{ type: "mode" }];
      case "escape":
        return escape(running);
      case "ctrl-_":
      case "ctrl-/":
      case "ctrl-7":
        editor.undo();
        return [];
      case "alt-y":
        editor.yankOlder();
        return [];
      default:
        return undefined;
    }
  };

  /** False when the key means what it means without vim. */
  const pressInVim = (at: Vim, event: KeyEvent): boolean => {
    if (event.ctrl || event.alt || (event.shift && !isTyped(event))) return false;
    const opensMode = at.mode() === "normal" && isEmpty() && /^[/!?]$/.test(event.text);
    if (opensMode && event.text !== "?") at.press("i");
    if (opensMode) return false;
    const meaning = at.press(isTyped(event) ? event.text : event.key);
    if (meaning === "move_up" || meaning === "move_down") walk(meaning === "move_up" ? -1 : 1);
    return meaning !== "passed";
  };

  const press = (event: KeyEvent, running: boolean): readonly ComposerAction[] => {
    const chord = chordOf(event);
    if (chord !== "escape") escapePrimed = false;
    if (search === undefined && typing.takesAsPasted(event, chord, shortcutsShown)) {
      shortcutsShown = false;
      return [];
    }
    if (search !== undefined) {
      const actions = inSearch(event, chord, search);
      if (actions !== undefined) return actions;
    }
    const chosen = inPopup(chord, running);
    if (chosen !== undefined) return chosen;
    const app = keymap.actionFor("app", chord);
    if (shortcutsShown && app !== "composer.toggle_shortcuts") {
      shortcutsShown = false;
      if (chord === "escape" || chord === "ctrl-c") return [];
    }
    if (vim !== undefined && pressInVim(vim, event)) return [];
    if (app !== undefined && chord !== "ctrl-c") return act(app, event, running);
    const actions = fixed(chord, running);
    if (actions !== undefined) return actions;
    const edit = keymap.actionFor("editor", chord);
    if (edit === "move_up" || edit === "move_down") walk(edit === "move_up" ? -1 : 1);
    else if (edit === "delete_backward" && editor.isShell() && editor.text() === "") editor.setShell(false);
    else if (edit !== undefined) editor.apply(edit);
    else if (isTyped(event)) typing.type(event);
    return [];
  };

  /** Lets the popup follow the text; asks for files when it needs them. */
  const followed = (actions: readonly ComposerAction[]): readonly ComposerAction[] => {
    if (search !== undefined) return actions;
    const query = popup.follow(editor.text(), editor.cursor(), editor.isShell());
    return query === undefined ? actions : [...actions, { type: "search_files", query }];
  };

  return {
    handle(event, { running }) {
      switch (event.type) {
        case "key":
          return followed(press(event, running));
        case "paste":
          shortcutsShown = false;
          if (search === undefined) typing.paste(event.text);
          else search.type(event.text.replace(/\s+/g, " "));
          return followed([]);
        case "resize":
          columns = event.columns;
          return [];
        case "focus":
        case "end":
          return [];
        default:
          return event satisfies never;
      }
    },
    render(width, theme, situation) {
      columns = width;
      const { isWsl } = sources;
      const hasKeymapCommand = sources.commands.some(({ name }) => name === "keymap");
      const vimMode = vim?.mode();
      const state = { editor, popup: popup.view(), search, top, shortcutsShown, escapePrimed, hint, vimMode };
      const view = { ...state, keymap, isWsl, hasKeymapCommand };
      const rendered = renderComposer(view, width, theme, situation);
      ({ top } = rendered);
      return rendered;
    },
    draft: current,
    restore(...drafts) {
      const [only] = drafts;
      if (drafts.length === 1 && only !== undefined) load(only);
      else editor.load(drafts);
      settle();
    },
    edited(text) {
      const { images } = current();
      load({ ...plainDraft(text.trimEnd()), images: images.filter((i) => text.includes(i.placeholder)) });
      settle();
    },
    insert(text) {
      editor.insert(text);
      followed([]);
    },
    attachImage: (path) => void editor.attach({ type: "image", path }),
    fileResults: popup.fileResults,
    toggleVim() {
      vim = vim === undefined ? createVim(editor, "insert") : undefined;
      return vim === undefined ? "off" : "on";
    },
  };
}
