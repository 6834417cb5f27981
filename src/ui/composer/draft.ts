// What a person has written and attached: what the composer hands out when it is sent, and takes back.

import type { UserInput } from "../../protocol/user-input";

export type DraftImage = { readonly placeholder: string; readonly path: string };

export type DraftPaste = { readonly placeholder: string; readonly text: string };

export type DraftSkill = { readonly name: string; readonly path: string };

export type Draft = {
  /** What is sent: pastes written out, images by their placeholders. */
  readonly text: string;
  /** What stood in the composer: pastes by their placeholders too. */
  readonly display: string;
  /** In the order of their placeholders in `text`; `path` is absolute. */
  readonly images: readonly DraftImage[];
  readonly pastes: readonly DraftPaste[];
  /** The skills that `$name` in `text` stands for. */
  readonly skills: readonly DraftSkill[];
};

/** A draft that is text and nothing else. */
export function plainDraft(text: string): Draft {
  return { text, display: text, images: [], pastes: [], skills: [] };
}

/** As the thread takes it: images first, as those of the command line; their placeholders stay in the text. */
export function inputOf({ images, text, skills }: Draft): readonly UserInput[] {
  return [
    ...images.map(({ path }) => ({ type: "local_image", path }) as const),
    ...(text === "" ? [] : [{ type: "text", text } as const]),
    ...skills.map(({ name, path }) => ({ type: "skill", name, path }) as const),
  ];
}

/** One below the other; images are numbered anew. */
export function joinDrafts(drafts: readonly Draft[]): Draft {
  let count = 0;
  const renumbered = drafts.map((draft) => {
    const names = new Map(draft.images.map(({ placeholder }) => [placeholder, `[Image #${(count += 1)}]`]));
    const rename = (text: string) => text.replace(/\[Image #\d+\]/g, (mark) => names.get(mark) ?? mark);
    return {
      ...draft,
      text: rename(draft.text),
      display: rename(draft.display),
      images: draft.images.map((image) => ({
        ...image,
        placeholder: names.get(image.placeholder) ?? image.placeholder,
      })),
    };
  });
  return {
    text: renumbered.map(({ text }) => text).join("\n"),
    display: renumbered.map(({ display }) => display).join("\n"),
    images: renumbered.flatMap(({ images }) => images),
    pastes: renumbered.flatMap(({ pastes }) => pastes),
    skills: renumbered.flatMap(({ skills }) => skills),
  };
}
