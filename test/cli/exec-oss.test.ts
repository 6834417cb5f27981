// `codex exec --oss`: Ollama and LM Studio as they run, are missing, are too old, or lack the model.

import { describe, expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { sandboxBox } from "../support/harness";

type Route = (request: { readonly body: string }) => Response | Promise<Response>;

/** A model server of this machine that answers `hi`, with `routes` in place of or beside its usual ones. */
async function localServer(routes: Readonly<Record<string, Route>> = {}) {
  const requests: { readonly line: string; readonly body: string }[] = [];
  const usual: Readonly<Record<string, Route>> = {
    "GET /api/version": () => Response.json({ version: "0.13.5" }),
    "GET /api/tags": () => Response.json({ models: [{ name: "gpt-oss:20b" }] }),
    "GET /v1/models": () => Response.json({ data: [{ id: "openai/gpt-oss-20b" }] }),
    "POST /v1/responses": () => new Response(answer(), { headers: { "content-type": "text/event-stream" } }),
  };
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const line = `${request.method} ${new URL(request.url).pathname}`;
      const body = await request.text();
      requests.push({ line, body });
      const route = routes[line] ?? usual[line];
      return route === undefined ? new Response("not found", { status: 404 }) : await route({ body });
    },
  });
  const box = await sandboxBox();
  const run = (provider: string, args: readonly string[] = [], env: Record<string, string> = {}) =>
    box.codex(["exec", "--oss", `--local-provider=${provider}`, "--json", ...args, "x"], {
      env: { CODEX_OSS_BASE_URL: `http://127.0.0.1:${server.port}/v1`, ...env },
    });
  return {
    box,
    run,
    lines: () => requests.map((request) => request.line),
    bodies: (line: string) => requests.filter((request) => request.line === line).map(({ body }) => body),
    async [Symbol.asyncDispose]() {
      await box[Symbol.asyncDispose]();
      await server.stop(true);
    },
  };
}

function answer(): string {
  const item = { type: "message", role: "assistant", content: [{ type: "output_text", text: "hi" }] };
  const events = [
    { type: "response.created", response: { id: "r" } },
    { type: "response.output_item.done", item },
    { type: "response.completed", response: { id: "r", usage: null } },
  ];
  return events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
}

/** What `/api/pull` streams. */
const pulling =
  (...reports: readonly object[]): Route =>
  () =>
    new Response(reports.map((report) => `${JSON.stringify(report)}\n`).join(""));

const NOT_RUNNING =
  "Error: OSS setup failed: No running Ollama server detected. Start it with: `ollama serve` (after installing). Install instructions: https://github.com/ollama/ollama?tab=readme-ov-file#ollama\n";
const NOT_RESPONDING =
  "LM Studio is not responding. Install from https://lmstudio.ai/download and run 'lms server start'.\n";
const NOBODY = { CODEX_OSS_BASE_URL: "http://127.0.0.1:9/v1" };

