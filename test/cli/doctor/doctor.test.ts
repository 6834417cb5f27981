// `codex doctor`, run as a program.

import { describe, expect, test } from "bun:test";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sandboxBox } from "../../support/harness";

type Report = {
  readonly schemaVersion: number;
  readonly overallStatus: string;
  readonly checks: Readonly<
    Record<string, { id: string; status: string; summary: string; remediation: string | null }>
  >;
};

/** A provider on loopback that answers everything. */
function provider() {
  const server = Bun.serve({ port: 0, fetch: () => new Response("", { status: 404 }) });
  return {
    config: `model_provider = "here"\n[model_providers.here]\nname = "here"\nbase_url = "http://127.0.0.1:${server.port}/v1"\n`,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

describe("doctor", () => {
  test("finds a machine well, and says what each check saw", async () => {
    await using server = provider();
    await using box = await sandboxBox({ config: server.config });
    const { stdout, exitCode } = await box.codex(["doctor", "--json"]);
    const report: Report = JSON.parse(stdout);
    expect(report.schemaVersion).toBe(1);
    const failed = Object.values(report.checks).filter(({ status }) => status === "fail");
    expect(failed).toEqual([]);
    expect(exitCode).toBe(0);
    expect(report.checks["network.provider_reachability"]?.summary).toMatch(/^127\.0\.0\.1:\d+ answers$/);
    expect(report.checks["sandbox.helpers"]?.summary).toMatch(/^(namespaces|bubblewrap|landlock): /);
    expect(report.checks["auth.credentials"]?.summary).toBe("here needs no login");
    expect(report.checks["mcp.config"]?.status).toBe("idle");
  });

  test("names what is not well and the way out: no login, no network, a server that is not there, a readable login", async () => {
    const config = `[mcp_servers.gone]\ncommand = "no-such-program"\n[mcp_servers.far]\nurl = "http://127.0.0.1:1/mcp"\nbearer_token_env_var = "FAR_TOKEN"\n`;
    await using box = await sandboxBox({ config: `openai_base_url = "http://127.0.0.1:1/v1"\n${config}` });
    const auth = join(box.codexHome, ".credentials.json");
    writeFileSync(auth, "{}");
    chmodSync(auth, 0o644);
    const { stdout, exitCode } = await box.codex(["doctor", "--json"]);
    const { checks, overallStatus }: Report = JSON.parse(stdout);
    expect([overallStatus, exitCode]).toEqual(["fail", 1]);
    expect(checks["auth.credentials"]).toMatchObject({ status: "fail", summary: "nobody is signed in" });
    expect(checks["network.provider_reachability"]?.summary).toStartWith(
      "http://127.0.0.1:1/v1 cannot be reached: ",
    );
    expect(checks["mcp.config"]).toMatchObject({
      status: "warning",
      summary: "far: the variable FAR_TOKEN is not set; gone: `no-such-program` is not on PATH",
    });
    expect(checks["state.paths"]?.remediation).toBe(`chmod 600 ${auth}`);
  });

  test("goes on when config.toml cannot be loaded", async () => {
    await using box = await sandboxBox({ config: "model = 3\n" });
    const { stdout, exitCode } = await box.codex(["doctor", "--summary", "--ascii"]);
    expect(exitCode).toBe(1);
    expect(stdout).toStartWith("Codex Doctor v0.139.0 · ");
    expect(stdout).toContain("  x config       ");
    expect(stdout).not.toContain("\nEnvironment\n");
    expect(stdout.trimEnd().split("\n").at(-1)).toMatch(/^\d+ ok · \d+ idle( · \d+ warning)? · \d+ fail$/);
  });

  test("shows no secret", async () => {
    await using server = provider();
    await using box = await sandboxBox({ config: server.config });
    const secrets = { HTTPS_PROXY: "http://me:hunter2@127.0.0.1:1", CODEX_API_KEY: "sk-hunter2" };
    const { stdout } = await box.codex(["doctor", "--all"], { env: secrets });
    expect(stdout).toContain("http://***@127.0.0.1:1");
    expect(stdout).not.toContain("hunter2");
  });
});
