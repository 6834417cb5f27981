// Makes codex the client of the protocol's conformance suite: `bun mcp-conformance-client.ts SERVER_URL` logs in, lists and calls every tool.

import { chmodSync } from "node:fs";
import { join } from "node:path";
import { mockProvider, sandboxBox } from "./harness";
import { done, message, respond, startResponsesServer } from "./responses-server";

const BROWSER = `#!${process.execPath}\nawait fetch(process.argv[2]);\n`;
/** Arguments for the tools that want some. */
const ARGUMENTS: Readonly<Record<string, object>> = { add_numbers: { a: 5, b: 3 } };

const url = process.argv.at(-1) ?? "";
const scenario = process.env["MCP_CONFORMANCE_SCENARIO"] ?? "";
const context = JSON.parse(process.env["MCP_CONFORMANCE_CONTEXT"] ?? "{}") as {
  readonly client_id?: string;
  readonly client_secret?: string;
};

await using model = await startResponsesServer(({ body }) => {
  if (body.input.some((item) => item.output !== undefined)) return respond(message("done"));
  const space = body.tools.find((tool) => tool["name"] === "mcp__suite");
  const tools = (space?.["tools"] ?? []) as readonly { readonly name: string }[];
  const calls = tools.map(({ name }) =>
    done({
      type: "function_call",
      name,
      namespace: "mcp__suite",
      arguments: JSON.stringify(ARGUMENTS[name] ?? {}),
      call_id: name,
    }),
  );
  return respond(...calls, message("called"));
});
/** Where a user has a client id, it is an address whose document the suite takes to be there. */
const clientId =
  context.client_id ??
  (scenario === "auth/basic-cimd" ? "https://conformance-test.local/client-metadata.json" : undefined);
const oauth =
  clientId === undefined
    ? ""
    : context.client_secret === undefined
      ? `oauth = { client_id = "${clientId}" }\n`
      : `oauth = { client_id = "${clientId}", client_secret_env_var = "SECRET" }\n`;
await using box = await sandboxBox({
  config: `mcp_oauth_credentials_store = "file"\n${mockProvider(model.url)}\n[mcp_servers.suite]\nurl = "${url}"\n${oauth}`,
});
const browser = box.write(join(box.home, "browser"), BROWSER);
chmodSync(browser, 0o755);

async function logIn(...scopes: readonly string[]): Promise<void> {
  const env = { BROWSER: browser, SECRET: context.client_secret };
  const { stdout, stderr } = await box.codex(["mcp", "login", "suite", ...scopes], { env });
  process.stderr.write(stdout + stderr);
}

async function callAll(): Promise<string> {
  const run = await box.codex(["exec", "--json", "-s", "danger-full-access", "call all tools"]);
  process.stderr.write(run.stdout + run.stderr);
  process.exitCode = run.exitCode ?? 1;
  return run.stdout;
}

/** A run says which login it lacks; a user who does as it says does it a few times at most. */
const MAX_LOGINS = 3;

if (scenario.startsWith("auth/")) await logIn();
for (let logins = 1; ; logins++) {
  const wanted = /Run `codex mcp login suite --scopes ([^`]+)`/.exec(await callAll())?.[1];
  if (wanted === undefined || logins === MAX_LOGINS) break;
  await logIn("--scopes", wanted);
}
