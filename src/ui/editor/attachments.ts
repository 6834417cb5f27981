// Pastes and images inside the text: each is one code unit that no well-formed text contains, so that it moves and goes as one.

import { plainDraft, type Draft } from "../composer/draft";

export type Attachment =
  { readonly type: "paste"; readonly text: string } | { readonly type: "image"; readonly path: string };

/** By mark. */
export type Attachments = ReadonlyMap<string, Attachment>;

/** Pastes with more characters than this are shown as a placeholder (tui.md 2). */
export const LARGE_PASTE_CHARS = 1000;

/** Marks are unpaired low surrogates. */
const FIRST_MARK = 0xdc00;
const MARKS = 1024;
/** With the `u` flag surrogates match only where they are unpaired. */
const MARK = /[\udc00-\udfff]/gu;

/** Text from outside, in which nothing can be taken for a mark and lines end with `\n`. */
export function cleanText(text: string): string {
  return text.toWellFormed().replace(/\r\n?/g, "\n");
}

/** The marks in a text, in its order. */
export function marksIn(text: string): readonly string[] {
  return text.match(MARK) ?? [];
}

/** A mark that stands for none of the attachments; undefined when all are taken. */
export function freeMark(attachments: Attachments): string | undefined {
  for (let n = 0; n < MARKS; n++) {
    const mark = String.fromCharCode(FIRST_MARK + n);
    if (!attachments.has(mark)) return mark;
  }
  return undefined;
}

/**
 * What each mark of the text is shown as. Images are numbered in the order of the text; pastes of the same length are told
 * apart by ` #2`, ` #3`.
 */
export function labelsOf(text: string, attachments: Attachments): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  const sizes = new Map<number, number>();
  let images = 0;
  for (const mark of marksIn(text)) {
    const attachment = attachments.get(mark);
    if (attachment?.type === "image") labels.set(mark, `[Image #${++images}]`);
    if (attachment?.type !== "paste") continue;
    const size = countCharacters(attachment.text);
    const nth = (sizes.get(size) ?? 0) + 1;
    sizes.set(size, nth);
    labels.set(mark, `[Pasted Content ${size} chars]${nth > 1 ? ` #${nth}` : ""}`);
  }
  return labels;
}

/** The text with its marks as a draft; skills are not looked for. */
export function draftOf(text: string, attachments: Attachments): Draft {
  const labels = labelsOf(text, attachments);
  if (labels.size === 0) return plainDraft(text.replace(MARK, ""));
  const write = (mark: string) => {
    const attachment = attachments.get(mark);
    return attachment?.type === "paste" ? attachment.text : (labels.get(mark) ?? "");
  };
  const all = [...labels].map(([mark, placeholder]) => ({ placeholder, attachment: attachments.get(mark) }));
  return {
    text: text.replace(MARK, write),
    display: text.replace(MARK, (mark) => labels.get(mark) ?? ""),
    images: all.flatMap(({ placeholder, attachment }) =>
      attachment?.type === "image" ? [{ placeholder, path: attachment.path }] : [],
    ),
    pastes: all.flatMap(({ placeholder, attachment }) =>
      attachment?.type === "paste" ? [{ placeholder, text: attachment.text }] : [],
    ),
    skills: [],
  };
}

/**
 * The text of a draft with marks again. `attach` gives the mark of an attachment, or undefined when there are too many: then a
 * paste is written out and an image is left as its placeholder. Images that the text does not mention come first.
 */
export function markedText(draft: Draft, attach: (attachment: Attachment) => string | undefined): string {
  let text = cleanText(draft.display);
  let front = "";
  for (const { placeholder, path } of draft.images) {
    const mark = attach({ type: "image", path });
    if (mark === undefined) continue;
    if (text.includes(placeholder)) text = text.replace(placeholder, () => mark);
    else front += mark;
  }
  // The longest first: `[… chars]` is the beginning of `[… chars] #2`.
  for (const paste of draft.pastes.toSorted((a, b) => b.placeholder.length - a.placeholder.length)) {
    if (!text.includes(paste.placeholder)) continue;
    const content = cleanText(paste.text);
    const mark = attach({ type: "paste", text: content }) ?? content;
    text = text.replace(paste.placeholder, () => mark);
  }
  return front + text;
}

/** Code points, which is what the limits and the placeholders count. */
export function countCharacters(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0xdc00 || code > 0xdfff) count += 1;
  }
  return count;
}
