// What a thread needs to go on where its session file ends (rollout.md 10).

import type { TokenUsage } from "../protocol/events";
import type { Goal } from "../protocol/goal";
import type { ResponseItem } from "../protocol/response-items";
import type { SessionMeta, TurnContext } from "../protocol/rollout";
import { UserError } from "../util/user-error";
import { parseLine } from "./line";
import { LINE_BYTES, linesFromEnd, linesFromStart } from "./read";
import { type PlacedEntry, replay } from "./replay";

/** How far from the beginning the first `session_meta` is looked for. */
const META_SEARCH_BYTES = 2 * LINE_BYTES;

export type RebuiltThread = {
  /** The first one in the file; a fork holds its source's as well. */
  readonly meta: SessionMeta;
  /** Oldest first. Calls may lack outputs: that is settled when a request is made. */
  readonly history: ResponseItem[];
  /** Of the whole thread so far. */
  readonly usage: TokenUsage | undefined;
  /** Of the last response; after a compaction an estimate with only `total_tokens`. */
  readonly lastUsage: TokenUsage | undefined;
  /** As recorded with `usage`. */
  readonly contextWindow: number | null;
  /** Settings of the last turn with a prompt: its model is the previous model. */
  readonly lastTurnContext: TurnContext | undefined;
  /** What the next turn's context is compared with; undefined asks for the full initial context. */
  readonly contextBaseline: TurnContext | undefined;
  /** Null when there is none. */
  readonly goal: Goal | null;
  /** Cut off, damaged or overlong lines among those that had to be read. */
  readonly badLines: number;
  /** The history exceeded what could be sent and begins in the middle. */
  readonly olderLeftOut: boolean;
};

/**
 * Reads a `.jsonl` session file from its end, back to the newest compaction or the beginning. Throws `UserError` for a
 * file without `session_meta`, and the error of the file system.
 */
export function rebuild(path: string): RebuiltThread {
  const meta = readMeta(path);
  const counted = { badLines: 0 };
  const { history, tokens, lastTurnContext, contextBaseline, goal, olderLeftOut } = replay(
    entriesFromEnd(path, counted),
    meta.id,
  );
  return {
    meta,
    history,
    usage: tokens?.total,
    lastUsage: tokens?.last,
    contextWindow: tokens?.contextWindow ?? null,
    lastTurnContext,
    contextBaseline,
    goal,
    badLines: counted.badLines,
    olderLeftOut,
  };
}

/** The first `session_meta` of a `.jsonl` file; lines before it that cannot be read are passed over. Throws as `rebuild`. */
export function readMeta(path: string): SessionMeta {
  let empty = true;
  for (const { bytes } of linesFromStart(path, META_SEARCH_BYTES)) {
    empty = false;
    const line = bytes && parseLine(bytes);
    if (line?.type === "entry" && line.entry.type === "session_meta") return line.entry.payload;
  }
  throw new UserError(
    empty
      ? `empty session file: ${path} holds nothing to resume`
      : `rollout at ${path} does not start with session metadata`,
  );
}

function* entriesFromEnd(path: string, counted: { badLines: number }): Generator<PlacedEntry, void> {
  for (const { bytes, start, end } of linesFromEnd(path)) {
    const line = bytes ? parseLine(bytes) : ({ type: "bad" } as const);
    if (line.type === "bad") counted.badLines += 1;
    if (line.type === "entry") yield { entry: line.entry, bytes: end - start };
  }
}
