// A thread in this process over several turns: a scripted model, the real sandbox, a session file, and answers to its questions.

import { forkedSession } from "../../src/agent/past";
import { openThread } from "../../src/agent/thread";
import type { Thread, ThreadOptions } from "../../src/agent/thread-options";
import { loadConfig } from "../../src/config/load";
import type { AskAnswer, AskRequest } from "../../src/protocol/approvals";
import type { ThreadEvent } from "../../src/protocol/events";
import type { SandboxMode } from "../../src/protocol/policy";
import type { UserInput } from "../../src/protocol/user-input";
import { loadRules, rulesFolders } from "../../src/rules/load";
import { mockProvider, sandboxBox, type Box, type BoxOptions } from "./harness";
import {
  startResponsesServer,
  type RecordedRequest,
  type ResponsesServer,
  type Script,
} from "./responses-server";

export type ThreadBoxOptions = BoxOptions & {
  /** Keys of config.toml. */
  readonly settings?: string;
  /** Default `workspace-write`. `profile`: the settings name a permission profile. */
  readonly sandbox?: SandboxMode | "profile";
  /** In the place of that of the mock provider's configuration. */
  readonly model?: string;
  readonly thread?: Partial<ThreadOptions>;
  /** One for each question, in order; `decline` when they run out. */
  readonly answers?: readonly AskAnswer[];
};

export type ThreadBox = AsyncDisposable & {
  readonly box: Box;
  readonly server: ResponsesServer;
  readonly thread: Thread;
  readonly asked: readonly AskRequest[];
  /** Runs a turn to its end and gives its events. */
  readonly turn: (
    input: string | readonly UserInput[],
    signal?: AbortSignal,
  ) => Promise<readonly ThreadEvent[]>;
  /** Opens another thread with the same configuration. */
  readonly open: (options: Partial<ThreadOptions>) => Promise<Thread>;
  /** Copies the thread's session up to a prompt, counted from 0; the path of the copy. */
  readonly fork: (beforePrompt: number) => Promise<string>;
};

export async function threadBox(script: Script, options: ThreadBoxOptions = {}): Promise<ThreadBox> {
  const { settings = "", sandbox = "workspace-write", answers = [] } = options;
  const server = await startResponsesServer(script);
  const box = await sandboxBox({ ...options, config: `${settings}\n${mockProvider(server.url)}` });
  const env = { PATH: process.env["PATH"], HOME: box.home, SHELL: "/bin/sh", CODEX_HOME: box.codexHome };
  const config = await loadConfig({
    codexHome: box.codexHome,
    cwd: box.workspace,
    env,
    overrides: [],
    enable: [],
    disable: [],
    flags: {
      approvalPolicy: "on-request",
      ...(sandbox !== "profile" && { sandboxMode: sandbox }),
      ...(options.model !== undefined && { model: options.model }),
    },
  });
  const { rules } = loadRules(rulesFolders({ ...config, ignoreRules: false }));
  const common = {
    ...{ config, env, rules, originator: "test", source: "cli" },
    ...{ honoursApiKeyVariable: false, ephemeral: false },
  };
  const open = (more: Partial<ThreadOptions>) => openThread({ ...common, ...more });
  const thread = await open(options.thread ?? {});
  const asked: AskRequest[] = [];
  const ask = (request: AskRequest): Promise<AskAnswer> => {
    asked.push(request);
    return Promise.resolve(answers[asked.length - 1] ?? { type: "decline" });
  };
  return {
    box,
    server,
    thread,
    asked,
    open,
    fork: (beforePrompt) => forkedSession(common, thread.rolloutPath ?? "", beforePrompt),
    turn: (input, signal = new AbortController().signal) =>
      collected(
        thread.run(typeof input === "string" ? [{ type: "text", text: input }] : input, { ask, signal }),
      ),
    async [Symbol.asyncDispose]() {
      await thread[Symbol.asyncDispose]();
      await box[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

export async function collected(events: AsyncGenerator<ThreadEvent, void>): Promise<readonly ThreadEvent[]> {
  return Array.fromAsync(events);
}

/** Never asks, never ends early. */
export const QUIET = {
  ask: (): Promise<AskAnswer> => Promise.resolve({ type: "decline" }),
  signal: new AbortController().signal,
};

/** All texts of a request's input, in order. */
export function textsOf(request: RecordedRequest | undefined): readonly string[] {
  return (request?.body.input ?? []).flatMap((item) => item.content?.map((part) => part.text ?? "") ?? []);
}

/** Texts that a request has beyond those of the one before it. */
export function newTexts(server: ResponsesServer, index: number): readonly string[] {
  return textsOf(server.requests[index]).slice(textsOf(server.requests[index - 1]).length);
}
