// What is said in rules of Landlock: by version of the kernel, and what cannot be said.

import { describe, expect, test } from "bun:test";
import type { MountRule } from "../../src/exec/confinement";
import { landlockConfinement, landlockGaps } from "../../src/sandbox/landlock";
import type { MountRules } from "../../src/sandbox/mount-rules";

const OPTIONS = { network: "none", codexHome: "/home/me/.codex" } as const;
const rules = (...mounts: readonly MountRule[]): MountRules => ({ type: "rules", tree: "sealed", mounts });
const work: MountRule = { type: "open", path: "/work" };

describe("rules of Landlock", () => {
  test.each([
    [1, 0b1_1111_1111_0010, 0, 0],
    [2, 0b11_1111_1111_0010, 0, 0],
    [3, 0b111_1111_1111_0010, 0, 0],
    [4, 0b111_1111_1111_0010, 0b11, 0],
    [5, 0b1111_1111_1111_0010, 0b11, 0],
    [6, 0b1111_1111_1111_0010, 0b11, 0b11],
    [7, 0b1111_1111_1111_0010, 0b11, 0b11],
  ])("are about what version %d knows", (version, files, ports, scope) => {
    const made = landlockConfinement(rules(work), { ...OPTIONS, version });
    expect(made).toMatchObject({ type: "landlock", handled: [files, ports, scope] });
  });

  test("open the folders and a few devices, where no device may be made or controlled", () => {
    const made = landlockConfinement(
      rules(work, { type: "protect", path: "/work/.git", missing: "create" }),
      { ...OPTIONS, version: 7 },
    );
    if (made.type === "refused") throw new Error(made.reason);
    expect(made.allow.find(({ path }) => path === "/work")?.rights).toBe(0b111_0111_1011_0010);
    expect(made.allow.map(({ path }) => path)).not.toContain("/dev/shm");
    expect(made.guard).toEqual(["/work/.git"]);
  });

  test("with the network on leave ports and abstract sockets alone", () => {
    const made = landlockConfinement(rules(work), { ...OPTIONS, network: "shared", version: 7 });
    expect(made).toMatchObject({ handled: [expect.any(Number), 0, 0b10] });
  });

  test("cannot hide, and cannot keep CODEX_HOME in a writable folder", () => {
    const hide: MountRule = { type: "hide", path: "/work/secret", what: "file", passage: [] };
    expect(landlockConfinement(rules(work, hide), { ...OPTIONS, version: 7 })).toMatchObject({
      type: "refused",
    });
    const home: MountRule = { type: "protect", path: "/home/me/.codex", missing: "create" };
    expect(landlockConfinement(rules(work, home), { ...OPTIONS, version: 7 })).toMatchObject({
      type: "refused",
    });
  });

  test("where files are free are about processes alone", () => {
    expect(landlockConfinement(undefined, { ...OPTIONS, version: 7 })).toMatchObject({
      allow: [],
      guard: [],
      handled: [0, 0b11, 0b11],
    });
  });

  test("leave more open the older they are", () => {
    const counts = [1, 2, 5, 6, 7].map((version) => landlockGaps(version).length);
    expect(counts).toEqual(counts.toSorted((a, b) => b - a));
    expect(landlockGaps(5)).toContain("Signals reach your other processes.");
  });
});
