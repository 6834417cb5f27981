// `codex features`, run as a program.

import { describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sandboxBox } from "../../support/harness";

describe("features", () => {
  test("lists every feature with its stage and its state here", async () => {
    await using box = await sandboxBox({ config: "[features]\ngoals = false\n" });
    const { stdout, exitCode } = await box.codex(["features", "list", "--enable", "artifact"]);
    const lines = stdout.trimEnd().split("\n");
    expect(exitCode).toBe(0);
    expect(lines).toContain("unified_exec                         stable             true");
    expect(lines).toContain("goals                                stable             false");
    expect(lines).toContain("artifact                             under development  true");
    expect(lines).toEqual(lines.toSorted());
  });

  test("switches one in config.toml and leaves the rest of the file alone", async () => {
    await using box = await sandboxBox({ config: "# mine\n[features] # few\ngoals = true # wanted\n" });
    const off = await box.codex(["features", "disable", "goals"]);
    const on = await box.codex(["features", "enable", "memories"]);
    expect([off.stdout, on.stdout]).toEqual([
      "Disabled feature `goals` in config.toml.\n",
      "Enabled feature `memories` in config.toml.\n",
    ]);
    expect([off.stderr, on.stderr, on.exitCode]).toEqual(["", "", 0]);
    expect(readFileSync(join(box.codexHome, "config.toml"), "utf8")).toBe(
      "# mine\n[features] # few\ngoals = false # wanted\nmemories = true\n",
    );
  });

  test("takes out what switched on a feature that is off by default", async () => {
    await using box = await sandboxBox({ config: "[features]\nmemories = true\ngoals = true\n" });
    await box.codex(["features", "disable", "memories"]);
    expect(readFileSync(join(box.codexHome, "config.toml"), "utf8")).toBe("[features]\ngoals = true\n");
  });

  test("warns of an unfinished one, unless that is switched off", async () => {
    await using box = await sandboxBox();
    const { stderr } = await box.codex(["features", "enable", "artifact"]);
    expect(stderr).toStartWith("Under-development features enabled: artifact. ");
    const quiet = ["features", "enable", "artifact", "-c", "suppress_unstable_features_warning=true"];
    expect((await box.codex(quiet)).stderr).toBe("");
  });

  test("refuses a name it does not know, and a broken config.toml, which stays as it is", async () => {
    await using box = await sandboxBox();
    const unknown = await box.codex(["features", "enable", "memoires"]);
    expect([unknown.stderr, unknown.exitCode]).toEqual([
      "Error: Unknown feature flag: memoires. Did you mean `memories`?\n",
      1,
    ]);
    writeFileSync(join(box.codexHome, "config.toml"), "x y\n");
    const broken = await box.codex(["features", "enable", "goals"]);
    expect(broken.exitCode).toBe(1);
    expect(broken.stderr).toContain("config.toml:1:3");
    expect(readFileSync(join(box.codexHome, "config.toml"), "utf8")).toBe("x y\n");
  });
});
