// Lists of threads: order, previews, names, and what is hidden.

import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { zstdCompressSync } from "node:zlib";
import type { RolloutEntry } from "../../src/protocol/rollout";
import { archiveThread } from "../../src/rollout/archive";
import { isInteractive, listThreads } from "../../src/rollout/list";
import { recordThreadName } from "../../src/rollout/names";
import { event, item, linesText, meta, sessionHome, turn, user } from "./session-home";

const minutesAgo = (minutes: number): Date => new Date(Date.now() - minutes * 60_000);

function previewOf(lines: readonly (RolloutEntry | string)[]): string | undefined {
  using home = sessionHome();
  home.session(lines);
  return [...listThreads({ codexHome: home.path })][0]?.preview;
}

const asked = (message: string, fields: object = {}): RolloutEntry =>
  event("user_message", { message, ...fields });

describe("a list", () => {
  test("is in order of last change, or of beginning", () => {
    using home = sessionHome();
    for (const [prompt, started, changed] of [
      ["a", 30, 1],
      ["b", 20, 3],
      ["c", 10, 2],
    ] as const) {
      home.session([meta(), ...turn(prompt, "1")], {
        startedAt: minutesAgo(started),
        modifiedAt: minutesAgo(changed),
      });
    }
    const previews = (sortBy: "updated" | "created"): (string | undefined)[] =>
      [...listThreads({ codexHome: home.path, sortBy })].map((thread) => thread.preview);
    expect(previews("updated")).toEqual(["a", "c", "b"]);
    expect(previews("created")).toEqual(["c", "b", "a"]);
  });

  test("gives names, times, paths and metadata, but no instructions", () => {
    using home = sessionHome();
    const id = Bun.randomUUIDv7();
    const startedAt = new Date(2026, 2, 29, 23, 59, 58);
    const modifiedAt = new Date("2026-04-01T00:00:00Z");
    const path = home.session([meta({ id, git: { branch: "main" } }), ...turn("one", "1")], {
      id,
      startedAt,
      modifiedAt,
    });
    recordThreadName(home.path, id, "my name");
    const [thread] = listThreads({ codexHome: home.path });
    expect(thread).toMatchObject({ id, path, name: "my name", createdAt: startedAt, updatedAt: modifiedAt });
    expect(thread?.meta).toMatchObject({ git: { branch: "main" }, source: "exec" });
    expect(thread?.meta).not.toHaveProperty("base_instructions");
  });

  test("may be limited by metadata and by folder, and shows the archive when asked", () => {
    using home = sessionHome();
    const id = Bun.randomUUIDv7();
    home.session([meta({ source: "cli" }), ...turn("prompt", "1", { cwd: "/a" })]);
    home.session([meta(), ...turn("exec", "1", { cwd: "/b" })]);
    home.session([meta(), ...turn("archived", "1")], { id });
    archiveThread(home.path, id);
    const previews = (options: object): (string | undefined)[] =>
      [...listThreads({ codexHome: home.path, ...options })].map((thread) => thread.preview);
    expect(previews({ matches: isInteractive })).toEqual(["prompt"]);
    expect(previews({ cwd: "/b" })).toEqual(["exec"]);
    expect(previews({ archived: true })).toEqual(["archived"]);
  });

  test("of nothing is empty", () => {
    using home = sessionHome();
    expect([...listThreads({ codexHome: home.path })]).toEqual([]);
  });

  test("of 5,000 sessions takes little time, and less for the first page", () => {
    using home = sessionHome();
    const instructions = { text: "x".repeat(20_000) };
    for (let n = 0; n < 5000; n++) {
      const startedAt = new Date(2026, n % 12, n % 28, n % 24);
      home.session([meta({ base_instructions: instructions }), ...turn(`prompt ${n}`, "answer")], {
        startedAt,
      });
    }
    const started = performance.now();
    expect(listThreads({ codexHome: home.path }).take(25).toArray()).toHaveLength(25);
    const page = performance.now() - started;
    expect([...listThreads({ codexHome: home.path })]).toHaveLength(5000);
    expect(page).toBeLessThan(500);
    expect(performance.now() - started).toBeLessThan(4000);
  });
});

describe("a preview", () => {
  test("is the first prompt that says something", () => {
    expect(previewOf([meta(), asked("  "), asked("hello\nthere "), asked("later")])).toBe("hello\nthere");
  });

  test("names an image when there is no text", () => {
    expect(previewOf([meta(), asked("", { images: ["https://x"], local_images: [] })])).toBe("[Image]");
    expect(previewOf([meta(), asked("", { images: [], local_images: ["/i.png"] })])).toBe("[Image]");
  });

  test("leaves out what an editor put in front", () => {
    expect(
      previewOf([meta(), asked("# Context from my IDE\nfile\n## My request for Codex:\nfix it\n")]),
    ).toBe("fix it");
  });

  test("may be a goal", () => {
    expect(previewOf([meta(), event("thread_goal_updated", { goal: { objective: "ship" } })])).toBe("ship");
  });

  test("is looked for in 200 lines after metadata within 10; other files are hidden", () => {
    const filler = Array<RolloutEntry>(150).fill(user("x"));
    expect(previewOf([meta(), ...filler, asked("found")])).toBe("found");
    expect(previewOf([meta(), ...filler, ...filler, asked("too far")])).toBeUndefined();
    expect(previewOf([...filler.slice(0, 9), meta(), asked("found")])).toBe("found");
    expect(previewOf([...filler.slice(0, 10), meta(), asked("too far")])).toBeUndefined();
    expect(previewOf([meta(), user("no event")])).toBeUndefined();
  });

  test("is found behind a large image", () => {
    const image = {
      type: "input_image",
      image_url: `data:image/png;base64,${"A".repeat(3_000_000)}`,
    } as const;
    const lines = [meta(), item({ type: "message", role: "user", content: [image] }), asked("look")];
    expect(previewOf(lines)).toBe("look");
  });

  test("comes from compressed files too", () => {
    using home = sessionHome();
    const path = home.session([]);
    writeFileSync(`${path}.zst`, zstdCompressSync(linesText([meta(), ...turn("one", "1")])));
    writeFileSync(path.replace("rollout-2026", "rollout-2027").concat(".zst"), "damaged");
    Bun.spawnSync(["rm", path]);
    const threads = [...listThreads({ codexHome: home.path })];
    expect(threads.map((thread) => [thread.path, thread.preview])).toEqual([[path, "one"]]);
  });
});
