// A server that others wrote, with tools of all kinds: every one is callable from a turn, over stdio and over HTTP.

import { expect, test } from "bun:test";
import { join } from "node:path";
import { itemsOf, outputOf, scripted } from "../support/exec-run";
import { done, message, respond, type SseEvent } from "../support/responses-server";

const PROGRAM = join(
  import.meta.dir,
  "../../node_modules/@modelcontextprotocol/server-everything/dist/index.js",
);
const APPROVED = 'default_tools_approval_mode = "approve"';

/** Arguments for the tools that need some. */
const ARGUMENTS: Readonly<Record<string, object>> = {
  echo: { message: "hello" },
  get_annotated_message: { messageType: "error", includeImage: true },
  get_resource_links: { count: 2 },
  get_resource_reference: { resourceType: "Text", resourceId: 1 },
  get_structured_content: { location: "Chicago" },
  get_sum: { a: 2, b: 3 },
  gzip_file_as_resource: { name: "a.gz", data: "data:text/plain,hello", outputType: "resource" },
  simulate_research_query: { topic: "anything" },
  trigger_long_running_operation: { duration: 0.2, steps: 2 },
};

function call(name: string): SseEvent {
  const given = JSON.stringify(ARGUMENTS[name] ?? {});
  return done({
    type: "function_call",
    name,
    namespace: "mcp__everything",
    arguments: given,
    call_id: name,
  });
}

async function useEverything(table: string): Promise<void> {
  let offered: readonly string[] = [];
  await using run = await scripted(
    ({ body }, index) => {
      if (index > 0) return respond(message("done"));
      const space = body.tools.find((tool) => tool["name"] === "mcp__everything");
      const tools = (space?.["tools"] ?? []) as readonly { readonly name: string }[];
      offered = tools.map(({ name }) => name);
      return respond(...offered.map(call));
    },
    { provider: `\n[mcp_servers.everything]\n${table}\n${APPROVED}\n` },
  );
  const { events, exitCode } = await run.exec(["go"]);
  expect(exitCode).toBe(0);
  expect(offered.length).toBeGreaterThan(10);
  const items = itemsOf(events, "item.completed").filter(({ type }) => type === "mcp_tool_call");
  const failed = items.filter(({ status }) => status !== "completed").map((item) => item["tool"]);
  expect(failed).toEqual([]);
  expect(items).toHaveLength(offered.length);
  const output = (name: string) => outputOf(run.server.requests[1], name);
  expect(output("echo")).toEndWith('Output:\n[{"type":"text","text":"Echo: hello"}]');
  expect(output("get_sum")).toContain("The sum of 2 and 3 is 5.");
  expect(output("get_structured_content")).toMatch(/Output:\n\{"temperature":/);
  expect(output("simulate_research_query")).toContain("anything"); // which runs as a task
  expect(output("get_tiny_image")).toContain("data:image/png;base64,");
}

test("every tool of server-everything can be called over stdio", async () => {
  await useEverything(`command = "node"\nargs = [${JSON.stringify(PROGRAM)}, "stdio"]`);
}, 60_000);

test("every tool of server-everything can be called over HTTP", async () => {
  const port = freePort();
  const server = Bun.spawn(["node", PROGRAM, "streamableHttp"], {
    env: { PATH: process.env["PATH"], PORT: String(port) },
    stdout: "ignore",
    stderr: "pipe",
  });
  try {
    for await (const chunk of server.stderr) {
      if (new TextDecoder().decode(chunk).includes("listening on port")) break;
    }
    await useEverything(`url = "http://127.0.0.1:${port}/mcp"`);
  } finally {
    server.kill("SIGKILL");
    await server.exited;
  }
}, 60_000);

function freePort(): number {
  const probe = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
  const { port = 0 } = probe;
  void probe.stop(true);
  return port;
}
