// An MCP server over stdio for tests, in a process of its own: well-behaved, or broken in one way. Run as `bun mcp-server.ts [MODE]`.

import { appendFileSync } from "node:fs";

/** How it misbehaves; `good` not at all. */
export type Mode =
  | "good"
  | "crash"
  | "hang"
  | "garbage"
  | "slow-list"
  | "huge-list"
  | "dies-mid-call"
  | "endless-stderr"
  | "wrong-version"
  | "no-cancel"
  | "stays"
  | "wants-sandbox-state";

/** The fields that the modes and tools below look at. */
type Params = {
  readonly protocolVersion?: string;
  readonly cursor?: string;
  readonly uri?: string;
  readonly name?: string;
  readonly arguments?: { readonly text?: string };
  readonly _meta?: { readonly progressToken?: number };
};

type Message = {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: Params;
  readonly result?: unknown;
};

const PAGE = 2;
const HUGE = 3000;

/** @param record file that every message it gets is appended to */
async function serve(mode: Mode, record?: string): Promise<void> {
  process.stderr.write(`${mode} server speaks\n`);
  if (mode === "crash") process.exit(3);
  if (mode === "garbage") process.stdout.write("Welcome to the server!\n{broken\n");
  if (mode === "stays" || mode === "no-cancel") process.on("SIGTERM", () => {});
  if (mode === "endless-stderr") setInterval(() => process.stderr.write(`${"x".repeat(4000)}\n`), 1);
  const tools = mode === "huge-list" ? hugeTools() : goodTools();
  const waiting = new Map<number, (message: Message) => void>();
  let questions = 0;

  const ask = (method: string, params: unknown): Promise<Message> => {
    const id = ++questions;
    send({ id, method, params });
    return new Promise((resolve) => waiting.set(id, resolve));
  };

  for await (const line of console) {
    if (line === "") continue; // the end
    if (record !== undefined) appendFileSync(record, `${line}\n`);
    const message = JSON.parse(line) as Message;
    if (message.method === undefined) waiting.get(Number(message.id))?.(message);
    else if (message.id !== undefined) void answer(message);
  }
  if (mode === "stays" || mode === "no-cancel") await new Promise(() => setInterval(() => {}, 1000));

  async function answer({ id, method, params = {} }: Message): Promise<void> {
    switch (method) {
      case "initialize":
        if (mode === "hang" || mode === "garbage") return;
        return reply(id, {
          protocolVersion: mode === "wrong-version" ? "1999-01-01" : params.protocolVersion,
          capabilities: {
            tools: { listChanged: true },
            resources: {},
            ...(mode === "wants-sandbox-state" && { experimental: { "codex/sandbox-state-meta": {} } }),
          },
          serverInfo: { name: "test", version: "1" },
          instructions: " For tests. ",
        });
      case "tools/list": {
        if (mode === "slow-list") return;
        const from = Number(params.cursor ?? 0);
        const size = mode === "huge-list" ? HUGE : PAGE;
        const more = from + size < tools.length ? { nextCursor: String(from + size) } : {};
        return reply(id, { tools: tools.slice(from, from + size), ...more });
      }
      case "resources/list":
        return reply(id, { resources: [{ uri: "test://one", name: "one", mimeType: "text/plain" }] });
      case "resources/templates/list":
        return reply(id, { resourceTemplates: [{ uriTemplate: "test://{name}", name: "any" }] });
      case "resources/read":
        if (params.uri !== "test://one") return fail(id, -32002, "Resource not found");
        return reply(id, { contents: [{ uri: "test://one", text: "first" }] });
      case "tools/call":
        return await call(id, String(params.name), params);
      case "ping":
        return reply(id, {});
      default:
        return fail(id, -32601, "Method not found");
    }
  }

  async function call(id: Message["id"], name: string, params: Params): Promise<void> {
    if (mode === "dies-mid-call") {
      process.stderr.write("I am dying\n");
      process.exit(9);
    }
    switch (name) {
      case "echo-it":
        return reply(id, text(`ECHO ${params.arguments?.text}`));
      case "env":
        return reply(id, text(Object.keys(process.env).toSorted().join(" ")));
      case "meta":
        return reply(id, text(JSON.stringify(params._meta)));
      case "soft-fail":
        return reply(id, { ...text("soft fail"), isError: true });
      case "hard-fail":
        return fail(id, -32000, "kaput");
      case "structured":
        return reply(id, { ...text("dropped"), structuredContent: { a: 1, b: [2] }, _meta: { m: 2 } });
      case "picture":
        return reply(id, {
          content: [
            { type: "text", text: "look" },
            { type: "image", data: "aGk=", mimeType: "image/png" },
            { type: "audio", data: "aGk=", mimeType: "audio/wav" },
          ],
        });
      case "long":
        return reply(id, text("z".repeat(200_000)));
      case "grow":
        tools.push({ ...tool("grown"), annotations: SAFE });
        send({ method: "notifications/tools/list_changed" });
        return reply(id, text("grown"));
      case "ask": {
        const answer = await ask("elicitation/create", {
          message: "Your name?",
          requestedSchema: { type: "object", properties: { name: { type: "string" } } },
        });
        return reply(id, text(JSON.stringify(answer.result)));
      }
      case "chatty": {
        const { progressToken } = params._meta ?? {};
        for (let progress = 1; progress <= 5; progress++) {
          send({ method: "notifications/progress", params: { progressToken, progress, total: 5 } });
          send({ method: "notifications/message", params: { level: "info", data: "working" } });
        }
        send({ method: "notifications/unheard-of" });
        return reply(id, text("done"));
      }
      case "slow":
        return;
      default:
        return reply(id, text(`${name} ran`));
    }
  }
}

const SAFE = { readOnlyHint: true };

function goodTools(): Record<string, unknown>[] {
  const safe = ["env", "meta", "soft-fail", "hard-fail", "structured", "picture", "long", "grow"];
  return [
    { ...tool("echo-it"), description: "Echo.", inputSchema: ECHO_SCHEMA, annotations: SAFE },
    ...[...safe, "ask", "chatty", "slow"].map((name) => ({ ...tool(name), annotations: SAFE })),
    { ...tool("writes"), annotations: { destructiveHint: true, readOnlyHint: true } },
    tool("plain"),
    { ...tool("harmless"), annotations: { destructiveHint: false, openWorldHint: false } },
    { ...tool("for-apps"), _meta: { ui: { visibility: ["app"] } } },
    { description: "has no name" },
  ];
}

const ECHO_SCHEMA = {
  $schema: "http://json-schema.org/draft-07/schema#",
  type: "object",
  properties: { text: { type: "string" } },
  required: ["text"],
};

function hugeTools(): Record<string, unknown>[] {
  return Array.from({ length: 100_000 }, (_, index) => ({ ...tool(`tool-${index}`), annotations: SAFE }));
}

function tool(name: string): Record<string, unknown> {
  return { name, inputSchema: { type: "object" } };
}

function text(value: string): Record<string, unknown> {
  return { content: [{ type: "text", text: value }] };
}

function reply(id: Message["id"], result: unknown): void {
  send({ id, result });
}

function fail(id: Message["id"], code: number, message: string): void {
  send({ id, error: { code, message } });
}

function send(message: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
}

if (import.meta.main) await serve((process.argv[2] ?? "good") as Mode, process.argv[3]);
