// `codex mcp login` and `logout` against a real authorisation server, and runs that use the login.

import { describe, expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { storeKey } from "../../src/mcp/token-store";
import { mockProvider, sandboxBox, type Box } from "../support/harness";
import { startOAuthServer, type OAuthServer } from "../support/oauth-server";
import { done, message, respond, startResponsesServer } from "../support/responses-server";

/** A browser that does as it is told. */
const BROWSER = `#!${process.execPath}\nawait fetch(process.argv[2]);\n`;

async function loginBox(server: OAuthServer, more = "", settings = ""): Promise<Box> {
  const config = `${settings}\nmcp_oauth_credentials_store = "file"\n[mcp_servers.oa]\nurl = "${server.url}"\n${more}`;
  const box = await sandboxBox({ config });
  chmodSync(box.write(join(box.home, "browser"), BROWSER), 0o755);
  return box;
}

const login = (box: Box, ...args: readonly string[]) =>
  box.codex(["mcp", "login", "oa", ...args], { env: { BROWSER: join(box.home, "browser") } });

const credentials = (box: Box) => join(box.codexHome, ".credentials.json");
const readCredentials = (box: Box) =>
  JSON.parse(readFileSync(credentials(box), "utf8")) as Record<string, Record<string, unknown>>;

/** One turn that calls the guarded tool; resolves to the output that the model got. */
async function useTool(box: Box): Promise<unknown> {
  const call = done({
    type: "function_call",
    name: "secret",
    namespace: "mcp__oa",
    arguments: "{}",
    call_id: "c1",
  });
  await using model = await startResponsesServer([respond(call), respond(message("done"))]);
  const file = join(box.codexHome, "config.toml");
  const before = readFileSync(file, "utf8");
  writeFileSync(file, `${mockProvider(model.url)}\n${before.slice(before.indexOf("[mcp_servers"))}`);
  writeFileSync(file, `mcp_oauth_credentials_store = "file"\n${readFileSync(file, "utf8")}`);
  const { stdout } = await box.codex(["exec", "--json", "go"]);
  writeFileSync(file, before);
  const output = model.requests[1]?.body.input.find((item) => item.call_id === "c1" && item.output)?.output;
  return { output, warned: /not logged in/.exec(stdout)?.[0] };
}

describe("codex mcp login", () => {
  test.each(["challenge", "well-known", "none"] as const)(
    "finds the login by %s, registers, and keeps the tokens in a private file",
    async (metadata) => {
      await using server = startOAuthServer({ metadata });
      await using box = await loginBox(server);
      const { stdout, stderr, exitCode } = await login(box);
      expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
      expect(stdout).toMatch(
        /^Authorize `oa` by opening this URL in your browser:\nhttp:\/\/\S+\n\nSuccessfully logged in to MCP server 'oa'\.\n$/,
      );
      const given = (what: string) => server.seen.find((one) => one.what === what)?.given;
      const redirect = expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/callback\/[A-Za-z0-9_-]{12}$/);
      const scope = metadata === "none" ? {} : { scope: "a b" };
      expect(given("POST /register")).toEqual({
        client_name: "Codex",
        redirect_uris: [redirect],
        grant_types: ["authorization_code", "refresh_token"],
        token_endpoint_auth_method: "none",
        response_types: ["code"],
        ...scope,
      });
      expect(given("GET /authorize")).toMatchObject({
        response_type: "code",
        client_id: "dyn-client",
        code_challenge_method: "S256",
        redirect_uri: redirect,
        ...scope,
        ...(metadata !== "none" && { resource: server.url }),
      });
      expect(given("POST /token")).toMatchObject({
        grant_type: "authorization_code",
        client_id: "dyn-client",
      });
      expect(statSync(credentials(box)).mode & 0o777).toBe(0o600);
      expect(readCredentials(box)).toEqual({
        [storeKey("oa", server.url)]: {
          server_name: "oa",
          server_url: server.url,
          client_id: "dyn-client",
          access_token: "AT-1",
          expires_at: expect.any(Number),
          refresh_token: "RT-1",
          scopes: metadata === "none" ? [] : ["a", "b"],
        },
      });
      expect((await box.codex(["mcp", "list"])).stdout).toContain("enabled  OAuth");
    },
  );

  test("asks for the scopes it is given, with the client id of the configuration", async () => {
    await using server = startOAuthServer();
    await using box = await loginBox(server, 'oauth = { client_id = "mine" }\n');
    expect((await login(box, "--scopes", "x,y")).exitCode).toBe(0);
    const asked = server.seen.find(({ what }) => what === "GET /authorize")?.given;
    expect(asked).toMatchObject({ scope: "x y", client_id: "mine" });
    expect(server.seen.map(({ what }) => what)).not.toContain("POST /register");
  });

  test("tries without scopes when those that the server names are refused", async () => {
    await using server = startOAuthServer({ refusedScopes: ["b"] });
    await using box = await loginBox(server);
    const { stdout, exitCode } = await login(box);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("OAuth provider rejected discovered scopes. Retrying without scopes…\n");
    expect(readCredentials(box)[storeKey("oa", server.url)]).toMatchObject({ scopes: [] });
  });

  test("says what the provider says when it refuses", async () => {
    await using server = startOAuthServer({ denies: true });
    await using box = await loginBox(server);
    const { stderr, exitCode } = await login(box);
    expect([stderr, exitCode]).toEqual(["Error: OAuth provider returned `access_denied`: not you\n", 1]);
    expect(existsSync(credentials(box))).toBe(false);
  });

  test("needs an HTTP server with a login", async () => {
    await using open = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: () => new Response("", { status: 404 }),
    });
    const config = `[mcp_servers.open]\nurl = "http://127.0.0.1:${open.port}/mcp"\n[mcp_servers.s]\ncommand = "x"\n`;
    await using box = await sandboxBox({ config });
    const said = async (...args: readonly string[]) => (await box.codex(["mcp", ...args])).stderr;
    expect(await said("login", "open")).toBe("Error: No authorization support detected\n");
    expect(await said("login", "s")).toBe(
      "Error: OAuth login is only supported for streamable HTTP servers.\n",
    );
    expect(await said("login", "nope")).toBe("Error: No MCP server named 'nope' found.\n");
    expect(await said("logout", "s")).toBe(
      "Error: OAuth logout is only supported for streamable_http transports.\n",
    );
    expect(await said("logout", "nope")).toBe("Error: No MCP server named 'nope' found in configuration.\n");
  });

  test("happens by itself when a server is added that wants one", async () => {
    await using server = startOAuthServer();
    await using box = await loginBox(server);
    const { stdout } = await box.codex(["mcp", "add", "oa", "--url", server.url], {
      env: { BROWSER: join(box.home, "browser") },
    });
    expect(stdout).toStartWith(
      "Added global MCP server 'oa'.\nDetected OAuth support. Starting OAuth flow…\nAuthorize `oa` by",
    );
    expect(stdout).toEndWith("\n\nSuccessfully logged in.\n");
  });
});

