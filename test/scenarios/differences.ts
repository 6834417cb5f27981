// The differences from the reference that show in more than one scenario.

import {
  eachRequest,
  eachRun,
  insertAfter,
  isFields,
  mapObjects,
  mapStrings,
  type Difference,
} from "./difference";
import type { Fields } from "./difference";
import type { Json } from "./normalise";
import type { RunTranscript, Transcript } from "./transcript";

const NOT_OFFERED = ["tool_search", "multi_agent_v1"];
const MEMORIES = "<box>/codex-home/memories";
const TEMP_ENTRY = '<entry access="write"><special>:tmpdir</special></entry>';
/** Of a turn_context line: what follows from other fields, or belongs to what this build does not have. */
const DERIVED_FIELDS = [
  "file_system_sandbox_policy",
  "personality",
  "collaboration_mode",
  "multi_agent_version",
  "realtime_active",
];

/** Those that hold for every scenario. */
export const EVERYWHERE: readonly Difference[] = [
  {
    row: "`turn.completed.usage`",
    expected: (recorded) =>
      mapObjects(recorded, (object) =>
        "cached_input_tokens" in object
          ? insertAfter(object, "cached_input_tokens", { cache_write_input_tokens: 0 })
          : object,
      ),
  },
  {
    row: "`$CODEX_HOME/memories`",
    expected: (recorded) =>
      mapObjects(
        mapStrings(recorded, (text) =>
          text.replace(TEMP_ENTRY, `${TEMP_ENTRY}<entry access="write"><path>${MEMORIES}</path></entry>`),
        ),
        (object) =>
          Array.isArray(object["entries"]) ? { ...object, entries: withMemories(object["entries"]) } : object,
      ),
  },
  {
    row: "sub-agents, `tool_search`",
    expected: (recorded) =>
      eachRequest(recorded, (request) =>
        request.tools === undefined
          ? request
          : { ...request, tools: request.tools.filter((tool) => !NOT_OFFERED.includes(toolName(tool))) },
      ),
  },
  {
    row: "skills that come with the program",
    expected: (recorded) =>
      mapObjects(recorded, (object) =>
        Array.isArray(object["content"])
          ? { ...object, content: object["content"].filter((part: Json) => !isSkills(part)) }
          : object,
      ),
  },
  {
    row: "truncated tool output",
    expected: (recorded) =>
      mapStrings(recorded, (text) =>
        text.replace(
          /(Original token count: (\d+)\nOutput:\n)(?=Total output lines)/,
          "$1Warning: truncated output (original token count: $2)\n",
        ),
      ),
  },
  {
    row: "session files: what a turn was told (`turn_context`)",
    expected: (recorded) => ({
      ...recorded,
      sessions: recorded.sessions.map((lines) =>
        lines.map((line) =>
          isFields(line) && isFields(line["turn_context"])
            ? { turn_context: without(line["turn_context"], DERIVED_FIELDS) }
            : line,
        ),
      ),
    }),
  },
  {
    row: "session files: token counts",
    expected: (recorded) => ({ ...recorded, sessions: recorded.sessions.map(withoutRepeatedCounts) }),
  },
];

/** For people, the diff of a turn is shown when it has changed. */
export const DIFF_SHOWN_ONCE: Difference = {
  row: "diff of the turn, for people",
  expected: (recorded) => eachRun(recorded, (run) => ({ ...run, stderr: withoutRepeatedDiffs(run.stderr) })),
};

/** Texts in place of others, wherever they are; each must be there. */
export function replaced(row: string, ...pairs: readonly (readonly [string, string])[]): Difference {
  return {
    row,
    expected: (recorded) =>
      pairs.reduce((transcript, [from, to]) => {
        if (!JSON.stringify(transcript).includes(JSON.stringify(from).slice(1, -1))) {
          throw new Error(`nothing to replace: ${from}`);
        }
        return mapStrings(transcript, (text) => text.replaceAll(from, to));
      }, recorded),
  };
}

/** Fields of a command's last event, in place of the reference's. */
export function commandEnded(row: string, item: string, fields: Fields): Difference {
  return {
    row,
    expected: (recorded) =>
      mapObjects(recorded, (object) =>
        object["id"] === item && typeof object["exit_code"] === "number" ? { ...object, ...fields } : object,
      ),
  };
}

/** Events that stand in our output where the reference has none: each at its place in the result, of the first run. */
export function eventsAdded(row: string, ...events: readonly (readonly [number, Json])[]): Difference {
  return firstRun(row, (run) => ({
    ...run,
    stdout: events.reduce<readonly Json[]>((lines, [at, event]) => lines.toSpliced(at, 0, event), run.stdout),
  }));
}

/** Lines of our stderr that the reference does not have, at a place in the result. */
export function stderrAdded(row: string, at: number, ...lines: readonly string[]): Difference {
  return firstRun(row, (run) => ({ ...run, stderr: run.stderr.toSpliced(at, 0, ...lines) }));
}

