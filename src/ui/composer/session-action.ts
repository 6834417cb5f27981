// Keys that are not about the text: what each asks of the session.

import type { ComposerAction } from "./actions";
import type { AppAction } from "../keymap/default-keys";
import { plainDraft } from "./draft";
import type { SlashCommand } from "./slash";

export type SessionKey = Exclude<AppAction, `composer.${string}` | "chat.interrupt_turn">;

/** @param commands keys that stand for a slash command do nothing where there is no such command */
export function sessionAction(
  action: SessionKey,
  running: boolean,
  commands: readonly SlashCommand[],
): readonly ComposerAction[] {
  const command = (name: string): readonly ComposerAction[] =>
    commands.some((known) => known.name === name)
      ? [{ type: "command", name, args: "", display: `/${name}`, input: plainDraft("") }]
      : [];
  switch (action) {
    case "chat.edit_queued_message":
      return running ? [{ type: "edit_queued" }] : [];
    case "chat.decrease_reasoning_effort":
      return [{ type: "effort", by: -1 }];
    case "chat.increase_reasoning_effort":
      return [{ type: "effort", by: 1 }];
    case "open_transcript":
      return [{ type: "transcript" }];
    case "open_external_editor":
      return [{ type: "editor" }];
    case "copy":
      return [{ type: "copy" }];
    case "clear_terminal": {
      const text = "Ctrl+L is disabled while a task is in progress.";
      return [running ? { type: "notice", level: "error", text } : { type: "clear_screen" }];
    }
    case "toggle_vim_mode":
      return command("vim");
    case "toggle_fast_mode":
      return command("fast");
    case "toggle_raw_output":
      return command("raw");
    default:
      return action satisfies never;
  }
}
