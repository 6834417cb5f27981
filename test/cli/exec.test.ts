// `codex exec` from outside: the compiled executable against a scripted server.

import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, readdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { rolloutLines } from "../support/exec-run";
import { CODEX, mockProvider, sandboxBox, type Box, type BoxOptions } from "../support/harness";
import { until as happens } from "../support/processes";
import {
  completed,
  functionCall,
  http,
  message,
  respond,
  startResponsesServer,
  until,
  type Script,
} from "../support/responses-server";

/** A box whose provider is a server that plays `script`. */
async function scene(script: Script, options: BoxOptions = {}) {
  const server = await startResponsesServer(script);
  const box = await sandboxBox({ ...options, config: mockProvider(server.url, options.config) });
  return {
    server,
    box,
    async [Symbol.asyncDispose]() {
      await box[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** The last text that the model was sent by the user. */
function sentPrompt(server: { requests: readonly { body: { input: readonly unknown[] } }[] }): unknown {
  const input = server.requests[0]?.body.input as readonly { role?: string; content?: { text?: string }[] }[];
  return input.findLast((item) => item.role === "user")?.content?.at(-1)?.text;
}

const HELLO = [respond(message("hello there"))];
const BANNER_END = "--------\nuser\n";

describe("a run with one message", () => {
  test("prints four lines with --json", async () => {
    await using it = await scene(HELLO);
    const { events, stderr, exitCode } = await it.box.events(["hi"]);
    expect(events).toEqual([
      { type: "thread.started", thread_id: expect.stringMatching(/^[0-9a-f-]{36}$/) },
      { type: "turn.started" },
      { type: "item.completed", item: { id: "item_0", type: "agent_message", text: "hello there" } },
      {
        type: "turn.completed",
        usage: {
          input_tokens: 80,
          cached_input_tokens: 20,
          cache_write_input_tokens: 0,
          output_tokens: 20,
          reasoning_output_tokens: 5,
        },
      },
    ]);
    expect({ stderr, exitCode }).toEqual({ stderr: "Reading additional input from stdin...\n", exitCode: 0 });
  });

  test("prints the message on stdout and all else on stderr without", async () => {
    await using it = await scene(HELLO);
    const { stdout, stderr, exitCode } = await it.box.codex(["exec", "hi"]);
    expect({ stdout, exitCode }).toEqual({ stdout: "hello there\n", exitCode: 0 });
    expect(stderr.replace(/session id: \S+/, "session id: ID")).toBe(
      `Reading additional input from stdin...
OpenAI Codex v0.139.0
--------
workdir: ${it.box.workspace}
model: gpt-5.2
provider: mock
approval: never
sandbox: read-only
reasoning effort: none
reasoning summaries: none
session id: ID
${BANNER_END}hi
codex
hello there
tokens used
80
`,
    );
  });

  test("colours stderr on demand and never stdout", async () => {
    await using it = await scene(HELLO);
    const { stdout, stderr } = await it.box.codex(["exec", "--color", "always", "hi"]);
    expect(stdout).toBe("hello there\n");
    expect(stderr).toContain("\x1b[35m\x1b[3mcodex\x1b[0m\x1b[0m\nhello there\n");
  });

  test("is the same by its older spelling of --json", async () => {
    await using it = await scene(HELLO);
    const { stdout } = await it.box.codex(["exec", "--experimental-json", "hi"]);
    expect(stdout.trimEnd().split("\n")).toHaveLength(4);
  });
});

describe("the prompt", () => {
  test("is joined with piped input", async () => {
    await using it = await scene(HELLO);
    await it.box.codex(["exec", "P"], { stdin: "x" });
    expect(sentPrompt(it.server)).toBe("P\n\n<stdin>\nx\n</stdin>");
  });

  test("comes whole from stdin, notice first", async () => {
    await using it = await scene(HELLO);
    const { stderr } = await it.box.codex(["exec"], { stdin: Buffer.from("\ufeffwhat now?\n", "utf16le") });
    expect(stderr).toStartWith("Reading prompt from stdin...\nOpenAI Codex");
    expect(sentPrompt(it.server)).toBe("what now?\n");
  });

  test("that is not there ends the run before anything is sent", async () => {
    await using it = await scene(HELLO);
    expect(await it.box.codex(["exec", "--json", "-"], { stdin: " \n" })).toEqual({
      stdout: "",
      stderr: "No prompt provided via stdin.\n",
      exitCode: 1,
      signal: null,
    });
    expect(it.server.requests).toEqual([]);
  });

  test("may be longer than a pipe holds", async () => {
    await using it = await scene(HELLO);
    const text = "é".repeat(500_000);
    expect((await it.box.codex(["exec", "-"], { stdin: text })).exitCode).toBe(0);
    expect(sentPrompt(it.server)).toBe(text);
  });
});

describe("the start", () => {
  const refused = (
    name: string,
    args: readonly string[],
    stderr: string | RegExp,
    options: BoxOptions = {},
  ) =>
    test(`is refused for ${name}, with nothing on stdout`, async () => {
      await using it = await scene(HELLO, options);
      const result = await it.box.codex(["exec", "--json", ...args]);
      expect({ stdout: result.stdout, exitCode: result.exitCode }).toEqual({ stdout: "", exitCode: 1 });
      const own = result.stderr.replace("Reading additional input from stdin...\n", "");
      if (typeof stderr === "string") expect(own).toBe(stderr);
      else expect(own).toMatch(stderr);
      expect(it.server.requests).toEqual([]);
    });

  refused(
    "an override without a value",
    ["-c", "foo", "x"],
    "Error parsing -c overrides: Invalid override (missing '='): foo\n",
  );
  refused(
    "an override without a key",
    ["-c", "=1", "x"],
    "Error parsing -c overrides: Empty key in override: =1\n",
  );
  refused("an unknown feature", ["--enable", "zzz", "x"], "Error: Unknown feature flag: zzz\n");
  refused(
    "a folder that is not there",
    ["-C", "/nowhere", "x"],
    "Error: No such file or directory (os error 2)\n",
  );
  refused("a file in place of a folder", ["-C", "a.txt", "x"], "Error: Not a directory (os error 20)\n", {
    files: { "a.txt": "" },
  });
  refused("an unknown provider", ["-c", "model_provider=zz", "x"], "Error: Model provider `zz` not found\n");
  refused(
    "--oss without a provider",
    ["--oss", "x"],
    "Error: No default OSS provider configured. Use --local-provider=provider or set oss_provider to one of: lmstudio, ollama in config.toml\n",
  );
  refused(
    "a schema that is not there",
    ["--output-schema", "s.json", "x"],
    "Failed to read output schema file s.json: No such file or directory (os error 2)\n",
  );
  refused(
    "a schema that is not JSON",
    ["--output-schema", "s.json", "x"],
    /^Output schema file s\.json is not valid JSON: .+\n$/,
    { files: { "s.json": "{" } },
  );
  refused(
    "a folder outside git",
    ["x"],
    "Not inside a trusted directory and --skip-git-repo-check was not specified.\n",
    { git: false },
  );

  test("is refused for a home that is not there", async () => {
    await using it = await scene(HELLO);
    expect(await it.box.codex(["exec", "x"], { env: { CODEX_HOME: "/nowhere" } })).toEqual({
      stdout: "",
      stderr: 'Error finding codex home: CODEX_HOME points to "/nowhere", but that path does not exist\n',
      exitCode: 1,
      signal: null,
    });
  });

  test("outside git is fine when asked for, and in a folder of a repository", async () => {
    await using bare = await scene(HELLO, { git: false });
    expect((await bare.box.codex(["exec", "--skip-git-repo-check", "x"])).exitCode).toBe(0);
    await using deep = await scene(HELLO, { files: { "a/b/c.txt": "" } });
    const { stderr, exitCode } = await deep.box.codex(["exec", "-C", "a/b", "x"]);
    expect(exitCode).toBe(0);
    expect(stderr).toContain(`workdir: ${join(deep.box.workspace, "a/b")}\n`);
  });

  test("warns that --full-auto is old, and takes it for workspace-write", async () => {
    await using it = await scene(HELLO);
    const { stderr } = await it.box.codex(["exec", "--full-auto", "x"]);
    expect(stderr).toStartWith(
      "warning: `--full-auto` is deprecated; use `--sandbox workspace-write` instead.\n",
    );
    expect(stderr).toContain("\nsandbox: workspace-write [workdir, /tmp, $TMPDIR]\n");
  });

  test("says that there are no PATH aliases in a home under the temporary directory", async () => {
    await using it = await scene(HELLO, { inSystemTemp: true });
    const { stderr, exitCode } = await it.box.codex(["exec", "x"]);
    expect(exitCode).toBe(0);
    expect(stderr).toStartWith(
      "WARNING: proceeding, even though we could not create PATH aliases: Refusing to create helper binaries under temporary dir",
    );
  });
});

describe("settings", () => {
  test("options before exec are taken over, those after it win", async () => {
    await using it = await scene(HELLO);
    const args = [
      "-m",
      "gpt-5.4",
      "-s",
      "workspace-write",
      "exec",
      "-s",
      "read-only",
      "-c",
      "model_reasoning_effort=high",
      "x",
    ];
    const { stderr } = await it.box.codex(args);
    expect(stderr).toContain("\nmodel: gpt-5.4\n");
    expect(stderr).toContain("\nsandbox: read-only\n");
    expect(stderr).toContain("\nreasoning effort: high\n");
  });

  test("the approval policy is never, whatever the configuration says", async () => {
    await using it = await scene(HELLO);
    const { stderr } = await it.box.codex(["exec", "-c", "approval_policy=on-request", "x"]);
    expect(stderr).toContain("\napproval: never\n");
  });

  test("a run that may write makes its project a trusted one, a read-only run does not", async () => {
    await using it = await scene(() => respond(message("ok")));
    const config = join(it.box.codexHome, "config.toml");
    const before = readFileSync(config, "utf8");
    await it.box.codex(["exec", "x"]);
    expect(readFileSync(config, "utf8")).toBe(before);
    await it.box.codex(["exec", "-s", "workspace-write", "x"]);
    expect(readFileSync(config, "utf8")).toContain(
      `[projects."${it.box.workspace}"]\ntrust_level = "trusted"\n`,
    );
    expect((await it.box.codex(["exec", "x"])).stderr).toContain("\nsandbox: workspace-write [");
  });

  test("the home's .env reaches the program, but for CODEX_ names", async () => {
    await using it = await scene(HELLO, { config: 'env_key = "MOCK_KEY"\n' });
    it.box.write(join(it.box.codexHome, ".env"), "MOCK_KEY=from-dotenv\nCODEX_HOME=/nowhere\n");
    expect((await it.box.codex(["exec", "x"])).exitCode).toBe(0);
    expect(it.server.requests[0]?.headers["authorization"]).toBe("Bearer from-dotenv");
  });

  test("an output schema goes with the request", async () => {
    await using it = await scene(HELLO, { files: { "s.json": '{"type":"object"}' } });
    await it.box.codex(["exec", "--output-schema", "s.json", "x"]);
    expect(it.server.requests[0]?.body["text"]).toMatchObject({
      format: { type: "json_schema", strict: true, schema: { type: "object" }, name: "codex_output_schema" },
    });
  });

  test("an ephemeral run leaves no session file, another one does", async () => {
    await using it = await scene(() => respond(message("ok")));
    const sessions = join(it.box.codexHome, "sessions");
    await it.box.codex(["exec", "--ephemeral", "x"]);
    expect(existsSync(sessions)).toBe(false);
    await it.box.codex(["exec", "x"]);
    expect(readdirSync(sessions)).toHaveLength(1);
  });

  test("apply_patch is on the PATH of commands, and its folder is gone afterwards", async () => {
    await using it = await scene([
      respond(
        functionCall("exec_command", {
          cmd: "command -v apply_patch && readlink $(command -v apply_patch)",
          login: false,
        }),
      ),
      respond(message("ok")),
    ]);
    const { events } = await it.box.events(["-s", "danger-full-access", "x"]);
    const output = JSON.stringify(events.filter((event) => event.type === "item.completed"));
    expect(output).toContain(join(it.box.codexHome, "tmp", "arg0", "codex-arg0"));
    expect(output).toContain(realpathSync(CODEX));
    expect(readdirSync(join(it.box.codexHome, "tmp", "arg0"))).toEqual([]);
  });
});

describe("-o", () => {
  test("gets the last message as it is", async () => {
    await using it = await scene(HELLO, { files: { out: "longer text that was there before" } });
    const { stdout } = await it.box.codex(["exec", "-o", "out", "x"]);
    expect(stdout).toBe("hello there\n");
    expect(readFileSync(join(it.box.workspace, "out"), "utf8")).toBe("hello there");
  });

  test("is emptied, with a warning, when there was no message", async () => {
    await using it = await scene([respond(completed())]);
    const { stdout, stderr, exitCode } = await it.box.codex(["exec", "-o", "out", "x"]);
    expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 0 });
    expect(stderr).toEndWith("Warning: no last agent message; wrote empty content to out\n");
    expect(readFileSync(join(it.box.workspace, "out"), "utf8")).toBe("");
  });

  test("that cannot be written is told, and no failure", async () => {
    await using it = await scene(HELLO);
    const { stderr, exitCode } = await it.box.codex(["exec", "-o", "no/out", "x"]);
    expect(stderr).toEndWith(
      'Failed to write last message file "no/out": No such file or directory (os error 2)\n',
    );
    expect(exitCode).toBe(0);
  });

  test("is not touched by a run that fails", async () => {
    await using it = await scene([http(400, { error: { message: "bad param" } })]);
    expect((await it.box.codex(["exec", "-o", "out", "x"])).exitCode).toBe(1);
    expect(existsSync(join(it.box.workspace, "out"))).toBe(false);
  });
});

describe("a failing run", () => {
  test("ends in error and turn.failed, and code 1", async () => {
    await using it = await scene([http(400, { error: { message: "bad param" } })]);
    const { events, exitCode } = await it.box.events(["x"]);
    const text = '{"error":{"message":"bad param"}}';
    expect(exitCode).toBe(1);
    expect(events.slice(1)).toEqual([
      { type: "turn.started" },
      { type: "error", message: text },
      { type: "turn.failed", error: { message: text } },
    ]);
  });

  test("prints its error twice for people and nothing on stdout", async () => {
    await using it = await scene([http(400, "no")]);
    const { stdout, stderr } = await it.box.codex(["exec", "x"]);
    expect(stdout).toBe("");
    expect(stderr).toEndWith("x\nERROR: no\nERROR: no\n");
  });
});

describe("a signal", () => {
  /** A command that says so when it runs, and would outlive everything. */
  const LONG = `echo "pid $$"; trap "" TERM HUP INT; while :; do sleep 1; done`;
  const running = () =>
    scene([
      respond(
        message("hm"),
        functionCall("exec_command", { cmd: LONG, login: false, yield_time_ms: 30_000 }),
      ),
    ]);
  const FREE = ["exec", "--json", "-s", "danger-full-access", "-o", "out", "x"];
  /** Started by /bin/sh -c; found by its command line, because a namespace has numbers of its own. */
  const survivors = (box: Box) =>
    readdirSync("/proc").filter((pid) => {
      if (!/^\d+$/.test(pid) || !existsSync(`/proc/${pid}/cwd`)) return false;
      try {
        return realpathSync(`/proc/${pid}/cwd`) === box.workspace && Number(pid) !== process.pid;
      } catch (error) {
        if (error instanceof Error) return false;
        throw error;
      }
    });

  test("SIGINT ends the turn: the command is reported as killed, no turn.* line, code 1", async () => {
    await using it = await running();
    const codex = it.box.start(FREE);
    await codex.shows('"type":"item.started"');
    codex.kill("SIGINT");
    codex.kill("SIGINT");
    const { stdout, exitCode, signal } = await codex.result;
    expect({ exitCode, signal }).toEqual({ exitCode: 1, signal: null });
    const last = stdout.trimEnd().split("\n").at(-1) ?? "";
    expect(JSON.parse(last)).toMatchObject({
      type: "item.completed",
      item: { type: "command_execution", exit_code: -1, status: "failed" },
    });
    expect(existsSync(join(it.box.workspace, "out"))).toBe(false);
    await happens("nothing runs", () => survivors(it.box).length === 0);
  });

  for (const name of ["SIGTERM", "SIGHUP"] as const) {
    test(`${name} kills, without another line, and leaves nothing running`, async () => {
      await using it = await running();
      const codex = it.box.start(FREE);
      await codex.shows('"type":"item.started"');
      codex.kill(name);
      const { stdout, signal } = await codex.result;
      expect(signal).toBe(name);
      expect(stdout.trimEnd().split("\n").at(-1)).toContain('"type":"item.started"');
      // Whoever ends the command, or itself, because we are gone needs a moment.
      await happens("nothing runs", () => survivors(it.box).length === 0);
    });
  }

  test("SIGINT is heard while the model is silent", async () => {
    const never = Promise.withResolvers<void>();
    await using it = await scene([respond(message("hm"), until(never.promise))]);
    const codex = it.box.start(["exec", "x"]);
    await codex.shows("codex\nhm\n");
    codex.kill("SIGINT");
    const { stderr, stdout, exitCode } = await codex.result;
    expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 1 });
    expect(stderr).toContain("turn interrupted\n");
  });

  test("SIGINT is heard while nobody reads our stdout", async () => {
    await using it = await scene([respond(...Array.from({ length: 40 }, () => message("x".repeat(50_000))))]);
    Bun.spawnSync(["mkfifo", join(it.box.workspace, "fifo")]);
    const sleeper = Bun.spawn(["/bin/sh", "-c", "exec sleep 60 < fifo"], { cwd: it.box.workspace });
    const codex = Bun.spawn(["/bin/sh", "-c", `exec ${CODEX} exec --json x > fifo`], {
      cwd: it.box.workspace,
      env: { PATH: process.env["PATH"], HOME: it.box.home, CODEX_HOME: it.box.codexHome },
      stderr: "ignore",
    });
    await (
      await it.server.waitForRequest(1)
    ).closed;
    const started = performance.now();
    codex.kill("SIGINT");
    expect(await codex.exited).toBe(1);
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(rolloutLines(it.box.codexHome).at(-1)?.payload["type"]).toBe("turn_aborted");
    sleeper.kill();
    await sleeper.exited;
  }, 60_000);
});