describe("Ollama", () => {
  test("that runs and has the model is used as it is", async () => {
    await using it = await localServer();
    const { stderr, exitCode } = await it.run("ollama");
    expect({ stderr, exitCode }).toEqual({ stderr: "Reading additional input from stdin...\n", exitCode: 0 });
    expect(it.lines()).toEqual(["GET /v1/models", "GET /api/version", "GET /api/tags", "POST /v1/responses"]);
    expect(JSON.parse(it.bodies("POST /v1/responses")[0] ?? "")).toMatchObject({ model: "gpt-oss:20b" });
  });

  test("that does not run is missed, before stdin is read", async () => {
    await using it = await localServer();
    expect(await it.run("ollama", [], NOBODY)).toMatchObject({
      stdout: "",
      stderr: NOT_RUNNING,
      exitCode: 1,
    });
  });

  test("that is something else is missed too", async () => {
    await using it = await localServer({ "GET /v1/models": () => new Response("hello") });
    expect((await it.run("ollama")).stderr).toBe(NOT_RUNNING);
  });

  test("that is too old is refused; one that does not say is not", async () => {
    await using old = await localServer({ "GET /api/version": () => Response.json({ version: "0.12.0" }) });
    expect((await old.run("ollama")).stderr).toBe(
      "Error: OSS setup failed: Ollama 0.12.0 is too old. Codex requires Ollama 0.13.4 or newer.\n",
    );
    for (const version of ["0.0.0", "unknown", "0.14.0-rc1"]) {
      await using it = await localServer({ "GET /api/version": () => Response.json({ version }) });
      expect((await it.run("ollama")).exitCode).toBe(0);
    }
  });

  test("that lacks the model pulls it, told on stderr", async () => {
    await using it = await localServer({
      "POST /api/pull": pulling(
        { status: "pulling manifest" },
        { status: "pulling a", digest: "a", total: 2e9, completed: 1e9 },
        { status: "success" },
      ),
    });
    const { stdout, stderr, exitCode } = await it.run("ollama", ["-m", "mine"]);
    expect(exitCode).toBe(0);
    expect(stderr).toStartWith("Pulling model mine...\npulling manifest\n0.93/1.86 GB (50.0%)\nReading");
    expect(stdout).not.toContain("pulling");
    expect(it.bodies("POST /api/pull")).toEqual(['{"model":"mine","stream":true}']);
  });

  test("has a model without a tag as its latest", async () => {
    await using it = await localServer({
      "GET /api/tags": () => Response.json({ models: [{ name: "mine:latest" }] }),
    });
    await it.run("ollama", ["-m", "mine"]);
    expect(it.lines()).not.toContain("POST /api/pull");
  });

  test("that cannot pull the model says why", async () => {
    const missing = { "GET /api/tags": () => Response.json({ models: [] }) };
    await using refused = await localServer({
      ...missing,
      "POST /api/pull": pulling({ status: "pulling manifest" }, { error: "file does not exist" }),
    });
    expect(await refused.run("ollama")).toMatchObject({
      stdout: "",
      stderr: expect.stringMatching(/\nError: OSS setup failed: Pull failed: file does not exist\n$/),
      exitCode: 1,
    });
    await using cut = await localServer({ ...missing, "POST /api/pull": pulling({ status: "pulling a" }) });
    expect((await cut.run("ollama")).stderr).toContain("Pull failed: the server ended its report too early");
  });
});

describe("LM Studio", () => {
  test("that runs and has the model is asked to load it, and used", async () => {
    await using it = await localServer();
    const { stderr, exitCode } = await it.run("lmstudio");
    expect({ stderr, exitCode }).toEqual({ stderr: "Reading additional input from stdin...\n", exitCode: 0 });
    expect(it.bodies("POST /v1/responses")).toContain(
      '{"model":"openai/gpt-oss-20b","input":"","max_output_tokens":1}',
    );
  });

  test("that does not run, or is something else, is missed", async () => {
    await using it = await localServer({ "GET /v1/models": () => new Response("no", { status: 404 }) });
    const twice = "Error: OSS setup failed: OSS setup failed: ";
    expect((await it.run("lmstudio", [], NOBODY)).stderr).toBe(twice + NOT_RESPONDING);
    expect((await it.run("lmstudio")).stderr).toBe(
      `${twice}Server returned error: 404 Not Found ${NOT_RESPONDING}`,
    );
  });

  const withLms = async (script: string) => {
    const it = await localServer();
    const lms = it.box.write(join(it.box.home, ".lmstudio", "bin", "lms"), `#!/bin/sh\n${script}\n`);
    chmodSync(lms, 0o755);
    return it;
  };

  test("that lacks the model has it downloaded by its own program", async () => {
    await using it = await withLms('echo "$@"; echo more >&2');
    const { stdout, stderr, exitCode } = await it.run("lmstudio", ["-m", "mine"]);
    expect(exitCode).toBe(0);
    expect(stderr).toStartWith("Downloading model: mine\nget --yes mine\nmore\nReading");
    expect(stdout).not.toContain("mine");
  });

  test("that cannot download says so", async () => {
    await using failing = await withLms("exit 3");
    expect((await failing.run("lmstudio", ["-m", "mine"])).stderr).toEndWith(
      "Error: OSS setup failed: OSS setup failed: Model download failed with exit code: 3\n",
    );
    await using missing = await localServer();
    expect((await missing.run("lmstudio", ["-m", "mine"])).stderr).toBe(
      "Error: OSS setup failed: OSS setup failed: LM Studio not found. Please install LM Studio from https://lmstudio.ai/\n",
    );
  });
});

test("oss_provider chooses the server, and a provider of one's own is not checked", async () => {
  await using it = await localServer();
  it.box.write(join(it.box.codexHome, "config.toml"), 'oss_provider = "ollama"\n');
  const env = { CODEX_OSS_BASE_URL: "http://127.0.0.1:9/v1" };
  expect((await it.box.codex(["exec", "--oss", "x"], { env })).stderr).toBe(NOT_RUNNING);
  const unknown = await it.box.codex(["exec", "--oss", "--local-provider=nope", "x"], { env });
  expect(unknown.stderr).toBe("Error: Model provider `nope` not found\n");
});
