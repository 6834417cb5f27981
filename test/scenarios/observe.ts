// Makes the transcript of a played scenario.

import type { RecordedRequest } from "../support/responses-server";
import { normalise, normaliseText, sorted, type Json, type Place } from "./normalise";
import type { Played, PlayedRun } from "./play";
import type { Scenario } from "./scenario";
import { sessionLines } from "./session-lines";
import { isFields } from "./difference";
import type { RequestTranscript, RunTranscript, Transcript } from "./transcript";

export function transcriptOf(scenario: Scenario, played: Played): Transcript {
  const place: Place = { paths: played.paths, server: played.server, threads: threadIds(played) };
  let previous: RecordedRequest | undefined;
  const runs = played.runs.map((run, index) => {
    const requests = run.requests.map((request) => {
      const made = requestOf(request, previous, scenario, place);
      previous = request;
      return made;
    });
    const asJson = scenario.runs[index]?.args.includes("--json") === true;
    return {
      ...outputOf(run, asJson, place),
      requests,
      ...(run.others.length > 0 && { others: run.others }),
    };
  });
  const reviews = scenario.runs.some(({ args }) => args.includes("review"));
  const { before, after } = played.config;
  const added = after.startsWith(before) ? after.slice(before.length) : after;
  return {
    runs,
    files: Object.fromEntries(
      Object.entries(played.files)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, content]) => [name, fileText(content, place)]),
    ),
    ...(added !== "" && { configAdded: normaliseText(added, place) }),
    sessions: played.sessions.map((text) => {
      const lines = sessionLines(text, scenario.wire === true, place);
      return reviews ? lines.map((line) => withoutReviewMessage(line, scenario)) : lines;
    }),
  };
}

function threadIds(played: Played): readonly string[] {
  const inRequests = played.runs.flatMap((run) => run.requests.map((r) => r.headers["thread-id"] ?? ""));
  const inOutput = played.runs.flatMap((run) =>
    [...run.stdout.matchAll(/"thread_id":"([^"]+)"/g)].map((match) => match[1] ?? ""),
  );
  return [...new Set([...inOutput, ...inRequests])].filter((id) => id !== "");
}

function outputOf(run: PlayedRun, asJson: boolean, place: Place): Omit<RunTranscript, "requests"> {
  return {
    stdout: lines(run.stdout).map((line) => normalise(asJson ? event(line) : line, place)),
    stderr: lines(run.stderr).map((line) => normaliseText(line, place)),
    exit: run.exitCode ?? String(run.signal),
  };
}

function lines(text: string): readonly string[] {
  if (text === "") return [];
  return text.endsWith("\n") ? text.slice(0, -1).split("\n") : [...text.split("\n"), "<no newline>"];
}

/** An event as its value; a search names its id twice, which a value cannot show: that line stays text. */
function event(line: string): Json {
  return line.includes('"type":"web_search"') ? line : (JSON.parse(line) as Json); // else its scenario fails
}

function requestOf(
  request: RecordedRequest,
  previous: RecordedRequest | undefined,
  scenario: Scenario,
  place: Place,
): RequestTranscript {
  const { input, tools, fields } = parts(request);
  const before = previous === undefined ? undefined : parts(previous);
  const kept = commonLength(input, before?.input ?? []);
  const wire = scenario.wire === true && previous === undefined;
  return {
    ...(wire && { path: request.path, headers: normalise(headersOf(request), place) }),
    ...(!Bun.deepEquals(fields, before?.fields) && { fields: sorted(normalise(fields, place)) }),
    ...(!Bun.deepEquals(tools, before?.tools) && {
      tools: tools.map((tool) => (wire ? shapeOf(tool) : nameOf(tool))),
    }),
    kept,
    added: withoutReviewPrompt(input.slice(kept), request, scenario).map((item) => normalise(item, place)),
  };
}

function parts(request: RecordedRequest) {
  const { input, tools, instructions, ...fields } = request.body;
  return {
    input: input as unknown as readonly Json[], // parsed from JSON
    tools: tools as readonly { readonly [key: string]: Json }[], // parsed from JSON
    fields: { ...(fields as { readonly [key: string]: Json }), instructions: typeof instructions },
  };
}

/** What a reviewer is asked for is our own text, unless the user gave it. */
function withoutReviewPrompt(
  items: readonly Json[],
  request: RecordedRequest,
  scenario: Scenario,
): readonly Json[] {
  if (request.headers["x-openai-subagent"] !== "review") return items;
  const given = givenTexts(scenario);
  return items.map((item) => {
    const [part] = isFields(item) && Array.isArray(item["content"]) ? item["content"] : [];
    if (!isFields(item) || item["role"] !== "user" || !isFields(part)) return item;
    const text = String(part["text"]);
    const known = given.includes(text.trim()) || text.startsWith("<");
    return known ? item : { ...item, content: [{ ...part, text: "<review prompt>" }] };
  });
}

function withoutReviewMessage(line: Json, scenario: Scenario): Json {
  if (!isFields(line) || !isFields(line["event"]) || line["event"]["type"] !== "user_message") return line;
  const known = givenTexts(scenario).includes(String(line["event"]["message"]));
  return known ? line : { event: { ...line["event"], message: "<review prompt>" } };
}

/** What a run was given on its command line or its standard input. */
function givenTexts({ runs }: Scenario): readonly string[] {
  return runs.flatMap(({ args, stdin }) => [...args, String(stdin ?? "").trim()]);
}

function commonLength(a: readonly Json[], b: readonly Json[]): number {
  const differs = a.findIndex((item, index) => JSON.stringify(item) !== JSON.stringify(b[index]));
  return differs < 0 ? a.length : differs;
}

function nameOf(tool: { readonly [key: string]: Json }): Json {
  return tool["name"] ?? tool["type"] ?? null;
}

/** Without the texts written for the model. */
function shapeOf(tool: Json): Json {
  if (tool === null || typeof tool !== "object") return tool;
  if (Array.isArray(tool)) return tool.map(shapeOf);
  return Object.fromEntries(
    Object.entries(tool)
      .filter(([key, value]) => !(typeof value === "string" && ["description", "definition"].includes(key)))
      .map(([key, value]) => [key, shapeOf(value)]),
  );
}

/** Those of HTTP itself are the client library's. */
function headersOf(request: RecordedRequest): Json {
  const transport = [
    "host",
    "connection",
    "content-length",
    "accept-encoding",
    "user-agent",
    "x-codex-turn-metadata",
  ];
  return Object.fromEntries(
    Object.entries(request.headers)
      .filter(([name]) => !transport.includes(name))
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function fileText(content: Played["files"][string], place: Place): string {
  if (!(content instanceof Uint8Array)) return "<link>";
  const text = Buffer.from(content).toString("utf8");
  const value = normalise(text, place);
  return typeof value === "string" ? value : text;
}
