// Threads moved to the archive and back.

import { describe, expect, test } from "bun:test";
import { existsSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { archiveThread, unarchiveThread } from "../../src/rollout/archive";
import { recordThreadName } from "../../src/rollout/names";
import { meta, sessionHome } from "./session-home";

const ID = "01a20208-2414-7f40-bf18-d5aa731ae9b1";

describe("an archived thread", () => {
  test("is in the flat folder under its name, and comes back to its date as if just used", () => {
    using home = sessionHome();
    const modifiedAt = new Date("2026-01-01T00:00:00Z");
    const path = home.session([meta()], { id: ID, modifiedAt });
    expect(archiveThread(home.path, ID.toUpperCase())).toBe(ID);
    const archived = join(home.path, "archived_sessions", basename(path));
    expect(existsSync(archived)).toBe(true);
    expect(existsSync(path)).toBe(false);
    expect(statSync(archived).mtime).toEqual(modifiedAt);

    const before = Date.now();
    expect(unarchiveThread(home.path, ID)).toBe(ID);
    expect(existsSync(archived)).toBe(false);
    expect(statSync(path).mtimeMs).toBeGreaterThanOrEqual(before - 1);
  });

  test("can be named", () => {
    using home = sessionHome();
    home.session([meta()], { id: ID });
    recordThreadName(home.path, ID, "nightly");
    expect(archiveThread(home.path, "nightly")).toBe(ID);
    expect(() => archiveThread(home.path, "nightly")).toThrow("No active session found matching 'nightly'.");
    expect(unarchiveThread(home.path, "nightly")).toBe(ID);
    expect(() => unarchiveThread(home.path, "nightly")).toThrow(
      "No archived session found matching 'nightly'.",
    );
  });

  test("is refused when it is in that state already, unknown, or in the way", () => {
    using home = sessionHome();
    expect(() => archiveThread(home.path, ID)).toThrow(
      `failed to archive session: no rollout found for thread id ${ID}`,
    );
    home.session([meta()], { id: ID });
    expect(() => unarchiveThread(home.path, ID)).toThrow(
      `failed to unarchive session: session ${ID} is not archived`,
    );
    archiveThread(home.path, ID);
    expect(() => archiveThread(home.path, ID)).toThrow(
      `failed to archive session: session ${ID} is already archived`,
    );
    home.session([meta()], { id: ID });
    expect(() => archiveThread(home.path, ID)).toThrow("exists already");
  });
});
