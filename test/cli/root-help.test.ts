// `codex --help`, whose page was laid out when the executable was built.

import { expect, test } from "bun:test";
import { helpText } from "../../src/cli/help";
import { CODEX as TABLE } from "../../src/cli/table";
import { CODEX } from "../support/harness";
import { until } from "../support/processes";

test.each([
  ["--help", "full"],
  ["-h", "compact"],
] as const)("%s prints what the table says", (option, detail) => {
  const { stdout, exitCode } = Bun.spawnSync([CODEX, option]);
  expect(exitCode).toBe(0);
  expect(stdout.toString()).toBe(helpText([TABLE], detail, 100));
});

test("a narrow terminal gets a page of its own width", async () => {
  let shown = "";
  const terminal = new Bun.Terminal({
    cols: 60,
    rows: 40,
    data: (_, bytes) => void (shown += new TextDecoder().decode(bytes)),
  });
  const child = Bun.spawn([CODEX, "-h"], { terminal, env: { ...process.env, TERM: "xterm", NO_COLOR: "1" } });
  expect(await child.exited).toBe(0);
  // What a terminal has been given may arrive after the end of who gave it.
  await until("the page is whole", () => shown.includes("--version"));
  terminal.close();
  const lines = shown.replaceAll("\r", "").split("\n");
  expect(Math.max(...lines.map((line) => Bun.stringWidth(line)))).toBeLessThanOrEqual(60);
  expect(lines).toContain("Commands:");
});
