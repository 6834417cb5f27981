// A parsed patch, the ways one can fail, and the words for those failures (apply-patch.md 2 and 3).

export type Patch = {
  readonly type: "patch";
  readonly hunks: readonly Hunk[];
  /** From the `*** Environment ID:` preamble; the stand-alone command ignores it. */
  readonly environmentId: string | null;
};

/** `path` and `movePath` are spelled as in the patch. */
export type Hunk =
  | { readonly type: "add"; readonly path: string; readonly content: string }
  | { readonly type: "delete"; readonly path: string }
  | UpdateHunk;

export type UpdateHunk = {
  readonly type: "update";
  readonly path: string;
  readonly movePath: string | null;
  readonly chunks: readonly Chunk[];
};

export type Chunk = {
  /** The line named after `@@`, which must come before the old lines; null when there is none. */
  readonly context: string | null;
  readonly lines: readonly ChunkLine[];
  /** The old lines must be the last of the file. */
  readonly endOfFile: boolean;
};

/** `text` is without its marker and line ending. */
export type ChunkLine = { readonly type: "context" | "added" | "removed"; readonly text: string };

export type PatchError =
  | { readonly type: "invalid_patch"; readonly message: string }
  /** `line` counts from 1, the `*** Begin Patch` line. */
  | { readonly type: "invalid_hunk"; readonly line: number; readonly message: string }
  | { readonly type: "not_applicable"; readonly message: string };

/** What the stand-alone command prints on stderr, without the final newline. */
export function errorForCommand(error: PatchError): string {
  switch (error.type) {
    case "invalid_patch":
      return `Invalid patch: ${error.message}`;
    case "invalid_hunk":
      return `Invalid patch hunk on line ${error.line}: ${error.message}`;
    case "not_applicable":
      return error.message;
    default:
      return error satisfies never;
  }
}

/** What the model reads when a patch of a session does not parse or does not fit (apply-patch.md 7). */
export function errorForModel(error: PatchError): string {
  const prefix = "apply_patch verification failed:";
  switch (error.type) {
    case "invalid_patch":
      return `${prefix} invalid patch: ${error.message}`;
    case "invalid_hunk":
      return `${prefix} invalid hunk at line ${error.line}, ${error.message}`;
    case "not_applicable":
      return `${prefix} ${error.message}`;
    default:
      return error satisfies never;
  }
}
