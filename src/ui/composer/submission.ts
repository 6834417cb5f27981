// What Enter and Tab do with what has been written: a message, a command, a shell command, or a reason to stay (tui.md 2).

import type { CommandAction, ComposerAction, ComposerSources } from "./actions";
import { countCharacters } from "../editor/attachments";
import type { Draft } from "./draft";
import { plainDraft } from "./draft";
import type { Editor } from "../editor/editor";
import { parseSlash, type SlashInput } from "./slash";

/** Of a message, pastes written out. */
export const MESSAGE_CHARS = 1_048_576;

const SHELL_HELP =
  "Type a command after ! to run it in your shell, outside the sandbox: !ls -la. The model sees what it prints.";

/** `sent` is what goes into the history; undefined when the text stays. */
export type Submission = { readonly actions: readonly ComposerAction[]; readonly sent: Draft | undefined };

const NOTHING: Submission = { actions: [], sent: undefined };

/** @param way Enter, or Tab; Tab waits for the turn that runs, and is Enter when none does */
export function submission(
  editor: Editor,
  sources: Pick<ComposerSources, "commands" | "skills">,
  way: "enter" | "tab",
  running: boolean,
): Submission {
  const isQueued = way === "tab" && running;
  if (editor.isShell()) return way === "tab" ? NOTHING : shellSubmission(editor);
  const draft = trimmed(editor, editor.text(), sources);
  if (draft.display === "") return NOTHING;
  const length = countCharacters(draft.text);
  if (length > MESSAGE_CHARS) {
    const text = `Message exceeds the maximum length of ${MESSAGE_CHARS} characters (${length} provided).`;
    return { actions: [{ type: "notice", level: "error", text }], sent: undefined };
  }
  const slash = parseSlash(editor.text(), sources.commands);
  if (slash?.type === "unknown") {
    return { actions: [{ type: "unknown_command", name: slash.name }], sent: undefined };
  }
  const command = slash === undefined ? undefined : commandAction(editor, sources, slash, draft.display);
  if (isQueued) return { actions: [{ type: "queue", input: draft, command }], sent: draft };
  return { actions: [command ?? { type: "submit", input: draft }], sent: draft };
}

function commandAction(
  editor: Editor,
  sources: Pick<ComposerSources, "skills">,
  { command, args }: Extract<SlashInput, { readonly type: "command" }>,
  display: string,
): CommandAction {
  const input = trimmed(editor, args, sources);
  return { type: "command", name: command.name, args: input.text, display, input };
}

/** The draft as it would be sent, with the skills that it names. */
export function trimmed(editor: Editor, text: string, { skills }: Pick<ComposerSources, "skills">): Draft {
  const draft = editor.draftOf(text.trim());
  if (!draft.text.includes("$")) return draft;
  const names = new Set([...draft.text.matchAll(/(?<![\w$])\$([\w:.-]+)/g)].map((match) => match[1]));
  const enabled = skills().filter((skill) => skill.enabled);
  const linked = [...names].flatMap((name) => enabled.find((skill) => skill.name === name) ?? []);
  return { ...draft, skills: linked.map(({ name, path }) => ({ name, path })) };
}

function shellSubmission(editor: Editor): Submission {
  const command = editor.draft().text.trim();
  if (command === "") {
    return { actions: [{ type: "notice", level: "info", text: SHELL_HELP }], sent: undefined };
  }
  return { actions: [{ type: "shell", command }], sent: plainDraft(`!${command}`) };
}
