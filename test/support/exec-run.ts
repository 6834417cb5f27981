// One `codex exec --json` run of the compiled executable against a scripted model: what it printed, sent and wrote.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  mockProvider,
  sandboxBox,
  type Box,
  type BoxOptions,
  type CodexOptions,
  type ExecEvent,
} from "./harness";
import {
  startResponsesServer,
  type RecordedRequest,
  type ResponsesServer,
  type Script,
} from "./responses-server";

export type ExecRun = AsyncDisposable & {
  readonly box: Box;
  readonly server: ResponsesServer;
  readonly exec: (args: readonly string[], options?: CodexOptions) => ReturnType<Box["events"]>;
};

export type ScriptedOptions = BoxOptions & {
  /** Lines put before the provider table of config.toml. */
  readonly settings?: string;
  /** Lines added to the provider table. */
  readonly provider?: string;
};

/** A box whose config.toml names a provider that plays `script`. Sandboxed as workspace-write unless the arguments say otherwise. */
export async function scripted(script: Script, options: ScriptedOptions = {}): Promise<ExecRun> {
  const server = await startResponsesServer(script);
  const config = `${options.settings ?? ""}\n${mockProvider(server.url, options.provider)}`;
  const box = await sandboxBox({ ...options, config });
  return {
    box,
    server,
    exec: (args, given) => box.events(["-s", "workspace-write", ...args], given),
    async [Symbol.asyncDispose]() {
      await box[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

export type Item = { readonly id: string; readonly type: string; readonly [field: string]: unknown };

/** Items of one event type, in order. */
export function itemsOf(
  events: readonly ExecEvent[],
  type: "item.started" | "item.completed",
): readonly Item[] {
  return events.filter((event) => event.type === type).map((event) => event.item as Item);
}

/** The output that a request carries for a call, as text. */
export function outputOf(request: RecordedRequest | undefined, callId: string): string {
  const item = request?.body.input.find((entry) => entry.call_id === callId && entry.output !== undefined);
  return typeof item?.output === "string" ? item.output : JSON.stringify(item?.output ?? null);
}

/** The lines of the only session file under a CODEX_HOME. */
export function rolloutLines(
  codexHome: string,
): readonly { type: string; payload: Record<string, unknown> }[] {
  const folder = join(codexHome, "sessions");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".jsonl"),
  );
  if (files.length !== 1) throw new Error(`expected one session file, found ${files.length}`);
  return readFileSync(join(folder, files[0] ?? ""), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string; payload: Record<string, unknown> });
}
