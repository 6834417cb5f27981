// Keeps what the patches of a turn have changed altogether and renders it as one git-style diff; needs no git (apply-patch.md 10).

import { relative } from "node:path";
import type { AppliedChange } from "./apply";
import { type Content, gitBlobId } from "./content";
import { DISPLAY_CONTEXT, unifiedDiff } from "./unified-diff";

export type TurnDiff = {
  /** Takes in what a patch has changed, in order. */
  readonly record: (changes: readonly AppliedChange[]) => void;
  /** The whole diff since the turn began, by path; empty when all is as it was. */
  readonly render: () => string;
};

const NO_BLOB = "0".repeat(40);

/** Paths inside `cwd` (absolute) are shown relative to it, others absolute. */
export function startTurnDiff(cwd: string): TurnDiff {
  const files = new Map<string, TrackedFile>();
  const rendered = new Map<string, Rendered>();

  const touch = (path: string, before: Content | null, after: Content | null, origin: string | null) => {
    const first = files.get(path)?.before;
    files.set(path, { before: first === undefined ? before : first, after, origin });
  };
  const originOf = (path: string) => files.get(path)?.origin ?? path;

  return {
    record(changes) {
      for (const change of changes) {
        switch (change.type) {
          case "add":
            touch(change.path, change.before, change.after, null);
            break;
          case "delete":
            touch(change.path, change.before, null, null);
            break;
          case "update":
            touch(change.path, change.before, change.after, files.get(change.path)?.origin ?? null);
            break;
          case "move":
            touch(change.movePath, change.overwritten, change.after, originOf(change.path));
            touch(change.path, change.before, null, null);
            break;
          default:
            change satisfies never;
        }
      }
    },
    render() {
      return pairsOf(files)
        .map((pair) => {
          const known = rendered.get(pair.newPath);
          if (known !== undefined && isSamePair(known.pair, pair)) return known.text;
          const text = renderPair(pair, cwd);
          rendered.set(pair.newPath, { pair, text });
          return text;
        })
        .join("");
    },
  };
}

/** What a path held when the turn began and what it holds now; `origin` is the path its content was moved from. */
type TrackedFile = {
  readonly before: Content | null;
  readonly after: Content | null;
  readonly origin: string | null;
};

type FilePair = {
  readonly oldPath: string;
  readonly newPath: string;
  readonly before: Content | null;
  readonly after: Content | null;
};

type Rendered = { readonly pair: FilePair; readonly text: string };

/** One per file, sorted by old path. A path that is gone and one new path that holds its content make one pair. */
function pairsOf(files: ReadonlyMap<string, TrackedFile>): readonly FilePair[] {
  const pairs: FilePair[] = [];
  const renamed = new Set<string>();
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [path, { before, after, origin }] of sorted) {
    const source = origin === null || renamed.has(origin) ? undefined : files.get(origin);
    if (before !== null || after === null || origin === null || !source?.before || source.after) continue;
    renamed.add(origin).add(path);
    pairs.push({ oldPath: origin, newPath: path, before: source.before, after });
  }
  for (const [path, { before, after }] of sorted) {
    if (!renamed.has(path)) pairs.push({ oldPath: path, newPath: path, before, after });
  }
  return pairs.sort((a, b) => (a.oldPath < b.oldPath ? -1 : 1));
}

function isSamePair(a: FilePair, b: FilePair): boolean {
  return a.oldPath === b.oldPath && a.before === b.before && a.after === b.after;
}

function renderPair({ oldPath, newPath, before, after }: FilePair, cwd: string): string {
  const [oldName, newName] = [shownPath(oldPath, cwd), shownPath(newPath, cwd)];
  const [oldBlob, newBlob] = [blobOf(before), blobOf(after)];
  const [oldMode, newMode] = [modeOf(before), modeOf(after)];
  const modes = before !== null && after !== null && oldMode !== newMode;
  if (oldBlob === newBlob && oldName === newName && !modes) return "";

  const lines = [`diff --git a/${oldName} b/${newName}`];
  if (modes) lines.push(`old mode ${oldMode}`, `new mode ${newMode}`);
  if (before === null) lines.push(`new file mode ${newMode}`);
  if (after === null) lines.push(`deleted file mode ${oldMode}`);
  if (oldBlob === newBlob) {
    if (oldName !== newName) {
      lines.push("similarity index 100%", `rename from ${oldName}`, `rename to ${newName}`);
    }
    return ended(lines);
  }
  lines.push(`index ${oldBlob}..${newBlob}`);
  const [oldSide, newSide] = [
    before === null ? "/dev/null" : `a/${oldName}`,
    after === null ? "/dev/null" : `b/${newName}`,
  ];
  if (before?.type === "omitted" || after?.type === "omitted") {
    return ended([...lines, `Binary files ${oldSide} and ${newSide} differ`]);
  }
  const body = unifiedDiff(before?.text ?? "", after?.text ?? "", DISPLAY_CONTEXT);
  if (body !== "") lines.push(`--- ${oldSide}`, `+++ ${newSide}`);
  return ended(lines) + body;
}

function ended(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}

function shownPath(path: string, cwd: string): string {
  const inside = relative(cwd, path);
  return inside === ".." || inside.startsWith("../") ? path : inside;
}

function blobOf(content: Content | null): string {
  if (content === null) return NO_BLOB;
  return content.type === "omitted" ? content.blob : gitBlobId(Buffer.from(content.text));
}

function modeOf(content: Content | null): string {
  return content?.executable === true ? "100755" : "100644";
}
