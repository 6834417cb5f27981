// Which session a resume picks: by id, by name, and the last one.

import { describe, expect, test } from "bun:test";
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import { archiveThread } from "../../src/rollout/archive";
import { findById, findByName, findLast, locateThread } from "../../src/rollout/find";
import { isInteractive, isOfProvider } from "../../src/rollout/list";
import { recordThreadName } from "../../src/rollout/names";
import { messageOf } from "../../src/util/user-error";
import { linesText, meta, sessionHome, turn } from "./session-home";

const ID = "01a20208-2414-7f40-bf18-d5aa731ae9b1";
const OTHER = "01a20208-2414-7f40-bf18-d5aa731ae9b2";
const minutesAgo = (minutes: number): Date => new Date(Date.now() - minutes * 60_000);
const reasonOf = (found: Promise<string>): Promise<string> => found.then(() => "found", messageOf);
const anyProvider = (): boolean => true;

describe("by id", () => {
  test("finds the file wherever it is below sessions, and however it is called", async () => {
    using home = sessionHome();
    const path = home.session([meta()], { id: ID });
    home.session([meta()], { id: OTHER });
    expect(await findById(home.path, ID)).toBe(path);
    const moved = join(home.path, "sessions", "copied by hand", `old-${ID}.jsonl`);
    mkdirSync(join(home.path, "sessions", "copied by hand"));
    renameSync(path, moved);
    expect(await findById(home.path, ID)).toBe(moved);
  });

  test("of no thread says so", async () => {
    using home = sessionHome();
    const text = `thread/resume: thread/resume failed: no rollout found for thread id ${ID} (code -32600)`;
    expect(await reasonOf(findById(home.path, ID))).toContain(text);
    expect(locateThread(home.path, ID)).toEqual({ type: "missing" });
  });

  test("of an archived thread says how to get it back", async () => {
    using home = sessionHome();
    home.session([meta()], { id: ID });
    archiveThread(home.path, ID);
    const text = `thread/fork: thread/fork failed: session ${ID} is archived. Run \`codex unarchive ${ID}\` to unarchive it first. (code -32600)`;
    expect(await reasonOf(findById(home.path, ID, "thread/fork"))).toContain(text);
  });

  test("decompresses a compressed file, and prefers the plain one of two", async () => {
    using home = sessionHome();
    const path = home.session([meta(), ...turn("one", "1")], { id: ID });
    const text = await Bun.file(path).text();
    writeFileSync(`${path}.zst`, zstdCompressSync("not this"));
    expect(locateThread(home.path, ID)).toEqual({ type: "active", path });

    writeFileSync(`${path}.zst`, zstdCompressSync(text));
    await Bun.file(path).delete();
    expect(await findById(home.path, ID)).toBe(path);
    expect(await Bun.file(path).text()).toBe(text);
    expect(await Bun.file(`${path}.zst`).exists()).toBe(false);
  });

  test("of a damaged compressed file says so and leaves it", async () => {
    using home = sessionHome();
    const path = home.session([meta()], { id: ID });
    await Bun.file(path).delete();
    writeFileSync(`${path}.zst`, "not zstd");
    expect(await reasonOf(findById(home.path, ID))).toContain(
      `session file ${path}.zst cannot be decompressed`,
    );
    expect(await Bun.file(`${path}.zst`).exists()).toBe(true);
  });
});

describe("by name", () => {
  test("finds the thread named so last, if that is still its name and its file is there", async () => {
    using home = sessionHome();
    const first = home.session([meta({ id: ID })], { id: ID });
    const second = home.session([meta({ id: OTHER })], { id: OTHER });
    recordThreadName(home.path, ID, "fix");
    recordThreadName(home.path, OTHER, " fix ");
    recordThreadName(home.path, Bun.randomUUIDv7(), "fix");
    expect(await findByName(home.path, "fix")).toBe(second);
    recordThreadName(home.path, OTHER, "something else");
    expect(await findByName(home.path, "fix")).toBe(first);
    expect(await findByName(home.path, "Fix")).toBeUndefined();
    expect(await findByName(home.path, " ")).toBeUndefined();
  });

  test("keeps to the folder of the last turn when one is given", async () => {
    using home = sessionHome();
    const path = home.session([meta({ cwd: "/before" }), ...turn("one", "1", { cwd: "/after" })], { id: ID });
    recordThreadName(home.path, ID, "fix");
    expect(await findByName(home.path, "fix", "/after")).toBe(path);
    expect(await findByName(home.path, "fix", "/before")).toBeUndefined();
  });
});

