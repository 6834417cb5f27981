// Lets the user choose an earlier session (tui.md 6.3): the newest are there at once, older ones come while one looks.

import type { Config } from "../../config/config";
import { editConfigFile } from "../../config/edit";
import { tryLock } from "../../exec/libc";
import { ensurePlain } from "../../rollout/compressed";
import { isInteractive, isOfProvider, isSubagent } from "../../rollout/list";
import { canonical, type ListedMeta } from "../../rollout/summary";
import { UserError } from "../../util/user-error";
import { runPrompt, type Field, type Press, type PromptKey } from "../questions/prompt";
import type { PickedSession, SessionPickerOptions } from "./session-choice";
import { sessionList, wantedRows } from "./session-list";
import type { Preview } from "./session-preview";
import { pickerView, type Focus, type PickerState, type PickerTexts } from "./session-view";

type Ended =
  { readonly type: "row"; readonly path: string; readonly id: string } | { readonly type: "none" | "quit" };

const FOCUSES: readonly Focus[] = ["search", "filter", "sort"];

/** @throws UserError when the chosen file cannot be decompressed */
export async function pickSession(options: SessionPickerOptions): Promise<PickedSession> {
  const { screen, theme, config } = options;
  if (screen.plain) {
    const { pickSessionPlainly } = await import("./session-plain");
    return await pickSessionPlainly(options, isOffered(options));
  }
  const picker = sessionPicker(options);
  const ended = await runPrompt<Ended>(screen, {
    whenGone: { type: "quit" },
    start: picker.start,
    render: (size, field) =>
      pickerView(picker.state(field, size.columns), textsOf(options), size, field, theme, new Date()),
    press: picker.press,
  });
  saveDensity(config, picker.density());
  if (ended.type !== "row") return { type: ended.type };
  return { type: "session", path: await ensurePlain(ended.path), id: ended.id };
}

/** Whether a session is among those to choose from. */
function isOffered(options: SessionPickerOptions): (meta: ListedMeta) => boolean {
  return (meta) =>
    isOfProvider(meta, options.config.modelProviderId) &&
    (options.includeNonInteractive ? !isSubagent(meta) : isInteractive(meta));
}

function textsOf({ action, escape }: SessionPickerOptions): PickerTexts {
  return {
    title: action === "resume" ? "Resume a previous session" : "Fork a previous session",
    enter: action,
    escape,
  };
}

/** The picker's state and what keys do to it. */
function sessionPicker(options: SessionPickerOptions) {
  const { config } = options;
  const list = sessionList({
    codexHome: config.codexHome,
    matches: isOffered(options),
  });
  const cwd = canonical(config.cwd);
  let density = config.toml.tui?.session_picker_view ?? "comfortable";
  let filter: PickerState["filter"] = options.everywhere ? "all" : "cwd";
  let sortBy: PickerState["sortBy"] = "updated";
  let focus: Focus = "search";
  let isExpanded = false;
  let isPreviewed = false;
  let preview: Preview | undefined;
  let redraw = () => {};
  /** The row under the cursor stays there while others are found; undefined: the first. */
  let currentId: string | undefined;

  const rowsFor = (query: string) =>
    wantedRows(list.rows(), { query, cwd: filter === "cwd" ? cwd : undefined, sortBy });
  const cursorIn = (rows: PickerState["rows"]) =>
    Math.max(0, currentId === undefined ? 0 : rows.findIndex(({ id }) => id === currentId));

  const loadPreview = async () => {
    const { sessionPreview } = await import("./session-preview");
    preview = sessionPreview(config, options.theme);
    redraw();
  };
  const move = (query: string, by: number): Press<Ended> => {
    const rows = rowsFor(query);
    const cursor = Math.min(rows.length - 1, Math.max(0, cursorIn(rows) + by));
    currentId = rows[cursor]?.id;
    return { type: "redraw" };
  };
  const option = (): Press<Ended> => {
    if (focus === "filter") filter = filter === "cwd" ? "all" : "cwd";
    if (focus === "sort") sortBy = sortBy === "updated" ? "created" : "updated";
    return { type: "redraw" };
  };
  const enter = (query: string): Press<Ended> => {
    const rows = rowsFor(query);
    const row = rows[cursorIn(rows)];
    return row === undefined
      ? { type: "redraw" }
      : { type: "done", value: { type: "row", path: row.path, id: row.id } };
  };
  const escape = (query: string): Press<Ended> => {
    if (isPreviewed) isPreviewed = false;
    else if (query !== "") return { type: "fill", text: "" };
    else return { type: "done", value: { type: "none" } };
    return { type: "redraw" };
  };

  return {
    density: () => density,
    start: (paint: () => void): (() => void) => {
      const stop = new AbortController();
      redraw = paint;
      void list.load(paint, stop.signal);
      return () => stop.abort();
    },
    state: (field: Field, width: number): PickerState => {
      const rows = rowsFor(field.text);
      const cursor = cursorIn(rows);
      const row = rows[cursor];
      return {
        rows,
        cursor,
        focus,
        filter,
        sortBy,
        density,
        isExpanded,
        preview: isPreviewed && row !== undefined ? preview?.(row.path, width) : undefined,
        found: list.rows().length,
        isComplete: list.isComplete(),
        damaged: list.damaged(),
      };
    },
    press: (key: PromptKey, { text }: Field): Press<Ended> => {
      if (key.type === "paste") return { type: "edit" };
      const page = Math.max(1, Math.floor(options.screen.rows / 2));
      switch (key.ctrl ? `ctrl-${key.key}` : key.key) {
        case "ctrl-c":
        case "ctrl-d":
          return { type: "done", value: { type: "quit" } };
        case "escape":
          return escape(text);
        case "enter":
          return enter(text);
        case "up":
        case "ctrl-p":
        case "ctrl-k":
          return move(text, -1);
        case "down":
        case "ctrl-n":
        case "ctrl-j":
          return move(text, 1);
        case "page-up":
        case "ctrl-b":
          return move(text, -page);
        case "page-down":
        case "ctrl-f":
          return move(text, page);
        case "home":
          return move(text, -Infinity);
        case "end":
          return move(text, Infinity);
        case "tab":
          focus = FOCUSES[(FOCUSES.indexOf(focus) + (key.shift ? 2 : 1)) % FOCUSES.length] ?? "search";
          return { type: "redraw" };
        case "left":
        case "right":
          return focus === "search" ? { type: "edit" } : option();
        case "ctrl-o":
          density = density === "dense" ? "comfortable" : "dense";
          return { type: "redraw" };
        case "ctrl-e":
          isExpanded = !isExpanded;
          return { type: "redraw" };
        case "ctrl-t":
          isPreviewed = !isPreviewed;
          if (preview === undefined) void loadPreview();
          return { type: "redraw" };
        default:
          currentId = undefined;
          return { type: "edit" };
      }
    },
  };
}

/** A density that cannot be saved is no reason to keep somebody from a session. */
function saveDensity(config: Config, density: string): void {
  if (density === (config.toml.tui?.session_picker_view ?? "comfortable")) return;
  try {
    const path = ["tui", "session_picker_view"];
    editConfigFile(config.activeConfigPath, [{ type: "set", path, value: density }], { tryLock });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}
