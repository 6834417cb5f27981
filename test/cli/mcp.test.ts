// `codex mcp list`, `get`, `add` and `remove`, in the compiled executable.

import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sandboxBox, type Box } from "../support/harness";

const CONFIG = `# mine
model = "gpt-5.2" # the good one

[mcp_servers.std] # a tool
command = "node"
args = ["a b"]
env_vars = ["ZED"]
cwd = "/tmp"
enabled = false
startup_timeout_sec = 3
# kept for later
env = { SECRET = "s" }

[mcp_servers.s1]
command = "npx"
args = ["-y", "pkg", "--flag"]
enabled_tools = ["a", "b"]
disabled_tools = []
tool_timeout_sec = 1.5
default_tools_approval_mode = "prompt"

[mcp_servers.s1.env]
B = "2"
A = "1"

[mcp_servers.web]
url = "http://127.0.0.1:9/mcp"
bearer_token_env_var = "TOK"
http_headers = { X-A = "1" }
env_http_headers = { X-C = "UNSETENV", X-B = "BENV" }
`;

const text = (box: Box) => readFileSync(join(box.codexHome, "config.toml"), "utf8");

async function out(box: Box, ...args: readonly string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await box.codex(["mcp", ...args]);
  expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
  return stdout;
}

describe("codex mcp list", () => {
  test("says how to begin when there is none", async () => {
    await using box = await sandboxBox();
    expect(await out(box, "list")).toBe(
      "No MCP servers configured yet. Try `codex mcp add my-tool -- my-command`.\n",
    );
    expect(await out(box, "list", "--json")).toBe("[]\n");
  });

  test("shows two tables with padded columns and masked values", async () => {
    await using box = await sandboxBox({ config: CONFIG });
    expect(await out(box, "list")).toBe(
      [
        "Name  Command  Args           Env                      Cwd   Status    Auth       ",
        "s1    npx      -y pkg --flag  A=*****, B=*****         -     enabled   Unsupported",
        "std   node     a b            SECRET=*****, ZED=*****  /tmp  disabled  Unsupported",
        "",
        "Name  Url                     Bearer Token Env Var  Status   Auth        ",
        "web   http://127.0.0.1:9/mcp  TOK                   enabled  Bearer token",
        "",
      ].join("\n"),
    );
  });

  test("prints JSON with its fields in order, decimal time-outs and clear values", async () => {
    await using box = await sandboxBox({ config: CONFIG });
    const stdout = await out(box, "list", "--json");
    expect(stdout).toContain('    "startup_timeout_sec": 3.0,\n    "tool_timeout_sec": null,\n');
    const listed = JSON.parse(stdout) as readonly Record<string, unknown>[];
    expect(listed.map(({ name }) => name)).toEqual(["s1", "std", "web"]);
    expect(JSON.stringify(listed[1])).toBe(
      '{"name":"std","enabled":false,"disabled_reason":null,"transport":{"type":"stdio","command":"node",' +
        '"args":["a b"],"env":{"SECRET":"s"},"env_vars":["ZED"],"cwd":"/tmp"},"startup_timeout_sec":3,' +
        '"tool_timeout_sec":null,"auth_status":"unsupported"}',
    );
    expect(JSON.stringify(listed[2])).toBe(
      '{"name":"web","enabled":true,"disabled_reason":null,"transport":{"type":"streamable_http",' +
        '"url":"http://127.0.0.1:9/mcp","bearer_token_env_var":"TOK","http_headers":{"X-A":"1"},' +
        '"env_http_headers":{"X-C":"UNSETENV","X-B":"BENV"},"http_headers_helper":null},' +
        '"startup_timeout_sec":null,"tool_timeout_sec":null,"auth_status":"bearer_token"}',
    );
  });

  test("tells a server that offers a login from one that does not", async () => {
    const metadata = { authorization_endpoint: "http://a/", token_endpoint: "http://t/" };
    const known = "/.well-known/oauth-authorization-server";
    await using server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: (request) =>
        new URL(request.url).pathname === `${known}/mcp`
          ? Response.json(metadata)
          : new Response("", { status: 404 }),
    });
    const url = `http://127.0.0.1:${server.port}`;
    const config = `[mcp_servers.with]\nurl = "${url}/mcp"\n[mcp_servers.without]\nurl = "${url}/other"\n`;
    await using box = await sandboxBox({ config });
    const listed = JSON.parse(await out(box, "list", "--json")) as readonly Record<string, unknown>[];
    expect(listed.map(({ auth_status: status }) => status)).toEqual(["not_logged_in", "unsupported"]);
  });

  test("shows a faulty configuration", async () => {
    await using box = await sandboxBox({ config: "[mcp_servers.a]\n" });
    const { stdout, stderr, exitCode } = await box.codex(["mcp", "list"]);
    expect([stdout, exitCode]).toEqual(["", 1]);
    expect(stderr).toStartWith("Error: failed to load configuration\n\nCaused by:\n    ");
    expect(stderr).toContain("invalid transport");
  });
});

