// What a user sends to a thread: text, images and skills, in order.

export type UserInput =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "local_image"; readonly path: string }
  | { readonly type: "image"; readonly url: string }
  /** A skill chosen by name; `path` is that of its SKILL.md. The text names it as `$name` as well. */
  | { readonly type: "skill"; readonly name: string; readonly path: string };
