// Plays a scenario with an executable in a fresh box and keeps all that can be seen of it.

import { existsSync, readdirSync, readFileSync, lstatSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { mockProvider, sandboxBox, type Box, type CodexResult } from "../support/harness";
import { installHooks } from "../support/hooks";
import { httpError, startResponsesServer, type RecordedRequest } from "../support/responses-server";
import type { Paths } from "./paths";
import type { Run, Scenario } from "./scenario";

export type Played = {
  readonly paths: Paths;
  /** Scheme, host and port of the scripted server. */
  readonly server: string;
  readonly runs: readonly PlayedRun[];
  /** Files and links of the workspace by relative path, without those of `.git`. */
  readonly files: Readonly<Record<string, Uint8Array | { readonly link: true }>>;
  readonly config: { readonly before: string; readonly after: string };
  /** Text of every session file, oldest first. */
  readonly sessions: readonly string[];
};

export type PlayedRun = CodexResult & {
  readonly requests: readonly RecordedRequest[];
  /** `METHOD path` of requests that were not for a response. */
  readonly others: readonly string[];
};

const HOME_PREFIX = "codex-home/";

/** @param pauseMs how long every answer but the first is held back */
export async function play(scenario: Scenario, executable: string, pauseMs = 0): Promise<Played> {
  const script = scenario.script ?? [];
  const paths = Promise.withResolvers<Paths>();
  await using server = await startResponsesServer(async (request, index) => {
    const step = script[index];
    if (index > 0) await Bun.sleep(pauseMs);
    if (typeof step === "function") return step(request, await paths.promise);
    return step ?? httpError(400, `request ${index + 1} was not expected`);
  });
  const config =
    scenario.config?.replaceAll("{server}", server.url) ??
    `${scenario.settings ?? ""}\n${mockProvider(server.url, scenario.provider)}`;
  await using box = await sandboxBox({
    executable,
    config,
    ...(scenario.git === undefined ? {} : { git: scenario.git }),
  });
  const root = dirname(box.workspace);
  paths.resolve({ root, workspace: box.workspace, codexHome: box.codexHome });
  for (const [path, content] of Object.entries(scenario.files ?? {})) {
    box.write(path.startsWith(HOME_PREFIX) ? join(root, path) : path, content);
  }

  if (scenario.hooks !== undefined) installHooks(box, scenario.hooks);
  const configFile = join(box.codexHome, "config.toml");
  const before = readFileSync(configFile, "utf8");

  const runs: PlayedRun[] = [];
  for (const run of scenario.runs) {
    const [requests, others] = [server.requests.length, server.others.length];
    const result = await runOne(box, run, runs[0]);
    runs.push({
      ...result,
      requests: server.requests.slice(requests),
      others: server.others.slice(others).map((request) => `${request.method} ${request.path}`),
    });
  }
  return {
    paths: { root, workspace: box.workspace, codexHome: box.codexHome },
    server: new URL(server.url).origin,
    runs,
    files: workspaceFiles(box.workspace),
    config: { before, after: readFileSync(configFile, "utf8") },
    sessions: sessionFiles(box.codexHome),
  };
}

async function runOne(box: Box, run: Run, first: PlayedRun | undefined): Promise<CodexResult> {
  const fill = (arg: string): string =>
    arg
      .replaceAll("{workspace}", box.workspace)
      .replaceAll("{root}", dirname(box.workspace))
      .replaceAll("{thread}", first?.stdout.match(/"thread_id":"([^"]+)"/)?.[1] ?? "");
  const running = box.start(run.args.map(fill), {
    cwd: join(box.workspace, run.cwd ?? "."),
    env: { RUST_LOG: "off", ...run.env },
    ...(run.stdin === undefined ? {} : { stdin: run.stdin }),
  });
  if (run.interrupt !== undefined) {
    await running.shows(run.interrupt.shown);
    running.kill(run.interrupt.signal);
  }
  return running.result;
}

function workspaceFiles(workspace: string): Played["files"] {
  const files: Record<string, Uint8Array | { readonly link: true }> = {};
  for (const entry of readdirSync(workspace, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(workspace, path);
    if (name.startsWith(".git/")) continue;
    if (entry.isFile()) files[name] = readFileSync(path);
    else if (lstatSync(path).isSymbolicLink()) files[name] = { link: true };
  }
  return files;
}

function sessionFiles(codexHome: string): readonly string[] {
  const folder = join(codexHome, "sessions");
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".jsonl"))
    .sort()
    .map((name) => readFileSync(join(folder, name), "utf8"));
}
