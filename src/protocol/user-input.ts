// What a user sends to a thread: text and images, in order.

export type UserInput =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "local_image"; readonly path: string }
  | { readonly type: "image"; readonly url: string };
