// Streamable HTTP servers, real ones on a port of their own: what is sent, and how answers and failures are read.

import { describe, expect, test } from "bun:test";
import { McpConnection } from "../../src/mcp/connection";
import { serverConfigs } from "../../src/mcp/server-config";
import { tokenStore } from "../../src/mcp/token-store";

const NO_LOGINS = tokenStore("/nonexistent", "file");
const NEVER = new AbortController().signal;

type Seen = {
  readonly method: string;
  readonly rpc: string;
  readonly headers: Readonly<Record<string, string>>;
};
type Rpc = { readonly id?: number; readonly method: string; readonly params?: { readonly name?: string } };

/** Answers instead of the ordinary server when it returns something. */
type Odd = (rpc: Rpc, seen: readonly Seen[], request: Request) => Response | undefined | Promise<Response>;

function serve(odd: Odd = () => undefined) {
  const seen: Seen[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const rpc = request.method === "POST" ? ((await request.json()) as Rpc) : { method: "" };
      seen.push({ method: request.method, rpc: rpc.method, headers: request.headers.toJSON() });
      return (await odd(rpc, seen, request)) ?? ordinary(rpc, request);
    },
  });
  return { seen, url: `http://127.0.0.1:${server.port}/mcp`, [Symbol.asyncDispose]: () => server.stop(true) };
}

function ordinary({ id, method, params }: Rpc, request: Request): Response {
  if (request.method === "GET") return new Response(null, { status: 405 });
  if (request.method === "DELETE") return new Response(null, { status: 200 });
  const result = (value: unknown, headers = {}) =>
    Response.json({ jsonrpc: "2.0", id, result: value }, { headers });
  switch (method) {
    case "initialize":
      return result(
        {
          protocolVersion: "2025-06-18",
          capabilities: { tools: {} },
          serverInfo: { name: "web", version: "1" },
        },
        { "mcp-session-id": `session-${crypto.randomUUID().slice(0, 4)}` },
      );
    case "tools/list":
      return result({ tools: [{ name: "ping", inputSchema: { type: "object" } }] });
    case "tools/call": {
      const message = { jsonrpc: "2.0", id, result: { content: [{ type: "text", text: params?.name }] } };
      return new Response(`event: message\ndata: ${JSON.stringify(message)}\n\n`, {
        headers: { "content-type": "text/event-stream; charset=utf-8" },
      });
    }
    default:
      return new Response(null, { status: 202 });
  }
}

function connection(url: string, settings: object = {}, env: Record<string, string> = {}): McpConnection {
  const [config] = serverConfigs({ web: { url, ...settings } });
  if (config === undefined) throw new Error("one server was configured");
  return new McpConnection({ config, env, cwd: "/", tokens: NO_LOGINS, elicitationModes: false });
}

describe("an HTTP server", () => {
  test("is greeted, listed, called and told goodbye with the session and the configured headers", async () => {
    await using server = serve();
    const settings = {
      bearer_token_env_var: "TOKEN",
      http_headers: { "X-A": "1" },
      env_http_headers: { "X-B": "B" },
    };
    const client = connection(server.url, settings, { TOKEN: "secret", B: "2" });
    await client.start(NEVER);
    expect(client.tools.map(({ name }) => name)).toEqual(["ping"]);
    expect(await client.callTool({ name: "ping" }, { signal: NEVER })).toEqual({
      content: [{ type: "text", text: "ping" }],
    });
    await client[Symbol.asyncDispose]();
    const posts = server.seen.filter(({ method }) => method === "POST").map(({ rpc }) => rpc);
    expect(posts).toEqual(["initialize", "notifications/initialized", "tools/list", "tools/call"]);
    expect(server.seen.at(-1)?.method).toBe("DELETE");
    for (const { headers } of server.seen) {
      expect(headers).toMatchObject({ "x-a": "1", "x-b": "2", authorization: "Bearer secret" });
    }
    const session = server.seen.at(-1)?.headers["mcp-session-id"];
    expect(session).toStartWith("session-");
    for (const { headers } of server.seen.slice(1)) {
      expect(headers).toMatchObject({ "mcp-session-id": session, "mcp-protocol-version": "2025-06-18" });
    }
  });

  test("whose session has expired is greeted anew, and the call repeated", async () => {
    let expired = false;
    await using server = serve(({ method }) => {
      if (method !== "tools/call" || expired) return undefined;
      expired = true;
      return new Response("no such session", { status: 404 });
    });
    await using client = connection(server.url);
    await client.start(NEVER);
    expect(await client.callTool({ name: "ping" }, { signal: NEVER })).toHaveProperty("content");
    const posts = server.seen.map(({ rpc }) => rpc);
    expect(posts.filter((rpc) => rpc === "initialize")).toHaveLength(2);
    const again = server.seen.findLast(({ rpc }) => rpc === "initialize");
    expect(again?.headers).not.toHaveProperty("mcp-session-id");
  });

  test("that is busy is asked again when it starts and lists, but not when it is called", async () => {
    let refusals = 0;
    await using server = serve(({ method }, seen) => {
      const times = seen.filter(({ rpc }) => rpc === method).length;
      if (method === "initialize" || method === "tools/list") {
        return times === 1 ? new Response("busy", { status: 503 }) : undefined;
      }
      if (method !== "tools/call") return undefined;
      refusals += 1;
      return new Response("busy", { status: 503 });
    });
    await using client = connection(server.url);
    await client.start(NEVER);
    const call = client.callTool({ name: "ping" }, { signal: NEVER });
    expect(await call.catch((error: Error) => error.message)).toContain("busy");
    expect(refusals).toBe(1);
  });

  test("whose list has no end has its time for the whole of it", async () => {
    await using server = serve(({ id, method }) =>
      method === "tools/list"
        ? // Time is the subject: each page has enough of it, all together have not.
          Bun.sleep(200).then(() =>
            Response.json({ jsonrpc: "2.0", id, result: { tools: [], nextCursor: crypto.randomUUID() } }),
          )
        : undefined,
    );
    await using client = connection(server.url, { startup_timeout_sec: 1 });
    await expect(client.start(NEVER)).rejects.toThrow("timed out awaiting tools/list");
    expect(server.seen.length).toBeLessThan(10);
  });

  test("that wants a login is told from one that fails", async () => {
    await using server = serve(
      () => new Response(null, { status: 401, headers: { "www-authenticate": "Bearer" } }),
    );
    await using client = connection(server.url);
    expect(await client.start(NEVER).catch((error: Error) => error.message)).toBe("Auth required");
    expect(server.seen).toHaveLength(1);
  });

  test("may send JSON-RPC errors with any status", async () => {
    await using server = serve(({ id, method }) =>
      method === "tools/call"
        ? Response.json(
            { jsonrpc: "2.0", id, error: { code: -32602, message: "bad params", data: { x: 1 } } },
            { status: 400 },
          )
        : undefined,
    );
    await using client = connection(server.url);
    await client.start(NEVER);
    const call = client.callTool({ name: "ping" }, { signal: NEVER });
    expect(await call.catch((error: Error) => error.message)).toBe('Mcp error: -32602: bad params({"x":1})');
  });

  test("that answers with a web page is quoted", async () => {
    await using server = serve(({ method }) =>
      method === "tools/call"
        ? new Response("<h1>hello</h1>", { headers: { "content-type": "text/html" } })
        : undefined,
    );
    await using client = connection(server.url);
    await client.start(NEVER);
    const call = client.callTool({ name: "ping" }, { signal: NEVER });
    expect(await call.catch((error: Error) => error.message)).toBe(
      "unexpected content type `text/html`: <h1>hello</h1>",
    );
  });
});
