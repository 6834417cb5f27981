// What a client sends as the user's input, as threads take it, and back for the history (app-server.md 7).

import type { UserInput } from "../../protocol/user-input";
import {
  invalid,
  list,
  oneOf,
  optional,
  required,
  string,
  struct,
  withDefault,
  type Decode,
} from "../rpc/decode";
import { refuseValue, tagged, u64, anything } from "../app/params";

/** Of one input, all its texts together. */
const MOST_CHARACTERS = 1_048_576;

/** One part as the client sent it, its defaults filled in: this is what a `userMessage` item shows. */
export type Part =
  | { readonly type: "text"; readonly text: string; readonly text_elements: readonly unknown[] }
  | { readonly type: "image"; readonly url: string }
  | { readonly type: "localImage"; readonly path: string }
  | { readonly type: "skill" | "mention"; readonly name: string; readonly path: string };

const element = struct("TextElement", {
  byteRange: required(struct("ByteRange", { start: required(u64), end: required(u64) })),
  placeholder: withDefault<string | null>((value) => (value === null ? null : string(value)), null),
});
const detail = optional(oneOf("auto", "low", "high", "original"));
const named = struct("UserInput", { name: required(string), path: required(string) });

export const parts: Decode<readonly Part[]> = list(
  tagged<Part>("UserInput", {
    text: (value) => ({
      type: "text",
      ...struct("UserInput", { text: required(string), text_elements: withDefault(list(element), []) })(
        value,
      ),
    }),
    image: (value) => {
      const given = struct("UserInput", { url: required(string), detail })(value);
      return { type: "image", url: given.url, ...(given.detail !== undefined && { detail: given.detail }) };
    },
    localImage: (value) => {
      const given = struct("UserInput", { path: required(string), detail })(value);
      if (given.path === "") return invalid("a path is empty");
      return {
        type: "localImage",
        path: given.path,
        ...(given.detail !== undefined && { detail: given.detail }),
      };
    },
    skill: (value) => ({ type: "skill", ...named(value) }),
    mention: (value) => ({ type: "mention", ...named(value) }),
  }),
);

/** Any JSON Schema. */
export const schema = optional(anything);

/** What of it the thread is told: a mention stands in the text already. */
export function toUserInput(input: readonly Part[]): readonly UserInput[] {
  return input.flatMap((part): readonly UserInput[] => {
    switch (part.type) {
      case "text":
        return [{ type: "text", text: part.text }];
      case "image":
        return [{ type: "image", url: part.url }];
      case "localImage":
        return [{ type: "local_image", path: part.path }];
      case "skill":
        return [{ type: "skill", name: part.name, path: part.path }];
      case "mention":
        return [];
      default:
        return part satisfies never;
    }
  });
}

/** @throws RpcFailure for an input that is too long */
export function checkLength(input: readonly Part[]): void {
  let characters = 0;
  for (const part of input) if (part.type === "text") characters += part.text.length;
  if (characters <= MOST_CHARACTERS) return;
  throw refuseValue(`Input exceeds the maximum length of ${MOST_CHARACTERS} characters.`, {
    input_error_code: "input_too_large",
    max_chars: MOST_CHARACTERS,
    actual_chars: characters,
  });
}
