// What a difference from the reference is, and the tools for describing one.

import type { Json } from "./normalise";
import type { RequestTranscript, RunTranscript, Transcript } from "./transcript";

export type Difference = {
  /** First cell of its row in docs/differences.md, which gives the reason. */
  readonly row: string;
  /** Turns what the reference did into what we do. */
  readonly expected: (recorded: Transcript) => Transcript;
};

export type Fields = { readonly [key: string]: Json };

export function eachRun(transcript: Transcript, change: (run: RunTranscript) => RunTranscript): Transcript {
  return { ...transcript, runs: transcript.runs.map(change) };
}

export function eachRequest(
  transcript: Transcript,
  change: (request: RequestTranscript) => RequestTranscript,
): Transcript {
  return eachRun(transcript, (run) => ({ ...run, requests: run.requests.map(change) }));
}

export function isFields(value: Json | undefined): value is Fields {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** Rewrites objects bottom-up, wherever they are. */
export function mapObjects<T>(value: T, change: (object: Fields) => Json): T {
  const visit = (each: Json): Json => {
    if (Array.isArray(each)) return each.map(visit);
    if (!isFields(each)) return each;
    return change(Object.fromEntries(Object.entries(each).map(([key, inner]) => [key, visit(inner)])));
  };
  return visit(value as unknown as Json) as unknown as T; // plain data of the same shape
}

export function mapStrings<T>(value: T, change: (text: string) => string): T {
  const visit = (each: Json): Json => {
    if (typeof each === "string") return change(each);
    if (Array.isArray(each)) return each.map(visit);
    if (!isFields(each)) return each;
    return Object.fromEntries(Object.entries(each).map(([key, inner]) => [key, visit(inner)]));
  };
  return visit(value as unknown as Json) as unknown as T; // plain data of the same shape
}

/** Fields keep their order, which is that of the line. */
export function insertAfter(object: Fields, name: string, added: Fields): Fields {
  return Object.fromEntries(
    Object.entries(object).flatMap(([key, value]) =>
      key === name ? [[key, value] as const, ...Object.entries(added)] : [[key, value] as const],
    ),
  );
}