describe("a login", () => {
  test("is used by runs, renewed when it has run out or is refused, and missed after a logout", async () => {
    await using server = startOAuthServer({ lifetime: 10 });
    await using box = await loginBox(server);
    expect(await useTool(box)).toMatchObject({ warned: "not logged in" });
    await login(box);
    const secret = { output: expect.stringContaining("the secret"), warned: undefined };
    expect(await useTool(box)).toEqual(secret); // 10 seconds are as good as over
    const renewals = () => server.seen.filter(({ given }) => given["grant_type"] === "refresh_token").length;
    expect(renewals()).toBeGreaterThan(0);
    const before = renewals();
    server.revoke();
    expect(await useTool(box)).toEqual(secret);
    expect(renewals()).toBeGreaterThan(before);
    expect((await box.codex(["mcp", "logout", "oa"])).stdout).toBe("Removed OAuth credentials for 'oa'.\n");
    expect(existsSync(credentials(box))).toBe(false);
    expect((await box.codex(["mcp", "logout", "oa"])).stdout).toBe("No OAuth credentials stored for 'oa'.\n");
    expect(await useTool(box)).toMatchObject({ warned: "not logged in" });
  });

  test("is kept under the name that other releases use", () => {
    expect(storeKey("oa", "http://127.0.0.1:45085/mcp")).toBe("oa|b6d54b096671f9a7");
  });
});
