// Which AGENTS.md files apply, in which order, and how much of them.

import { describe, expect, test } from "bun:test";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { agentsMdMessage, findAgentsMd } from "../../src/agent/agents-md";
import { tempFolder, type TempFolder } from "../support/temp-folder";

function find(
  folder: TempFolder,
  options: { cwd?: string; maxBytes?: number; fallbackNames?: string[] } = {},
) {
  return findAgentsMd({
    codexHome: join(folder.path, "home"),
    projectRoot: join(folder.path, "repo"),
    cwd: join(folder.path, options.cwd ?? "repo/sub"),
    maxBytes: options.maxBytes ?? 32_768,
    fallbackNames: options.fallbackNames ?? [],
  });
}

describe("AGENTS.md", () => {
  test("the user's file comes first, then one per folder from the root down", () => {
    using folder = tempFolder({
      "home/AGENTS.md": "GLOBAL  ",
      "repo/AGENTS.md": "ROOTDOC\n",
      "repo/sub/AGENTS.md": "hidden by the override",
      "repo/sub/AGENTS.override.md": "A-OVERRIDE",
    });
    const found = find(folder);
    expect(found.text).toBe("GLOBAL\n\n--- project-doc ---\n\nROOTDOC\n\n\nA-OVERRIDE");
    expect(found.sources.map((path) => path.slice(folder.path.length))).toEqual([
      "/home/AGENTS.md",
      "/repo/AGENTS.md",
      "/repo/sub/AGENTS.override.md",
    ]);
  });

  test("the byte budget is shared by the project's files and does not count the user's", () => {
    using folder = tempFolder({
      "home/AGENTS.md": "GLOBAL IS LONG",
      "repo/AGENTS.md": "ROOTDOC\n",
      "repo/sub/AGENTS.md": "A-OVERRIDE",
    });
    expect(find(folder, { maxBytes: 10 }).text).toBe(
      "GLOBAL IS LONG\n\n--- project-doc ---\n\nROOTDOC\n\n\nA-",
    );
    expect(find(folder, { maxBytes: 0 }).text).toBe("GLOBAL IS LONG");
  });

  test("a blank override hides its neighbour in a project, and falls through at home", () => {
    using folder = tempFolder({
      "home/AGENTS.override.md": " \n",
      "home/AGENTS.md": "home",
      "repo/AGENTS.override.md": "",
      "repo/AGENTS.md": "not read",
      "repo/sub/.keep": "",
    });
    expect(find(folder).text).toBe("home");
  });

  test("fallback names are tried last", () => {
    using folder = tempFolder({ "repo/CLAUDE.md": "fallback", "repo/sub/.keep": "" });
    expect(find(folder, { fallbackNames: ["CLAUDE.md"] }).text).toBe("fallback");
    expect(find(folder).text).toBeNull();
  });

  test("invalid UTF-8 is replaced and warned about", () => {
    using folder = tempFolder({ "repo/sub/.keep": "" });
    folder.write("repo/AGENTS.md", new Uint8Array([0x61, 0xff, 0x62]));
    const found = find(folder);
    expect(found.text).toBe("a\uFFFDb");
    expect(found.warnings).toHaveLength(1);
    expect(found.warnings[0]).toContain("contain invalid UTF-8");
  });

  test.skipIf(process.platform !== "linux")(
    "a file that cannot be read is warned about, and what lies beside it counts",
    () => {
      using folder = tempFolder({ "home/.keep": "", "repo/sub/.keep": "" });
      symlinkSync("/proc/self/mem", join(folder.path, "home/AGENTS.md"));
      symlinkSync("/proc/self/mem", join(folder.path, "repo/AGENTS.md"));
      folder.write("repo/sub/AGENTS.md", "the rest");
      const found = find(folder);
      expect(found.text).toBe("the rest");
      expect(found.warnings).toEqual([
        `Global AGENTS.md instructions from \`${folder.path}/home/AGENTS.md\` cannot be read: I/o error (os error 5).`,
        `Project AGENTS.md instructions from \`${folder.path}/repo/AGENTS.md\` cannot be read: I/o error (os error 5).`,
      ]);
    },
  );

  test("the message names the folder", () => {
    expect(agentsMdMessage("x", "/w")).toBe(
      "# AGENTS.md instructions for /w\n\n<INSTRUCTIONS>\nx\n</INSTRUCTIONS>",
    );
  });
});
