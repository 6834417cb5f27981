// Config schema of `[tui]` and `[notice]`: how the interactive screen looks, its keys, and what it has already told the user (config.md 7.6, 13).

import { type, type Type } from "arktype";
import { anything, choice, closedTable, count, flag, text, texts } from "./schema-words";

type Bindings = Readonly<Record<string, string | string[]>>;

const binding = type("string")
  .or("string[]")
  .configure({ description: 'A key like "ctrl-g", or a list of keys; [] unbinds' }, "self");

const actions = (...names: readonly string[]): Type<Bindings> =>
  closedTable("Actions of this context", Object.fromEntries(names.map((name) => [name, binding])));

const keymap = closedTable<Bindings>("Key bindings by context", {
  global: actions(
    ...["open_transcript", "open_external_editor", "copy", "clear_terminal", "submit", "queue"],
    ...["toggle_shortcuts", "toggle_vim_mode", "toggle_fast_mode", "toggle_raw_output"],
  ),
  chat: actions(
    ...["interrupt_turn", "decrease_reasoning_effort", "increase_reasoning_effort", "edit_queued_message"],
  ),
  composer: actions(
    ...["submit", "queue", "toggle_shortcuts", "history_search_previous", "history_search_next"],
  ),
  editor: actions(
    ...["insert_newline", "move_left", "move_right", "move_up", "move_down", "move_word_left"],
    ...["move_word_right", "move_line_start", "move_line_end", "delete_backward", "delete_forward"],
    ...["delete_backward_word", "delete_forward_word", "kill_line_start", "kill_whole_line"],
    ...["kill_line_end", "yank"],
  ),
  vim_normal: type({ "[string]": binding }),
  vim_operator: type({ "[string]": binding }),
  vim_text_object: actions(
    ...["word", "big_word", "parentheses", "brackets", "braces"],
    ...["double_quote", "single_quote", "backtick", "cancel"],
  ),
  pager: actions(
    ...["scroll_up", "scroll_down", "page_up", "page_down", "half_page_up", "half_page_down"],
    ...["jump_top", "jump_bottom", "close", "close_transcript"],
  ),
  list: actions(
    ...["move_up", "move_down", "move_left", "move_right", "page_up", "page_down"],
    ...["jump_top", "jump_bottom", "accept", "cancel"],
  ),
  approval: actions(
    ...["open_fullscreen", "open_thread", "approve", "approve_for_session"],
    ...["approve_for_prefix", "deny", "decline", "cancel"],
  ),
});

/** Unknown keys are let through even by --strict-config, as in the reference. */
export const tui = type({
  "notifications?": flag("all on or all off")
    .or(texts("only these kinds"))
    .configure(
      { description: "true, false, or a list of agent-turn-complete, approval-requested, plan-mode-prompt" },
      "self",
    ),
  "notification_method?": choice("How the terminal is asked to notify", "auto", "osc9", "bel"),
  "notification_condition?": choice("When to notify", "unfocused", "always"),
  "animations?": flag("Shimmer and spinners"),
  "show_tooltips?": flag("Hints at the start of a session"),
  "status_line_use_colors?": flag("Colours in the status line"),
  "vim_mode_default?": flag("Start the composer in vim mode"),
  "raw_output_mode?": flag("Show answers as the model wrote them"),
  "alternate_screen?": choice("Use of the terminal's second screen", "auto", "always", "never"),
  "status_line?": texts("Parts of the status line; [] hides it"),
  "terminal_title?": texts("Parts of the terminal's title; [] leaves it alone"),
  "theme?": text("Syntax theme, by name"),
  "session_picker_view?": choice("Density of the session list", "comfortable", "dense"),
  "terminal_resize_reflow_max_rows?": count("Rows to lay out anew after a resize; 0 means all"),
  "keymap?": keymap,
  "model_availability_nux?": { "[string]": "number.integer >= 0" },
  "pet?": anything("Accepted for compatibility"),
  "pet_anchor?": choice("Accepted for compatibility", "composer", "screen-bottom"),
  "[string]": "unknown",
}).configure({ description: "The interactive screen" }, "self");

export const notice = type({
  "hide_full_access_warning?": flag("Do not warn about full access again"),
  "hide_world_writable_warning?": flag("Do not warn about world-writable folders again"),
  "hide_rate_limit_model_nudge?": flag("Do not propose a smaller model again"),
  "hide_gpt5_1_migration_prompt?": flag("Do not propose this model again"),
  "hide_gpt-5.1-codex-max_migration_prompt?": flag("Do not propose this model again"),
  "fast_default_opt_out?": flag("Do not turn the fast tier on by default"),
  "model_migrations?": { "[string]": "string" },
  "external_config_migration_prompts?": anything("What was asked about importing other tools' settings"),
}).configure({ description: "What the user has already been told; written by the program" }, "self");
