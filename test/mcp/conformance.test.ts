// The protocol's own conformance suite, with `codex mcp login` and `codex exec` as the client.

import { expect, test } from "bun:test";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "../..");
const SUITE = join(ROOT, "node_modules/@modelcontextprotocol/conformance/dist/index.js");
const CLIENT = join(ROOT, "test/support/mcp-conformance-client.ts");

/** All that concern a client with a user. The others log programs in, with keys of their own or through another login. */
const SCENARIOS = [
  "initialize",
  "tools_call",
  "elicitation-sep1034-client-defaults",
  "sse-retry",
  "auth/metadata-default",
  "auth/metadata-var1",
  "auth/metadata-var2",
  "auth/metadata-var3",
  "auth/basic-cimd",
  "auth/scope-from-www-authenticate",
  "auth/scope-from-scopes-supported",
  "auth/scope-omitted-when-undefined",
  "auth/scope-step-up",
  "auth/scope-retry-limit",
  "auth/token-endpoint-auth-basic",
  "auth/token-endpoint-auth-post",
  "auth/token-endpoint-auth-none",
  "auth/pre-registration",
  "auth/2025-03-26-oauth-metadata-backcompat",
  "auth/2025-03-26-oauth-endpoint-fallback",
  "auth/resource-mismatch",
  "auth/offline-access-scope",
  "auth/offline-access-not-supported",
];

test.each(SCENARIOS)(
  "the client passes %s",
  async (scenario) => {
    const command = `${process.execPath} ${CLIENT}`;
    const suite = Bun.spawn(
      [process.execPath, SUITE, "client", "--command", command, "--scenario", scenario],
      {
        cwd: ROOT,
        env: { PATH: process.env["PATH"], MCP_CONFORMANCE_SCENARIO: scenario, NO_COLOR: "1" },
        stdout: "pipe",
        stderr: "pipe",
      },
    );
    const [out, err] = await Promise.all([suite.stdout.text(), suite.stderr.text(), suite.exited]);
    const verdict = /OVERALL: \w+/.exec(out + err)?.[0];
    if (verdict !== "OVERALL: PASSED") console.error(out, err);
    expect(verdict).toBe("OVERALL: PASSED");
  },
  60_000,
);
