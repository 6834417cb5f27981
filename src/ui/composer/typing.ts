// How characters and pastes get into the text: as they are, as a placeholder, or as an image (tui.md 2).

import type { KeyEvent } from "../terminal/keys";
import type { ComposerSources } from "./actions";
import { cleanText, countCharacters, LARGE_PASTE_CHARS } from "../editor/attachments";
import type { Chord } from "../keymap/chord";
import type { Editor } from "../editor/editor";
import { createPasteBurst } from "./paste-burst";

export type Typing = {
  readonly paste: (text: string) => void;
  /** A character that is nothing but a character. */
  readonly type: (event: KeyEvent) => void;
  /**
   * Notes every key, and takes those that come in the middle of a paste without marks, whatever they mean otherwise.
   * @param shortcutsShown the character before this one has opened the panel of shortcuts
   */
  readonly takesAsPasted: (event: KeyEvent, chord: Chord, shortcutsShown: boolean) => boolean;
};

/** Whether a key stands for the character that it types. */
export function isTyped({ text, ctrl, alt }: KeyEvent): boolean {
  return text !== "" && !ctrl && !alt;
}

export function createTyping(
  editor: Editor,
  sources: Pick<ComposerSources, "imagePath" | "pasteBurst">,
): Typing {
  const burst = createPasteBurst(sources.pasteBurst);
  /** Where the characters that come at the pace of a paste begin. */
  let burstStart = 0;
  const isEmpty = () => editor.text() === "" && !editor.isShell();

  const put = (text: string): void => {
    if (text === "!" && isEmpty()) editor.setShell(true);
    else editor.insert(text);
  };
  const putPasted = (text: string): void => {
    if (editor.growPaste(text)) return;
    put(text);
    const size = editor.cursor() - burstStart;
    if (size <= LARGE_PASTE_CHARS) return;
    const pasted = editor.text().slice(burstStart, editor.cursor());
    if (countCharacters(pasted) > LARGE_PASTE_CHARS) {
      editor.attach({ type: "paste", text: pasted }, burstStart);
    }
  };

  return {
    paste(pasted) {
      burst.stop();
      const text = cleanText(pasted);
      const image = sources.imagePath(text);
      if (image !== undefined && editor.attach({ type: "image", path: image })) return;
      const isLarge = countCharacters(text) > LARGE_PASTE_CHARS;
      if (isLarge && editor.attach({ type: "paste", text })) return;
      // Of more than one line nobody means a command by a first `!`.
      const isShell = isEmpty() && /^!.*$/.test(text);
      editor.insert(isShell ? text.slice(1) : text);
      if (isShell) editor.setShell(true);
    },
    type: (event) => put(event.text),
    takesAsPasted(event, chord, shortcutsShown) {
      if (chord === "enter" && burst.enter(event.at)) {
        putPasted("\n");
        return true;
      }
      const isTab = chord === "tab" && burst.continues(event.at);
      if (!isTab && !isTyped(event)) {
        burst.stop();
        return false;
      }
      if (!burst.character(event.at)) {
        burstStart = editor.cursor();
        return false;
      }
      if (shortcutsShown && isEmpty()) editor.insert("?");
      putPasted(isTab ? "\t" : event.text);
      return true;
    },
  };
}
