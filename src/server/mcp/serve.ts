// `codex mcp-server`: reads requests line by line, answers each, and ends with its input (mcp.md 15 and 16).

import { clientUserAgent } from "../../agent/response-stream";
import type { ClientProgram } from "../../agent/thread-options";
import { linesOf } from "../../mcp/lines";
import { isRecord } from "../../mcp/tool-list";
import { messageOf } from "../../util/user-error";
import { VERSION } from "../../util/version";
import { startConversations, type Call, type Client, type Conversations } from "./conversations";
import { ORIGINATOR } from "./open-thread";
import {
  INTERNAL_ERROR,
  INVALID_PARAMS,
  INVALID_REQUEST,
  METHOD_NOT_FOUND,
  readMessage,
  type Incoming,
  type Params,
  type RpcError,
  type RpcId,
} from "./rpc";
import { TOOLS } from "./tools";

/** A longer line ends the server: nothing that it answers to is that long. */
const LINE_BYTES = 67_108_864;

export type Wires = {
  readonly input: AsyncIterable<Uint8Array>;
  /** Writes one message; in the order of the calls. */
  readonly write: (line: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folders put first on the PATH of commands. */
  readonly pathPrefix: readonly string[];
};

/** Resolves at the end of the input, when everything that was started has ended. */
export async function serveMcp({ input, write, env, pathPrefix }: Wires): Promise<void> {
  const send = (message: object) => write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  const waiting = new Map<RpcId, (result: unknown) => void>();
  const running = new Map<RpcId, AbortController>();
  let asked = 0;
  let greeted = false;
  let introduced: ClientProgram | undefined;

  const client: Client = {
    notify: (method, params) => send({ method, params }),
    async request(method, params, signal) {
      if (signal.aborted) return undefined;
      const id = asked++;
      const { promise, resolve } = Promise.withResolvers<unknown>();
      waiting.set(id, resolve);
      signal.addEventListener("abort", () => resolve(undefined), { once: true });
      send({ id, method, params });
      try {
        return await promise;
      } finally {
        waiting.delete(id);
      }
    },
  };
  await using conversations = startConversations(client, { env, pathPrefix, client: () => introduced });
  const fail = (id: RpcId | null, error: RpcError) => send({ id, error });

  const answer = async (request: Extract<Incoming, { type: "request" }>): Promise<void> => {
    const { id, method, params } = request;
    switch (method) {
      case "initialize":
        if (greeted) return fail(id, { code: INVALID_REQUEST, message: "initialize called more than once" });
        greeted = true;
        introduced = programOf(params);
        return send({ id, result: greeting(params, introduced, env) });
      case "ping":
        return send({ id, result: {} });
      case "tools/list":
        return send({ id, result: { tools: TOOLS } });
      case "tools/call": {
        if (typeof params.name !== "string") {
          return fail(id, { code: INVALID_PARAMS, message: "Invalid params: `name` is missing" });
        }
        if (running.has(id)) {
          return fail(id, { code: INVALID_REQUEST, message: `Invalid Request: the id ${id} is in use` });
        }
        const controller = new AbortController();
        running.set(id, controller);
        try {
          const result = await callTool(conversations, params, { id, signal: controller.signal });
          return send({ id, result });
        } catch (error) {
          return fail(id, { code: INTERNAL_ERROR, message: messageOf(error) });
        } finally {
          running.delete(id);
        }
      }
      default:
        return fail(id, { code: METHOD_NOT_FOUND, message: `method not found: ${method}`, data: { method } });
    }
  };

  const calls = new Set<Promise<void>>();
  for await (const line of linesOf(input, LINE_BYTES)) {
    if (line.trim() === "") continue;
    const message = readMessage(line);
    switch (message.type) {
      case "invalid":
        fail(message.id, message.error);
        break;
      case "response":
        waiting.get(message.id)?.(message.failed ? undefined : message.result);
        break;
      case "notification":
        if (message.method === "notifications/cancelled") running.get(idIn(message.params))?.abort();
        break;
      case "request": {
        const call = answer(message).finally(() => calls.delete(call));
        calls.add(call);
        break;
      }
      default:
        message satisfies never;
    }
  }
  for (const controller of running.values()) controller.abort();
  await Promise.all(calls);
}

function idIn({ requestId }: Params): RpcId {
  return typeof requestId === "string" || typeof requestId === "number" ? requestId : "";
}

async function callTool(
  conversations: Conversations,
  { name, arguments: given }: Params,
  call: Omit<Call, "arguments">,
): Promise<object> {
  const whole = { ...call, arguments: isRecord(given) ? given : undefined };
  switch (name) {
    case "codex":
      return conversations.codex(whole);
    case "codex-reply":
      return conversations.reply(whole);
    default:
      return { content: [{ type: "text", text: `Unknown tool '${String(name)}'` }], isError: true };
  }
}

function programOf({ clientInfo }: Params): ClientProgram | undefined {
  return isRecord(clientInfo)
    ? { name: String(clientInfo.name), version: String(clientInfo.version) }
    : undefined;
}

/** Any revision is spoken: what is used here is in all of them. */
function greeting({ protocolVersion }: Params, client: ClientProgram | undefined, env: Wires["env"]): object {
  return {
    protocolVersion: typeof protocolVersion === "string" ? protocolVersion : "2025-06-18",
    capabilities: { tools: { listChanged: true } },
    serverInfo: {
      name: "codex-mcp-server",
      title: "Codex",
      version: VERSION,
      user_agent: clientUserAgent(client ?? { name: ORIGINATOR, version: VERSION }, env, ORIGINATOR),
    },
  };
}
