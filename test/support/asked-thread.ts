// A thread in this process with somebody in front of it: a scripted model, the real sandbox, and answers to its questions.

import { openThread } from "../../src/agent/thread";
import { loadConfig } from "../../src/config/load";
import type { AskAnswer, AskRequest } from "../../src/protocol/approvals";
import type { ThreadEvent } from "../../src/protocol/events";
import type { ApprovalPolicy, SandboxMode } from "../../src/protocol/policy";
import { loadRules, rulesFolders } from "../../src/rules/load";
import { mockProvider, sandboxBox, type Box } from "./harness";
import {
  message,
  respond,
  startResponsesServer,
  type ResponsesServer,
  type SseEvent,
} from "./responses-server";

export type AskedOptions = {
  readonly policy: ApprovalPolicy;
  /** `profile`: the settings name a permission profile. */
  readonly sandbox: SandboxMode | "profile";
  /** Each is what the model does in one response; a message ends the turn after them. */
  readonly calls: readonly (readonly (readonly SseEvent[])[])[];
  /** One for each question, in order; `decline` when they run out. */
  readonly answers?: readonly AskAnswer[];
  /** Does what somebody does before answering. */
  readonly meanwhile?: (request: AskRequest) => Promise<void>;
  /** Text of `rules/default.rules` of the user. */
  readonly rules?: string;
  /** Text of config.toml: keys, then tables. */
  readonly settings?: string;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly trusted?: boolean;
  /** Does something before the turn begins. */
  readonly before?: (box: Box) => void;
};

export type Asked = AsyncDisposable & {
  readonly box: Box;
  readonly server: ResponsesServer;
  readonly events: readonly ThreadEvent[];
  readonly asked: readonly AskRequest[];
  /** What the model read of a call: `c1`, `c2`, …; undefined when it was never told. */
  readonly output: (callId: string) => string | undefined;
  /** The texts of developer messages that came after the first request. */
  readonly notices: () => readonly string[];
};

/** Runs one turn to its end. */
export async function askedTurn(options: AskedOptions): Promise<Asked> {
  const { policy, sandbox, calls, answers = [], settings = "", trusted = false } = options;
  const server = await startResponsesServer([
    ...calls.map((parts) => respond(...parts)),
    respond(message("done")),
  ]);
  const box = await sandboxBox({ config: "", ...(options.files && { files: options.files }) });
  const trust = trusted ? `\n[projects."${box.workspace}"]\ntrust_level = "trusted"\n` : "";
  const asking =
    typeof policy === "string" ? "" : `approval_policy = { granular = ${inlineTable(policy.granular)} }`;
  const table = settings.indexOf("\n[");
  const [keys, tables] = table < 0 ? [settings, ""] : [settings.slice(0, table), settings.slice(table)];
  box.write(
    `${box.codexHome}/config.toml`,
    `${asking}\n${keys}\n${mockProvider(server.url)}${trust}\n${tables}`,
  );
  if (options.rules !== undefined) box.write(`${box.codexHome}/rules/default.rules`, options.rules);
  options.before?.(box);
  const env = { PATH: process.env["PATH"], HOME: box.home, SHELL: "/bin/sh", CODEX_HOME: box.codexHome };
  const config = await loadConfig({
    codexHome: box.codexHome,
    cwd: box.workspace,
    env,
    overrides: [],
    enable: [],
    disable: [],
    flags: {
      ...(sandbox !== "profile" && { sandboxMode: sandbox }),
      ...(typeof policy === "string" && { approvalPolicy: policy }),
    },
  });
  const { rules } = loadRules(rulesFolders({ ...config, ignoreRules: false }));
  const asked: AskRequest[] = [];
  const events: ThreadEvent[] = [];
  await using thread = await openThread({
    config,
    env,
    originator: "test",
    source: "cli",
    honoursApiKeyVariable: false,
    ephemeral: true,
    rules,
  });
  const ask = async (request: AskRequest): Promise<AskAnswer> => {
    const number = asked.push(request);
    await options.meanwhile?.(request);
    return answers[number - 1] ?? { type: "decline" };
  };
  const input = [{ type: "text", text: "go" }] as const;
  for await (const event of thread.run(input, { ask, signal: new AbortController().signal })) {
    events.push(event);
  }
  const items = () => server.requests.flatMap((request) => request.body.input);
  return {
    box,
    server,
    events,
    asked,
    output(callId) {
      const item = items().findLast((entry) => entry.call_id === callId && entry.output !== undefined);
      return typeof item?.output === "string" ? item.output : undefined;
    },
    notices() {
      const first = server.requests[0]?.body.input.length ?? 0;
      const later = server.requests.at(-1)?.body.input.slice(first) ?? [];
      return later
        .filter((item) => item.role === "developer")
        .flatMap((item) => item.content?.map((part) => part.text ?? "") ?? []);
    },
    async [Symbol.asyncDispose]() {
      await box[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

function inlineTable(fields: Readonly<Record<string, boolean>>): string {
  return `{ ${Object.entries(fields)
    .map(([name, value]) => `${name} = ${value}`)
    .join(", ")} }`;
}
