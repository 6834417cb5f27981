// `codex exec` with an open pipe on stdin: what it waits for, that it says so, and how to go on without.

import { expect, test } from "bun:test";
import { scripted, type ExecRun } from "../support/exec-run";
import { CODEX } from "../support/harness";
import { message, respond } from "../support/responses-server";

/** Runs `codex exec ...args` with a pipe that stays open; `then` gets its writing end when `pattern` was shown on stderr. */
async function withOpenPipe(
  it: ExecRun,
  args: readonly string[],
  pattern: string,
  then: (write: (text: string) => void) => void,
) {
  const child = Bun.spawn([CODEX, "exec", ...args], {
    cwd: it.box.workspace,
    env: { PATH: process.env["PATH"], HOME: it.box.home, CODEX_HOME: it.box.codexHome },
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
  });
  let stderr = "";
  let waits = true;
  for await (const chunk of child.stderr) {
    stderr += Buffer.from(chunk).toString();
    if (waits && stderr.includes(pattern)) {
      waits = false;
      then((text) => void child.stdin.write(text));
      void child.stdin.end();
    }
  }
  return { stderr, stdout: await new Response(child.stdout).text(), exitCode: await child.exited };
}

function sentPrompt(it: ExecRun): unknown {
  return it.server.requests[0]?.body.input.at(-1)?.content;
}

test("an open pipe with nothing on it is spoken of after a while, and what comes late still counts", async () => {
  await using it = await scripted([respond(message("ok"))]);
  const started = performance.now();
  const { stdout, stderr, exitCode } = await withOpenPipe(it, ["P"], "--no-stdin", (write) => write("late"));
  expect(performance.now() - started).toBeGreaterThan(1_900);
  expect(stderr).toStartWith(
    "Reading additional input from stdin...\nStill waiting for stdin: it is an open pipe,",
  );
  expect(stderr.match(/Still waiting/g)).toHaveLength(1);
  expect({ stdout, exitCode }).toEqual({ stdout: "ok\n", exitCode: 0 });
  expect(sentPrompt(it)).toEqual([{ type: "input_text", text: "P\n\n<stdin>\nlate\n</stdin>" }]);
});

test("with --no-stdin an open pipe is neither read nor waited for", async () => {
  await using it = await scripted([respond(message("ok"))]);
  const child = Bun.spawn([CODEX, "exec", "--no-stdin", "--json", "P"], {
    cwd: it.box.workspace,
    env: { PATH: process.env["PATH"], HOME: it.box.home, CODEX_HOME: it.box.codexHome },
    stdin: "pipe",
    stdout: "ignore",
    stderr: "pipe",
  });
  void child.stdin.write("not read");
  expect(await child.exited).toBe(0);
  expect(await new Response(child.stderr).text()).toBe("");
  expect(sentPrompt(it)).toEqual([{ type: "input_text", text: "P" }]);
});

test("with --no-stdin the prompt has to be an argument", async () => {
  await using it = await scripted([]);
  for (const args of [["--no-stdin"], ["--no-stdin", "-"], ["resume", "--no-stdin", "--last"]]) {
    expect(await it.box.codex(["exec", ...args], { stdin: "x" })).toMatchObject({
      stdout: "",
      stderr: "No prompt provided. With --no-stdin it has to be an argument, and not `-`.\n",
      exitCode: 1,
    });
  }
});

test("a closed stdin is an empty one", async () => {
  await using it = await scripted([respond(message("ok"))]);
  const child = Bun.spawn(["/bin/sh", "-c", `exec ${CODEX} exec --json P <&-`], {
    cwd: it.box.workspace,
    env: { PATH: process.env["PATH"], HOME: it.box.home, CODEX_HOME: it.box.codexHome },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  expect(await new Response(child.stderr).text()).toBe("Reading additional input from stdin...\n");
  expect(await child.exited).toBe(0);
});

test("a stdin that cannot be read ends the run, with the reason", async () => {
  await using it = await scripted([]);
  const child = Bun.spawn(["/bin/sh", "-c", `exec ${CODEX} exec - < /`], {
    cwd: it.box.workspace,
    env: { PATH: process.env["PATH"], HOME: it.box.home, CODEX_HOME: it.box.codexHome },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  expect(await new Response(child.stderr).text()).toBe(
    "Failed to read prompt from stdin: Is a directory (os error 21)\n",
  );
  expect(await child.exited).toBe(1);
});

test("much input is sent whole", async () => {
  await using it = await scripted([respond(message("ok"))]);
  const text = `${"0123456789abcdef".repeat(64 * 1024)}é\n`;
  await it.exec(["P"], { stdin: text });
  expect(sentPrompt(it)).toEqual([{ type: "input_text", text: `P\n\n<stdin>\n${text}</stdin>` }]);
});
