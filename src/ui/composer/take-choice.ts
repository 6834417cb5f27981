// Puts what was chosen in the popup in place of the word that was being typed.

import type { Editor } from "../editor/editor";
import type { ComposerSources } from "./actions";
import type { Completion } from "./completion";
import type { Choice } from "./popup";

export type Selection = { readonly choice: Choice; readonly word: Completion };

/**
 * A command by its name, a file by its path or as an image, a skill by its sign and name.
 * @param way Tab leaves a command to be completed by arguments, Enter means it as it stands
 * @returns `run` when the text is now a command to be run at once
 */
export function takeChoice(
  { choice, word }: Selection,
  way: "enter" | "tab",
  editor: Editor,
  { commands, imagePath }: Pick<ComposerSources, "commands" | "imagePath">,
): "inserted" | "run" {
  const put = (text: string) => editor.replace(word.start, word.end, text);
  switch (choice.type) {
    case "command": {
      const isAlias = commands.some(({ aliases }) => aliases.includes(word.query));
      if (way === "tab") put(`/${choice.command.name} `);
      else if (!isAlias) put(`/${choice.command.name}`);
      return way === "tab" ? "inserted" : "run";
    }
    case "file": {
      const image = imagePath(choice.path);
      if (image !== undefined) {
        put("");
        editor.attach({ type: "image", path: image });
      } else put(`${/\s/.test(choice.path) ? `"${choice.path}"` : choice.path} `);
      return "inserted";
    }
    case "skill":
      put(`$${choice.skill.name} `);
      return "inserted";
    default:
      return choice satisfies never;
  }
}
