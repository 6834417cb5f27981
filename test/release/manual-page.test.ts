// The manual page, as man sees it.

import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { manualPage } from "../../.ci/release/manual-page";
import { CODEX } from "../../src/cli/table";

describe("the manual page", () => {
  test("has every command and option that help shows", () => {
    const page = manualPage();
    for (const { name, hidden } of CODEX.commands) {
      expect(page.includes(`\n.SS codex ${name.replaceAll("-", "\\-")}\n`)).toBe(hidden !== true);
    }
    for (const { name, hidden } of CODEX.flags) {
      if (hidden !== true) expect(page).toContain(`\\fB\\-\\-${name.replaceAll("-", "\\-")}\\fR`);
    }
  });

  test.skipIf(Bun.which("man") === null || Bun.which("groff") === null)(
    "is one that man has nothing to say against",
    () => {
      const folder = mkdtempSync(join(tmpdir(), "codex-man-"));
      try {
        writeFileSync(join(folder, "codex.1"), manualPage());
        const { stdout, stderr } = Bun.spawnSync(["man", "--warnings", "-l", join(folder, "codex.1")], {
          env: { ...process.env, MANWIDTH: "80", MANPAGER: "cat" },
        });
        expect(stderr.toString()).toBe("");
        expect(stdout.toString()).toContain("codex mcp add");
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );
});
