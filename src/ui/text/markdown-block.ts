// A block of Markdown that is being read: what has been seen of it and is not laid out yet.

import type { Highlighter } from "./highlight";
import type { Align, TableLayout } from "./table";

/** What stands before the first line of a block, and before the others. */
export type Prefix = { readonly first: string; readonly rest: string };

/** `Reader` reads the lines inside a quote. */
export type Block<Reader> =
  | { readonly type: "paragraph"; source: string; prefix: Prefix; styled: string; cut: boolean }
  | {
      readonly type: "code";
      readonly fence: string;
      readonly indent: string;
      readonly colour: Highlighter;
      begun: string;
    }
  | { readonly type: "quote"; readonly inner: Reader; readonly indent: string; begun: string }
  | {
      readonly type: "table";
      readonly head: string;
      readonly aligns: readonly Align[];
      readonly indent: string;
      rows: string[];
      layout: TableLayout | undefined;
    };

/** Without what the original would notice: a partial line of code is not coloured. */
export function copyOf<Reader>(
  block: Block<Reader> | undefined,
  copyReader: (reader: Reader) => Reader,
): Block<Reader> | undefined {
  switch (block?.type) {
    case "table":
      return { ...block, rows: [...block.rows] };
    case "quote":
      return { ...block, inner: copyReader(block.inner) };
    case "code":
      return { ...block, colour: (line) => line };
    default:
      return block && { ...block };
  }
}