export function firstRun(row: string, change: (recorded: RunTranscript) => RunTranscript): Difference {
  return {
    row,
    expected: (recorded) => ({
      ...recorded,
      runs: recorded.runs.map((run, index) => (index === 0 ? change(run) : run)),
    }),
  };
}

/** The summary is in the line of the compaction, and nowhere else. */
export const SUMMARY_ONCE: Difference = {
  row: "session files: compaction",
  expected: (recorded) => ({
    ...recorded,
    sessions: recorded.sessions.map((lines) => {
      const compacted = lines.findIndex((line) => isFields(line) && "compacted" in line);
      const summary = lines.lastIndexOf("item message assistant", compacted);
      return summary < 0 ? lines : lines.toSpliced(summary, 1);
    }),
  }),
};

/** The session file of the thread that asked for a review. */
export const REVIEW_LINES: Difference = {
  row: "session files: a review",
  expected: (recorded) => ({ ...recorded, sessions: recorded.sessions.map(reviewLines) }),
};

function reviewLines(lines: readonly Json[]): readonly Json[] {
  const typeOf = (line: Json | undefined): Json | undefined =>
    isFields(line) && isFields(line["event"]) ? line["event"]["type"] : undefined;
  const entered = lines.find((line) => typeOf(line) === "entered_review_mode");
  if (entered === undefined) return lines.map(withoutAgents);
  const text = lines.findLast((line) => typeOf(line) === "agent_message");
  const message = isFields(text) && isFields(text["event"]) ? text["event"]["message"] : null;
  const failed = lines.some((line) => JSON.stringify(line).includes('"review_output":null'));
  return lines.flatMap((line, index) => {
    switch (typeOf(line)) {
      case "entered_review_mode":
        return [];
      case "task_started":
        return [line, entered];
      case "user_message":
        return typeOf(lines[index - 1]) === "user_message" ? [] : [line];
      case "agent_message":
        return [line, "item message assistant"];
      case "task_complete":
        return failed || !isFields(line) || !isFields(line["event"]) || message === undefined
          ? [line]
          : [{ event: { ...line["event"], last_agent_message: message } }];
      default:
        return line === "item message assistant" ? [] : [line];
    }
  });
}

function withoutAgents(line: Json): Json {
  return isFields(line) && isFields(line["session_meta"])
    ? { session_meta: without(line["session_meta"], ["multi_agent_version"]) }
    : line;
}

/** How reasoning is summarised, as asked for. */
export const SUMMARY_SETTING: Difference = {
  row: "session files: what a turn was told (`turn_context`)",
  expected: (recorded) =>
    mapObjects(recorded, (object) =>
      "approval_policy" in object && (object["model"] !== "gpt-5.2" || object["effort"] === "high")
        ? { ...object, summary: "none" }
        : object,
    ),
};

function withMemories(entries: readonly Json[]): readonly Json[] {
  const at = entries.findLastIndex(
    (entry) => isFields(entry) && JSON.stringify(entry["path"]).includes('"kind"'),
  );
  if (at < 1) return entries;
  const added = { path: { type: "path", path: MEMORIES }, access: "write" };
  return [...entries.slice(0, at + 1), added, ...entries.slice(at + 1)];
}

function toolName(tool: Json): string {
  return String(isFields(tool) ? (tool["name"] ?? tool["type"]) : tool);
}

function isSkills(part: Json): boolean {
  return isFields(part) && part["text"] === "<skills_instructions>…</skills_instructions>";
}

function without(object: Fields, fields: readonly string[]): Json {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !fields.includes(key)));
}

/** A count is written when something was counted. */
function withoutRepeatedCounts(lines: readonly Json[]): readonly Json[] {
  let known = "null";
  return lines.filter((line) => {
    if (!isFields(line) || !isFields(line["event"]) || line["event"]["type"] !== "token_count") return true;
    const info = JSON.stringify(line["event"]["info"]);
    const counted = info !== known;
    known = info;
    return counted;
  });
}

function withoutRepeatedDiffs(lines: readonly string[]): readonly string[] {
  const kept: string[] = [];
  let shown = "";
  for (let at = 0; at < lines.length;) {
    const line = lines[at] ?? "";
    const end = line.startsWith("diff --git ") ? lines.indexOf("", at) + 1 : at + 1;
    const block = lines.slice(at, end);
    if (!line.startsWith("diff --git ") || block.join("\n") !== shown) kept.push(...block);
    if (line.startsWith("diff --git ")) shown = block.join("\n");
    at = end;
  }
  return kept;
}

/** What this build should do where the reference did `recorded`. */
export function expectedOf(recorded: Transcript, differences: readonly Difference[]): Transcript {
  return [...EVERYWHERE, ...differences].reduce((transcript, { expected }) => expected(transcript), recorded);
}
