// Drafts as the thread takes them, and several as one.

import type { UserInput } from "../protocol/user-input";
import type { Draft } from "./composer/draft";

/** Images first, as those of the command line; their placeholders stay in the text. */
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
