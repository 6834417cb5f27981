// Checks that LM Studio's server runs and has the model; has it downloaded if not, and loaded in the meantime.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { spawnCommand } from "../../exec/spawn";
import { homeFolder } from "../../util/home-folder";
import { UserError } from "../../util/user-error";
import { askLocal, namesIn } from "./local-http";
import type { Progress } from "./pull-progress";

const START_IT = "Install from https://lmstudio.ai/download and run 'lms server start'.";

/** @param baseUrl of the Responses API */
export async function lmStudioReady(baseUrl: string, model: string, progress: Progress): Promise<void> {
  const answer = await askLocal(`${baseUrl}/models`);
  switch (answer.type) {
    case "unreachable":
      throw failure(`LM Studio is not responding. ${START_IT}`);
    case "refused":
      throw failure(`Server returned error: ${answer.status} LM Studio is not responding. ${START_IT}`);
    case "json":
      if (!namesIn(answer.json, "data", "id").includes(model)) await download(model, progress);
      void load(baseUrl, model);
      return;
    default:
      answer satisfies never;
  }
}

/** What LM Studio's own program prints goes where progress goes, and not to stdout. */
async function download(model: string, progress: Progress): Promise<void> {
  const program = lmsProgram();
  if (program === undefined) {
    throw failure("LM Studio not found. Please install LM Studio from https://lmstudio.ai/");
  }
  progress.line(`Downloading model: ${model}`);
  const env = Object.fromEntries(
    Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
  await using command = spawnCommand({
    argv: [program, "get", "--yes", model],
    cwd: process.cwd(),
    env,
    confinement: { type: "none" },
    stdin: "null",
    stdout: "pipe",
    stderr: "stdout",
  });
  const decoder = new TextDecoder();
  for await (const chunk of command.stdout ?? []) progress.raw(decoder.decode(chunk, { stream: true }));
  const status = await command.exited;
  if (status.type === "exited" && status.code === 0) return;
  throw failure(
    status.type === "exited"
      ? `Model download failed with exit code: ${status.code}`
      : `Model download failed: ${status.type === "failed" ? status.message : `signal ${status.signal}`}`,
  );
}

/** On the PATH, or where LM Studio puts it. */
function lmsProgram(): string | undefined {
  const own = join(homeFolder(), ".lmstudio", "bin", "lms");
  return Bun.which("lms") ?? (existsSync(own) ? own : undefined);
}

/** Asks for one token, so that the model is in memory when the session's first request comes. Never rejects. */
async function load(baseUrl: string, model: string): Promise<void> {
  try {
    const response = await fetch(`${baseUrl}/responses`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model, input: "", max_output_tokens: 1 }),
    });
    await response.body?.cancel();
  } catch {
    // What is wrong will be told by the first request, which waits for an answer.
  }
}

/** Twice, as the reference prints it: there are scripts that look for the text. */
function failure(text: string): UserError {
  return new UserError(`OSS setup failed: OSS setup failed: ${text}`);
}