describe("codex mcp get", () => {
  test("shows what applies to a command", async () => {
    await using box = await sandboxBox({ config: CONFIG });
    expect(await out(box, "get", "s1")).toBe(`s1
  enabled: true
  enabled_tools: a, b
  disabled_tools: []
  transport: stdio
  command: npx
  args: -y pkg --flag
  cwd: -
  env: A=*****, B=*****
  tool_timeout_sec: 1.5
  default_tools_approval_mode: prompt
  remove: codex mcp remove s1
`);
  });

  test("shows what applies to an address, and one line for a server that is off", async () => {
    await using box = await sandboxBox({ config: CONFIG });
    expect(await out(box, "get", "web")).toBe(`web
  enabled: true
  transport: streamable_http
  url: http://127.0.0.1:9/mcp
  bearer_token_env_var: TOK
  http_headers: X-A=*****
  env_http_headers: X-B=BENV, X-C=UNSETENV
  remove: codex mcp remove web
`);
    expect(await out(box, "get", "std")).toBe("std (disabled)\n");
  });

  test("prints JSON with the filters and without the login", async () => {
    await using box = await sandboxBox({ config: CONFIG });
    const one = JSON.parse(await out(box, "get", "s1", "--json")) as object;
    expect(Object.keys(one)).toEqual([
      ...["name", "enabled", "disabled_reason", "transport", "enabled_tools", "disabled_tools"],
      ...["startup_timeout_sec", "tool_timeout_sec"],
    ]);
  });

  test("knows only what is configured", async () => {
    await using box = await sandboxBox();
    const { stderr, exitCode } = await box.codex(["mcp", "get", "nope"]);
    expect([stderr, exitCode]).toEqual(["Error: No MCP server named 'nope' found.\n", 1]);
  });
});

describe("codex mcp add and remove", () => {
  test("write a command and leave every other line as it is", async () => {
    await using box = await sandboxBox({ config: CONFIG });
    const words = ["add", "docs", "--env", "K=V", "--env", "A=B=C", "--", "npx", "-y", "some server"];
    expect(await out(box, ...words)).toBe("Added global MCP server 'docs'.\n");
    expect(text(box)).toBe(
      `${CONFIG}\n[mcp_servers.docs]\ncommand = "npx"\nargs = ["-y", "some server"]\n\n` +
        '[mcp_servers.docs.env]\nA = "B=C"\nK = "V"\n',
    );
    expect(await out(box, "remove", "docs")).toBe("Removed global MCP server 'docs'.\n");
    expect(text(box).trimEnd()).toBe(CONFIG.trimEnd());
    expect(await out(box, "remove", "docs")).toBe("No MCP server named 'docs' found.\n");
  });

  test("write an address with what belongs to it", async () => {
    await using server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: () => new Response("", { status: 404 }),
    });
    const url = `http://127.0.0.1:${server.port}/mcp`;
    await using box = await sandboxBox();
    const words = ["add", "docs", "--url", url, "--oauth-client-id", "CID", "--oauth-resource", "RES"];
    expect(await out(box, ...words)).toBe("Added global MCP server 'docs'.\n");
    expect(text(box)).toBe(
      `[mcp_servers.docs]\nurl = "${url}"\noauth_resource = "RES"\n\n[mcp_servers.docs.oauth]\nclient_id = "CID"\n`,
    );
    expect(await out(box, "add", "h1", "--url", url, "--bearer-token-env-var", "TOK")).toBe(
      "Added global MCP server 'h1'.\n",
    );
    expect(text(box)).toEndWith(`\n[mcp_servers.h1]\nurl = "${url}"\nbearer_token_env_var = "TOK"\n`);
  });

  test("replace an entry in its place, with the comments around it", async () => {
    await using box = await sandboxBox({ config: CONFIG });
    await out(box, "add", "std", "deno", "run");
    expect(text(box)).toStartWith(
      '# mine\nmodel = "gpt-5.2" # the good one\n\n[mcp_servers.std] # a tool\ncommand = "deno"\nargs = ["run"]\n',
    );
    expect(text(box)).toContain("# kept for later");
    expect(JSON.parse(await out(box, "get", "std", "--json"))).toMatchObject({
      enabled: true,
      transport: { command: "deno", args: ["run"], env: null, env_vars: [], cwd: null },
      startup_timeout_sec: null,
    });
  });

  test("take options after the command as its own", async () => {
    await using box = await sandboxBox();
    await out(box, "add", "s1", "npx", "-y", "--url", "x");
    expect(text(box)).toBe('[mcp_servers.s1]\ncommand = "npx"\nargs = ["-y", "--url", "x"]\n');
  });

  test("refuse what makes no server", async () => {
    await using box = await sandboxBox();
    const refused = async (...args: readonly string[]) => {
      const { stderr, exitCode } = await box.codex(["mcp", "add", ...args]);
      return `${exitCode} ${stderr.split("\n\n")[0]?.trimEnd()}`;
    };
    expect(await refused("bad name", "x")).toBe(
      "1 Error: invalid server name 'bad name' (use letters, numbers, '-', '_')",
    );
    expect(await refused("a")).toBe(
      "2 error: the following required arguments were not provided:\n  <COMMAND|--url <URL>>",
    );
    expect(await refused("a", "--url", "http://x", "cmd")).toBe(
      "2 error: the argument '--url <URL>' cannot be used with '[COMMAND]...'",
    );
    expect(await refused("a", "--url", "http://x", "--env", "A=B")).toBe("1 Error: command is required");
    expect(await refused("a", "--env", "AB", "cmd")).toBe(
      "2 error: invalid value 'AB' for '--env <KEY=VALUE>': environment entries must be in KEY=VALUE form",
    );
    expect(await refused("a", "--bearer-token-env-var", "T", "cmd")).toStartWith("2 error: ");
  });
});
