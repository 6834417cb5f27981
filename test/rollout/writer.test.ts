// The session file as it grows: created late, one line a write, mended before it is continued, retried when it cannot be written.

import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseLine } from "../../src/rollout/line";
import { RolloutWriter } from "../../src/rollout/writer";
import { assistant, event, meta, metaPayload, sessionHome, turn, user } from "./session-home";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textIn = (line: string): string => JSON.parse(line).payload.content?.[0].text ?? "";
const lines = (path: string): string[] => readFileSync(path, "utf8").split("\n").slice(0, -1);

describe("a new thread", () => {
  test("leaves nothing on disk until its first line, which follows the metadata", async () => {
    using home = sessionHome();
    const started = new Date(2026, 10, 22, 6, 53, 37, 5);
    const payload = metaPayload({ timestamp: started.toISOString() });
    await using writer = RolloutWriter.create({ codexHome: home.path, meta: payload });
    expect(existsSync(join(home.path, "sessions"))).toBe(false);

    writer.append(event("task_started", { turn_id: "t" }));
    const path = join(home.path, "sessions/2026/11/22", `rollout-2026-11-22T06-53-37-${payload.id}.jsonl`);
    expect(writer.path).toBe(path);
    const [first, second, ...more] = lines(path).map((line) => JSON.parse(line));
    expect(first).toMatchObject({ type: "session_meta", payload: { id: payload.id, cwd: "/ws" } });
    expect(first.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(second).toMatchObject({ type: "event_msg", payload: { type: "task_started", turn_id: "t" } });
    expect(more).toEqual([]);
  });

  test("that is never used leaves no file", async () => {
    using home = sessionHome();
    await RolloutWriter.create({ codexHome: home.path, meta: metaPayload() })[Symbol.asyncDispose]();
    expect(existsSync(join(home.path, "sessions"))).toBe(false);
  });

  test("that is ephemeral writes nothing and has no path", async () => {
    await using writer = RolloutWriter.ephemeral();
    writer.append(user("hello"));
    expect(writer.path).toBeUndefined();
    expect(writer.failed).toBeUndefined();
  });

  test("has every line on disk when append returns", async () => {
    using home = sessionHome();
    await using writer = RolloutWriter.create({ codexHome: home.path, meta: metaPayload() });
    for (const [index, entry] of turn("hello", "héllo 👋").entries()) {
      writer.append(entry);
      expect(lines(writer.path ?? "")).toHaveLength(index + 2);
    }
    expect(lines(writer.path ?? "").every((line) => parseLine(bytes(line)).type === "entry")).toBe(true);
  });
});

describe("a resumed thread", () => {
  test("goes on in its file without a second metadata line", async () => {
    using home = sessionHome();
    const path = home.session([meta(), ...turn("one", "1")]);
    const before = readFileSync(path, "utf8");
    await using writer = RolloutWriter.resume(path);
    writer.append(event("task_started"));
    const after = readFileSync(path, "utf8");
    expect(after.startsWith(before)).toBe(true);
    expect(lines(path)).toHaveLength(11);
  });

  test("does not glue its first line to one that was cut off", async () => {
    using home = sessionHome();
    const path = home.session([meta(), user("one"), assistant("two")]);
    truncateSync(path, statSync(path).size - 20);
    const cut = readFileSync(path, "utf8");
    await using writer = RolloutWriter.resume(path);
    writer.append(user("three"));
    const after = readFileSync(path, "utf8");
    expect(after.startsWith(`${cut}\n`)).toBe(true);
    expect(lines(path).map((line) => parseLine(bytes(line)).type)).toEqual([
      "entry",
      "entry",
      "bad",
      "entry",
    ]);
  });

  test("whose file has gone does not make a file without metadata", async () => {
    using home = sessionHome();
    const path = home.session([meta()]);
    rmSync(path);
    await using writer = RolloutWriter.resume(path);
    writer.append(user("one"));
    expect(existsSync(path)).toBe(false);
    expect(writer.failed).toContain(path);
  });
});

describe("a file that cannot be written", () => {
  test("keeps its lines, tells why, and gets them all once it can be written", async () => {
    using home = sessionHome();
    const blocker = join(home.path, "sessions");
    writeFileSync(blocker, "not a folder");
    await using writer = RolloutWriter.create({ codexHome: home.path, meta: metaPayload() });
    writer.append(user("one"));
    writer.append(assistant("two"));
    expect(writer.failed).toContain(`Session file ${writer.path} cannot be written: `);
    expect(writer.failed).toContain("The session goes on; 3 lines wait for the next try.");

    rmSync(blocker);
    writer.append(user("three"));
    expect(writer.failed).toBeUndefined();
    expect(lines(writer.path ?? "").map((line) => JSON.parse(line).type)).toEqual([
      "session_meta",
      "response_item",
      "response_item",
      "response_item",
    ]);
  });

  test("is tried once more at the end", async () => {
    using home = sessionHome();
    const blocker = join(home.path, "sessions");
    writeFileSync(blocker, "not a folder");
    const writer = RolloutWriter.create({ codexHome: home.path, meta: metaPayload() });
    writer.append(user("one"));
    rmSync(blocker);
    await writer[Symbol.asyncDispose]();
    expect(lines(writer.path ?? "")).toHaveLength(2);
  });

  test.skipIf(process.platform === "win32")(
    "because the disk is full takes every whole line before",
    async () => {
      using home = sessionHome();
      const script = `
      import { RolloutWriter } from ${JSON.stringify(join(import.meta.dir, "../../src/rollout/writer.ts"))};
      const writer = RolloutWriter.create(${JSON.stringify({ codexHome: home.path, meta: metaPayload() })});
      const content = [{ type: "input_text", text: "x".repeat(1000) }];
      for (let n = 0; n < 20; n++) writer.append({ type: "response_item", payload: { type: "message", role: "user", content } });
      console.log(JSON.stringify({ path: writer.path, failed: writer.failed }));
    `;
      const limited = `trap "" XFSZ; ulimit -f 16; exec "$0" -e "$1"`;
      const run = Bun.spawnSync(["sh", "-c", limited, process.execPath, script], { stderr: "inherit" });
      const { path, failed } = JSON.parse(run.stdout.toString());
      expect(failed).toContain("wait for the next try");

      await using writer = RolloutWriter.resume(path);
      writer.append(user("after"));
      const kinds = lines(path).map((line) => parseLine(bytes(line)).type);
      expect(kinds.slice(-2)).toEqual(["bad", "entry"]);
      expect(kinds.slice(0, -2).every((kind) => kind === "entry")).toBe(true);
    },
  );
});

test("two processes that append to one file at once leave every line whole", async () => {
  using home = sessionHome();
  const path = home.session([meta()]);
  const script = `
    import { RolloutWriter } from ${JSON.stringify(join(import.meta.dir, "../../src/rollout/writer.ts"))};
    const writer = RolloutWriter.resume(${JSON.stringify(path)});
    for (let n = 0; n < 1000; n++) {
      const text = process.argv.at(-1).repeat(1 + (n * 37) % 20000);
      writer.append({ type: "response_item", payload: { type: "message", role: "user", content: [{ type: "input_text", text }] } });
    }
  `;
  const runs = ["a", "b"].map((letter) => Bun.spawn([process.execPath, "-e", script, letter]));
  expect(await Promise.all(runs.map((run) => run.exited))).toEqual([0, 0]);
  // A process that opens the file in the middle of the other's write may add a newline: a blank line, which has no effect.
  const all = lines(path).flatMap((line) => (line === "" ? [] : [textIn(line)]));
  expect(all).toHaveLength(2001);
  expect(all.filter((text) => /^a+$/.test(text))).toHaveLength(1000);
  expect(all.filter((text) => /^b+$/.test(text))).toHaveLength(1000);
});
