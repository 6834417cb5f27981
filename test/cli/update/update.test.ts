// `codex update`, and what it is decided by.

import { describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { installMethod, shownCommand } from "../../../src/cli/update/install-method";
import { dismissVersion, isNewer, knownVersion } from "../../../src/cli/update/latest-version";
import { sandboxBox } from "../../support/harness";

describe("the install method", () => {
  const base = {
    env: {},
    codexHome: "/home/me/.codex",
    executable: "/usr/bin/codex",
    platform: "linux",
  } as const;

  test("is what the launcher says, or what the path tells", () => {
    expect(installMethod({ ...base, env: { CODEX_MANAGED_BY_NPM: "1" } }).type).toBe("npm");
    expect(installMethod({ ...base, env: { CODEX_MANAGED_BY_BUN: "1" } }).type).toBe("bun");
    const brewed = { ...base, platform: "darwin", executable: "/opt/homebrew/bin/codex" } as const;
    expect(installMethod(brewed)).toEqual({
      type: "homebrew",
      update: ["brew", "upgrade", "--cask", "codex"],
    });
    expect(installMethod({ ...brewed, platform: "linux" }).type).toBe("other");
    expect(installMethod(base).type).toBe("other");
  });

  test("is shown as a command that can be typed", () => {
    expect(shownCommand(["sh", "-c", "curl x | sh"])).toBe("sh -c 'curl x | sh'");
  });
});

describe("versions", () => {
  test("are newer by their numbers, and never with a suffix", () => {
    expect(isNewer("0.140.0", "0.139.0")).toBe(true);
    expect(isNewer("0.139.10", "0.139.9")).toBe(true);
    expect(isNewer("1.0.0", "0.999.999")).toBe(true);
    expect(isNewer("0.139.0", "0.139.0")).toBe(false);
    expect(isNewer("0.140.0-alpha.1", "0.139.0")).toBe(false);
    expect(isNewer("latest", "0.139.0")).toBe(false);
  });

  test("are remembered in one line; a damaged file counts as none", () => {
    const home = mkdtempSync(join(tmpdir(), "codex-version-"));
    const file = join(home, "version.json");
    try {
      expect(knownVersion(home)).toBeUndefined();
      writeFileSync(
        file,
        '{"latest_version":"0.140.0","last_checked_at":"2026-06-10T12:00:00Z","dismissed_version":null}\n',
      );
      expect(knownVersion(home)).toEqual({
        latest: "0.140.0",
        checkedAt: new Date("2026-06-10T12:00:00Z"),
        dismissed: null,
      });
      dismissVersion(home, "0.140.0");
      expect(readFileSync(file, "utf8")).toBe(
        '{"latest_version":"0.140.0","last_checked_at":"2026-06-10T12:00:00.000Z","dismissed_version":"0.140.0"}\n',
      );
      writeFileSync(file, '{"latest_version');
      expect(knownVersion(home)).toBeUndefined();
    } finally {
      rmSync(home, { recursive: true });
    }
  });
});

describe("codex update", () => {
  test("runs the command of the way it came, on the same terminal", async () => {
    await using box = await sandboxBox();
    const bin = join(box.workspace, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "npm"), '#!/bin/sh\necho "npm got: $*"\nexit ${NPM_EXIT:-0}\n');
    chmodSync(join(bin, "npm"), 0o755);
    const env = { CODEX_MANAGED_BY_NPM: "1", PATH: `${bin}:/usr/bin:/bin` };
    const good = await box.codex(["update"], { env });
    expect(good.stdout).toBe(
      "\nUpdating Codex via `npm install -g codex`...\nnpm got: install -g codex\n" +
        "\n🎉 Update ran successfully! Please restart Codex.\n",
    );
    const bad = await box.codex(["update"], { env: { ...env, NPM_EXIT: "7" } });
    expect([bad.exitCode, bad.stderr]).toEqual([1, "Error: `npm install -g codex` failed with status 7\n"]);
  });

  test("says so when nobody knows how this one came", async () => {
    await using box = await sandboxBox();
    const { stderr, exitCode } = await box.codex(["update"]);
    expect(stderr).toStartWith(
      "Error: Could not detect the Codex installation method. Please update manually, ",
    );
    expect(exitCode).toBe(1);
  });
});
