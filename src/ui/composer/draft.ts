// What a person has written and attached: what the composer hands out when it is sent, and takes back.

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