describe("output", () => {
  test("a reader that leaves ends the run with a failure and no words", async () => {
    await using it = await scene([respond(...Array.from({ length: 40 }, () => message("x".repeat(50_000))))]);
    const child = Bun.spawn(["/bin/sh", "-c", `(${CODEX} exec --json x; echo "rc $?" >&2) | head -n 1`], {
      cwd: it.box.workspace,
      env: { PATH: process.env["PATH"], HOME: it.box.home, CODEX_HOME: it.box.codexHome },
      stdout: "pipe",
      stderr: "pipe",
    });
    const [stdout, stderr] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    expect(stdout).toMatch(/^\{"type":"thread.started".*\n$/);
    expect(stderr).toMatch(/^Reading .*\nrc [1-9]\d*\n$/);
  });

  test("of many deltas is one line, and each delta costs little", async () => {
    const text = "word ".repeat(20_000);
    await using it = await scene([respond(message(text, { deltas: 20_000 }))]);
    const { events } = await it.box.events(["x"]);
    expect(events).toHaveLength(4);
    expect(events[2]).toMatchObject({ item: { text } });
  }, 60_000);

  test("goes to a file that is being appended to", async () => {
    await using it = await scene(() => respond(message("again")));
    const log = join(it.box.workspace, "log");
    it.box.write("log", "first\n");
    for (let round = 0; round < 2; round++) {
      const child = Bun.spawn(["/bin/sh", "-c", `${CODEX} exec x >> log 2>/dev/null`], {
        cwd: it.box.workspace,
        env: { PATH: process.env["PATH"], HOME: it.box.home, CODEX_HOME: it.box.codexHome },
      });
      await child.exited;
    }
    expect(readFileSync(log, "utf8")).toBe("first\nagain\nagain\n");
  });

  test.skipIf(process.platform !== "linux")(
    "leaves the pipe as it is for the other processes on it",
    async () => {
      await using it = await scene(() => respond(message("hi")));
      const script = `(${CODEX} exec x; ${CODEX} exec --json x; ${CODEX} --help; grep flags /proc/self/fdinfo/1) 2>&1 | cat`;
      const child = Bun.spawn(["/bin/sh", "-c", script], {
        cwd: it.box.workspace,
        env: { PATH: process.env["PATH"], HOME: it.box.home, CODEX_HOME: it.box.codexHome },
        stdout: "pipe",
      });
      const flags = /^flags:\s*(\d+)$/m.exec(await new Response(child.stdout).text())?.[1] ?? "";
      const NONBLOCK = 0o4000;
      expect(Number.parseInt(flags, 8) & NONBLOCK).toBe(0);
    },
  );

  test("is not repeated on a terminal that has shown it", async () => {
    await using it = await scene(HELLO);
    let screen = "";
    const terminal = new Bun.Terminal({
      cols: 80,
      rows: 24,
      data: (_, bytes) => void (screen += Buffer.from(bytes).toString()),
    });
    const child = Bun.spawn([CODEX, "exec", "x"], {
      cwd: it.box.workspace,
      env: { PATH: process.env["PATH"], HOME: it.box.home, CODEX_HOME: it.box.codexHome, TERM: "xterm" },
      terminal,
    });
    expect(await child.exited).toBe(0);
    expect(screen.match(/hello there/g)).toHaveLength(1);
    expect(screen).toContain("\x1b[1mworkdir:\x1b[0m");
    expect(screen).not.toContain("Reading additional input");
    terminal.close();
  });
});
