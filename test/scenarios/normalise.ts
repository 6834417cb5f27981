// Takes out of a transcript what differs from run to run (ids, times, temporary paths, durations) and the texts of prompts.

import type { Paths } from "./paths";

export type Place = {
  readonly paths: Paths;
  readonly server: string;
  /** Ids of the threads, in order of appearance. */
  readonly threads: readonly string[];
};

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Longer strings are kept as their ends, length and hash. */
const LONG_CHARACTERS = 3000;
const KEPT_CHARACTERS = 300;

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Text that is the same on every run is left alone. */
const VARYING: readonly (readonly [RegExp, string])[] = [
  [UUID, "<uuid>"],
  [/Chunk ID: [0-9a-f]{6}/g, "Chunk ID: <chunk>"],
  [/Wall time: [\d.]+ seconds/g, "Wall time: <time> seconds"],
  [/session ID \d+/g, "session ID <session>"],
  [/(Unknown process id) \d{4,}/g, "$1 <session>"],
  [/"session_id":\d+/g, '"session_id":<session>'],
  [/(aborted by user after) [\d.]+s/g, "$1 <time>s"],
  [/(timed out after) \d+ milliseconds/g, "$1 <time> milliseconds"],
  [/( (?:succeeded|exited -?\d+|declined) in) [\d.]+m?s:/g, "$1 <time>:"],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, "<timestamp>"],
  [/(<current_date>)[^<]*/g, "$1<date>"],
  [/(<timezone>)[^<]*/g, "$1<timezone>"],
  [/"(createdAt|updatedAt|timeUsedSeconds)":\d+/g, '"$1":"<time>"'],
  [/("completionBudgetReport":)"[^"]*"/g, '$1"…"'],
  // Which shell a user has is no matter of ours, and how it words its own errors neither.
  [/(<shell>)[^<]*/g, "$1<shell>"],
  [/(?:\/usr)?\/bin\/(?:ba|z|da)?sh (-l?c) /g, "<shell> $1 "],
];

const VARYING_FIELDS: readonly string[] = [
  "started_at",
  "completed_at",
  "duration_ms",
  "time_to_first_token_ms",
  "current_date",
  "timezone",
];

/** Sections of prompts: the tag says what they are for, the text between is nobody's business here. */
const PROMPT_TAGS = [
  "permissions instructions",
  "collaboration_mode",
  "skills_instructions",
  "model_switch",
  "turn_aborted",
  "user_action",
];

/** What stands before the summary of a compacted history. */
const SUMMARY_PREFIX = /^Another language model .*\n/;

export function normalise(value: Json, place: Place): Json {
  if (typeof value === "string") return shorten(withoutPrompts(normaliseText(value, place)));
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((each: Json) => normalise(each, place));
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      normaliseText(key, place),
      VARYING_FIELDS.includes(key) && each !== null ? `<${key}>` : normalise(each, place),
    ]),
  );
}

/** The same with keys in order, for what is written from hash maps. */
export function sorted(value: Json): Json {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}

export function normaliseText(text: string, place: Place): string {
  let result = text.replaceAll(place.paths.root, "<box>").replaceAll(place.server, "<server>");
  place.threads.forEach((id, index) => {
    result = result.replaceAll(id, `<thread ${index + 1}>`);
  });
  for (const [pattern, marker] of VARYING) result = result.replace(pattern, marker);
  return result;
}

function withoutPrompts(text: string): string {
  const tag = PROMPT_TAGS.find((name) => text.startsWith(`<${name}>`) && text.endsWith(`</${name}>`));
  if (tag !== undefined) return `<${tag}>…</${tag}>`;
  return text.replace(SUMMARY_PREFIX, "<summary prefix>\n");
}

function shorten(text: string): string {
  const [, head = "", rest = ""] = /^([\s\S]*?Total output lines: \d+\n\n)?([\s\S]*)$/.exec(text) ?? [];
  if (rest.length <= LONG_CHARACTERS) return text;
  const middle = rest.slice(KEPT_CHARACTERS, -KEPT_CHARACTERS);
  const hash = new Bun.CryptoHasher("sha256").update(middle).digest("hex").slice(0, 16);
  return `${head}${rest.slice(0, KEPT_CHARACTERS)}<${middle.length} characters, ${hash}>${rest.slice(-KEPT_CHARACTERS)}`;
}
