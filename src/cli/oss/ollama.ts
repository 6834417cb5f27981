// Checks that Ollama runs, is new enough and has the model; pulls the model if not.

import { messageOf, UserError } from "../../util/user-error";
import { askLocal, isObject, namesIn } from "./local-http";
import type { Progress } from "./pull-progress";

/** The first version with the Responses API. */
const MIN_VERSION = "0.13.4";
/** A download on which nothing comes for this long has stopped. */
const PULL_SILENCE_MS = 300_000;
/** A line of the pull's report; longer ones are not reports. */
const LINE_CHARACTERS = 1_048_576;

/** @param baseUrl of the Responses API; Ollama's own is beside it */
export async function ollamaReady(baseUrl: string, model: string, progress: Progress): Promise<void> {
  const isResponsesUrl = baseUrl.endsWith("/v1");
  const root = isResponsesUrl ? baseUrl.slice(0, -"/v1".length) : baseUrl;
  const probe = await askLocal(isResponsesUrl ? `${baseUrl}/models` : `${root}/api/tags`);
  if (probe.type !== "json") throw failure(NOT_RUNNING);
  await checkVersion(root);
  if (!(await hasModel(root, model, progress))) await pull(root, model, progress);
}

const NOT_RUNNING =
  "No running Ollama server detected. Start it with: `ollama serve` (after installing). " +
  "Install instructions: https://github.com/ollama/ollama?tab=readme-ov-file#ollama";

/** A server that does not tell its version, or calls itself 0.0.0, was built by somebody who knows. */
async function checkVersion(root: string): Promise<void> {
  const answer = await askLocal(`${root}/api/version`);
  const version = answer.type === "json" && isObject(answer.json) ? answer.json["version"] : undefined;
  if (typeof version !== "string" || !/^\d+\.\d+\.\d+/.test(version) || version === "0.0.0") return;
  const [released = ""] = version.split(/[-+]/);
  if (Bun.semver.order(released, MIN_VERSION) < 0) {
    throw failure(`Ollama ${version} is too old. Codex requires Ollama ${MIN_VERSION} or newer.`);
  }
}

/** A name without a tag means the latest. When the list cannot be had, the pull finds out: it is quick for a model that is there. */
async function hasModel(root: string, model: string, progress: Progress): Promise<boolean> {
  const answer = await askLocal(`${root}/api/tags`);
  if (answer.type !== "json") {
    progress.line("Warning: Ollama does not list its models; asking it for the model.");
    return false;
  }
  const names = namesIn(answer.json, "models", "name");
  return names.includes(model) || (!model.includes(":") && names.includes(`${model}:latest`));
}

async function pull(root: string, model: string, progress: Progress): Promise<void> {
  progress.line(`Pulling model ${model}...`);
  const silence = new AbortController();
  const stop = () => silence.abort(new Error(`nothing came for ${PULL_SILENCE_MS / 1000} seconds`));
  let timer = setTimeout(stop, PULL_SILENCE_MS);
  try {
    const response = await fetch(`${root}/api/pull`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model, stream: true }),
      signal: silence.signal,
    });
    if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
    for await (const report of jsonLines(response.body)) {
      clearTimeout(timer);
      timer = setTimeout(stop, PULL_SILENCE_MS);
      if (typeof report["error"] === "string") throw new Error(report["error"]);
      if (report["status"] === "success") {
        progress.end();
        return;
      }
      showReport(report, progress);
    }
    throw new Error("the server ended its report too early");
  } catch (error) {
    progress.end();
    throw failure(`Pull failed: ${messageOf(error)}`);
  } finally {
    clearTimeout(timer);
  }
}

function showReport(report: Readonly<Record<string, unknown>>, progress: Progress): void {
  const { status, digest, total, completed } = report;
  if (typeof digest === "string" && typeof total === "number") {
    progress.part(digest, typeof completed === "number" ? completed : 0, total);
  } else if (typeof status === "string") {
    progress.status(status);
  }
}

/** Objects, one on a line; other lines are passed over. */
async function* jsonLines(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<Readonly<Record<string, unknown>>, void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()?.slice(0, LINE_CHARACTERS) ?? "";
    for (const line of lines) yield* jsonObject(line);
  }
  yield* jsonObject(rest);
}

function* jsonObject(line: string): Generator<Readonly<Record<string, unknown>>, void> {
  try {
    const json: unknown = JSON.parse(line);
    if (isObject(json)) yield json;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
}

function failure(text: string): UserError {
  return new UserError(`OSS setup failed: ${text}`);
}
