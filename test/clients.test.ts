// Other people's programs on top of this executable: the official TypeScript SDK, and a reader of session files.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CODEX, mockProvider, sandboxBox, type Box } from "./support/harness";
import {
  functionCall,
  message,
  respond,
  startResponsesServer,
  type ResponsesServer,
  type Script,
} from "./support/responses-server";
import { tempFolder } from "./support/temp-folder";

const SDK = "@openai/codex-sdk@0.139.0";
const USAGE_READER = "@ccusage/codex@18.0.11";
const INSTALL_MS = 120_000;

/** The launcher that the SDK names as its dependency comes along; its executables are optional packages and do not. */
const folder = tempFolder();
const install = Bun.spawnSync(
  [
    "npm",
    "install",
    "--no-audit",
    "--no-fund",
    "--no-save",
    "--silent",
    "--omit=optional",
    SDK,
    USAGE_READER,
  ],
  { cwd: folder.path, timeout: INSTALL_MS, stdin: "ignore", stdout: "ignore", stderr: "pipe" },
);
const installed = install.exitCode === 0 && existsSync(join(folder.path, "node_modules/@openai/codex-sdk"));
const why = installed
  ? ""
  : ` (skipped: npm could not install ${SDK}: ${install.stderr.toString().trim().split("\n")[0]})`;

type SdkThread = {
  readonly id: string | null;
  run(
    input: unknown,
    options?: object,
  ): Promise<{ items: { type: string }[]; finalResponse: string; usage: { input_tokens: number } | null }>;
  runStreamed(input: unknown, options?: object): Promise<{ events: AsyncGenerator<{ type: string }> }>;
};
type Sdk = {
  Codex: new (options: object) => {
    startThread(options?: object): SdkThread;
    resumeThread(id: string, options?: object): SdkThread;
  };
};

/** A red dot of one pixel. */
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
  "base64",
);

let sdk: Sdk;
beforeAll(async () => {
  if (installed)
    sdk = (await import(join(folder.path, "node_modules/@openai/codex-sdk/dist/index.js"))) as Sdk;
});
afterAll(() => folder[Symbol.dispose]());

type Bench = AsyncDisposable & { box: Box; server: ResponsesServer; codex: InstanceType<Sdk["Codex"]> };

async function bench(script: Script): Promise<Bench> {
  const server = await startResponsesServer(script);
  const box = await sandboxBox({ config: mockProvider(server.url) });
  const env = { PATH: process.env["PATH"] ?? "", HOME: box.home, CODEX_HOME: box.codexHome };
  const codex = new sdk.Codex({ codexPathOverride: CODEX, env });
  return {
    box,
    server,
    codex,
    async [Symbol.asyncDispose]() {
      await box[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe.skipIf(!installed)(`the official SDK${why}`, () => {
  test("runs a turn, and resumes its thread", async () => {
    await using b = await bench([respond(message("one")), respond(message("two"))]);
    const thread = b.codex.startThread({ workingDirectory: b.box.workspace });
    const first = await thread.run("hello");
    expect(first.finalResponse).toBe("one");
    expect(first.usage?.input_tokens).toBe(80);
    expect(b.server.requests[0]?.headers.originator).toBe("codex_sdk_ts");
    const resumed = b.codex.resumeThread(thread.id ?? "", { workingDirectory: b.box.workspace });
    expect((await resumed.run("again")).finalResponse).toBe("two");
    expect(resumed.id).toBe(thread.id);
    expect(JSON.stringify(b.server.requests[1]?.body.input)).toContain('"one"');
  });

  test("streams events, and takes writes in additional folders", async () => {
    const extra = (box: Box) => join(box.home, "extra");
    await using b: Bench = await bench((_, index) =>
      index === 0
        ? respond(
            functionCall("exec_command", { cmd: `touch ${extra(b.box)}/made here`, login: false }, "c1"),
          )
        : respond(message("done")),
    );
    mkdirSync(extra(b.box));
    const thread = b.codex.startThread({
      workingDirectory: b.box.workspace,
      sandboxMode: "workspace-write",
      additionalDirectories: [extra(b.box)],
    });
    const types: string[] = [];
    for await (const event of (await thread.runStreamed("go")).events) types.push(event.type);
    expect(types).toEqual([
      "thread.started",
      "turn.started",
      "item.started",
      "item.completed",
      "item.completed",
      "turn.completed",
    ]);
    expect(existsSync(join(extra(b.box), "made"))).toBe(true);
    expect(existsSync(join(b.box.workspace, "here"))).toBe(true);
  });

  test("passes an output schema and images", async () => {
    await using b = await bench([respond(message('{"ok":true}'))]);
    const image = join(b.box.home, "dot.png");
    writeFileSync(image, PNG);
    const schema = {
      type: "object",
      properties: { ok: { type: "boolean" } },
      required: ["ok"],
      additionalProperties: false,
    };
    const thread = b.codex.startThread({ workingDirectory: b.box.workspace });
    const turn = await thread.run(
      [
        { type: "text", text: "look" },
        { type: "local_image", path: image },
      ],
      { outputSchema: schema },
    );
    expect(JSON.parse(turn.finalResponse)).toEqual({ ok: true });
    const body = b.server.requests[0]?.body;
    expect(body?.text).toMatchObject({
      format: { type: "json_schema", strict: true, schema, name: "codex_output_schema" },
    });
    expect(JSON.stringify(body?.input.at(-1))).toContain(`data:image/png;base64,${PNG.toString("base64")}`);
  });

  test("aborts a turn by its signal", async () => {
    await using b = await bench([
      respond(functionCall("exec_command", { cmd: "sleep 600", login: false }, "c1")),
      respond(message("never")),
    ]);
    const abort = new AbortController();
    const { events } = await b.codex
      .startThread({ workingDirectory: b.box.workspace })
      .runStreamed("go", { signal: abort.signal });
    const drain = async (): Promise<void> => {
      for await (const event of events) if (event.type === "item.started") abort.abort();
    };
    await expect(drain()).rejects.toThrow();
    expect(b.server.requests).toHaveLength(1);
  });

  test("throws the message of a turn that failed", async () => {
    await using b = await bench([{ type: "http", status: 400, body: "bad parameter", headers: {} }]);
    const thread = b.codex.startThread({ workingDirectory: b.box.workspace });
    await expect(thread.run("go")).rejects.toThrow("bad parameter");
  });
});

test.skipIf(!installed)(`ccusage reads the token counts of session files${why}`, async () => {
  await using b = await bench([respond(message("one")), respond(message("two"))]);
  await b.box.codex(["exec", "a"]);
  await b.box.codex(["exec", "resume", "--last", "b"]);
  const reader = Bun.spawn(
    ["node", join(folder.path, "node_modules/@ccusage/codex/dist/index.js"), "daily", "--json", "--offline"],
    {
      env: { PATH: process.env["PATH"] ?? "", HOME: b.box.home, CODEX_HOME: b.box.codexHome },
      stdout: "pipe",
      stderr: "pipe",
    },
  );
  const report = JSON.parse(await new Response(reader.stdout).text()) as { totals: Record<string, number> };
  expect(report.totals).toMatchObject({
    inputTokens: 160,
    cachedInputTokens: 40,
    outputTokens: 40,
    reasoningOutputTokens: 10,
  });
});