describe("the last one", () => {
  test("is the one written to last, not the one begun last", async () => {
    using home = sessionHome();
    const old = home.session([meta()], { startedAt: minutesAgo(90), modifiedAt: minutesAgo(1) });
    home.session([meta()], { startedAt: minutesAgo(10), modifiedAt: minutesAgo(9) });
    expect(await findLast({ codexHome: home.path, matches: anyProvider })).toBe(old);
  });

  test("is of the provider asked for, or of none that is recorded", async () => {
    using home = sessionHome();
    const own = home.session([meta()], { modifiedAt: minutesAgo(5) });
    home.session([meta({ model_provider: "azure" })], { modifiedAt: minutesAgo(1) });
    const matches = (m: Parameters<typeof isOfProvider>[0]): boolean => isOfProvider(m, "openai");
    expect(await findLast({ codexHome: home.path, matches })).toBe(own);
    const unsaid = home.session([meta({ model_provider: null })], { modifiedAt: minutesAgo(2) });
    expect(await findLast({ codexHome: home.path, matches })).toBe(unsaid);
  });

  test("may be limited to what a person started at a prompt or in an editor", async () => {
    using home = sessionHome();
    home.session([meta({ source: "exec" })], { modifiedAt: minutesAgo(1) });
    home.session([meta({ source: { subagent: "review" } })], { modifiedAt: minutesAgo(2) });
    const prompt = home.session([meta({ source: "cli" })], { modifiedAt: minutesAgo(3) });
    expect(await findLast({ codexHome: home.path, matches: isInteractive })).toBe(prompt);
  });

  test("ran its last turn in the folder asked for, links resolved", async () => {
    using home = sessionHome();
    const folder = join(home.path, "project");
    mkdirSync(folder);
    symlinkSync(folder, join(home.path, "link"));
    const moved = [meta({ cwd: "/elsewhere" }), ...turn("one", "1", { cwd: folder })];
    const match = home.session(moved, { modifiedAt: minutesAgo(5) });
    const left = [meta({ cwd: folder }), ...turn("one", "1", { cwd: "/elsewhere" })];
    home.session(left, { modifiedAt: minutesAgo(1) });
    const cwd = join(home.path, "link");
    expect(await findLast({ codexHome: home.path, matches: anyProvider, cwd })).toBe(match);
  });

  test("passes over archived, empty and broken files, and may be none", async () => {
    using home = sessionHome();
    expect(await findLast({ codexHome: home.path, matches: anyProvider })).toBeUndefined();
    home.session([meta({ id: ID })], { id: ID });
    archiveThread(home.path, ID);
    home.session([]);
    home.session(turn("one", "1"));
    home.session(["garbage\n".repeat(20), meta()]);
    expect(await findLast({ codexHome: home.path, matches: anyProvider })).toBeUndefined();
    const path = home.session(["garbage\n", meta()], { modifiedAt: minutesAgo(60) });
    expect(basename((await findLast({ codexHome: home.path, matches: anyProvider })) ?? "")).toBe(
      basename(path),
    );
  });

  test("may be compressed", async () => {
    using home = sessionHome();
    const path = home.session([meta()]);
    writeFileSync(`${path}.zst`, zstdCompressSync(linesText([meta(), ...turn("one", "1")])));
    await Bun.file(path).delete();
    expect(await findLast({ codexHome: home.path, matches: anyProvider, cwd: "/ws" })).toBe(path);
  });
});
