// The completion scripts, in the shells themselves.

import { beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sandboxBox } from "../../support/harness";

const EXECUTABLE =
  process.env["CODEX_UNDER_TEST"] ?? join(import.meta.dir, "..", "..", "..", "dist", "codex");
const SHELLS = ["bash", "zsh", "fish", "elvish", "powershell"] as const;
const scripts = new Map<string, string>();

beforeAll(() => {
  for (const shell of SHELLS) {
    scripts.set(shell, Bun.spawnSync([EXECUTABLE, "completion", shell]).stdout.toString());
  }
});

/** A command line that ends where the cursor is, what must be offered, and what must not. */
const CASES = [
  { line: "codex ", offered: ["exec", "mcp", "completion", "sandbox"], not: ["list", "debug"] },
  { line: "codex exec --js", offered: ["--json"], not: ["--image"] },
  { line: "codex e --sandbox ", offered: ["read-only", "workspace-write"], not: ["resume"] },
  { line: "codex -m exec ", offered: ["exec", "mcp"], not: ["resume "] },
  { line: "codex mcp ", offered: ["add", "list", "login"], not: ["exec"] },
  { line: "codex mcp add --", offered: ["--url", "--env"], not: ["--json"] },
  { line: "codex completion ", offered: ["fish", "zsh"], not: ["exec"] },
] as const;

const BASH = (line: string) => `
COMP_LINE=${JSON.stringify(line)}; read -ra COMP_WORDS <<<"$COMP_LINE"; [[ $COMP_LINE == *' ' ]] && COMP_WORDS+=('')
COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 )); compopt() { :; }; _codex; printf '%s\\n' "\${COMPREPLY[@]}"`;

/** A shell of zsh's own in a pseudo-terminal: what is typed, then ^D for the list, until all of `words` are on the screen, in its order. */
const ZSH = (line: string, script: string, words: readonly string[]) => `
zmodload zsh/zpty; zpty shell zsh -f -i
zpty -w shell "stty rows 60 cols 200; PS1='READY>'; autoload -Uz compinit; compinit -u -D; source ${script}; LISTMAX=1000; unsetopt list_beep; print DO''NE"
zpty -r shell start '*DONE*READY>*2004h*'
zpty -n -w shell ${JSON.stringify(line)}$'\\C-d'
zpty -r shell list '*${words.toSorted().join("*")}*'; print -r -- $list`;

describe("completion", () => {
  for (const { line, offered, not } of CASES) {
    test(`bash offers what fits after "${line}"`, () => {
      check(run(["bash", "--norc", "-c", `${scripts.get("bash")}\n${BASH(line)}`]), offered, not);
    });

    test.skipIf(Bun.which("fish") === null)(`fish offers what fits after "${line}"`, () => {
      const out = run([
        "fish",
        "--no-config",
        "-c",
        `${scripts.get("fish")}\ncomplete -C ${JSON.stringify(line)}`,
      ]);
      check(out.replace(/\t.*$/gm, ""), offered, not);
    });
  }

  test.skipIf(Bun.which("zsh") === null)(
    "zsh offers what fits",
    async () => {
      await using box = await sandboxBox();
      const script = join(box.workspace, "_codex");
      writeFileSync(script, scripts.get("zsh") ?? "");
      for (const { line, offered } of CASES) {
        const screen = run(["zsh", "-f", "-c", ZSH(line, script, offered)]);
        for (const word of offered) expect(screen).toContain(word);
      }
    },
    60_000,
  );

  test.skipIf(Bun.which("elvish") === null)("elvish accepts the script", async () => {
    await using box = await sandboxBox();
    const script = join(box.workspace, "codex.elv");
    writeFileSync(script, scripts.get("elvish") ?? "");
    chmodSync(script, 0o644);
    const { exitCode, stderr } = Bun.spawnSync(["elvish", "-norc", "-compileonly", script]);
    expect([exitCode, stderr.toString()]).toEqual([0, ""]);
  });

  test.skipIf(Bun.which("pwsh") === null)("PowerShell offers what fits", () => {
    const command = `${scripts.get("powershell")}\n(TabExpansion2 'codex mcp ' 10).CompletionMatches.CompletionText`;
    check(run(["pwsh", "-NoProfile", "-Command", command]), ["add", "list"], ["exec"]);
  });

  test("without a shell it is bash's, and an unknown shell is refused", () => {
    expect(Bun.spawnSync([EXECUTABLE, "completion"]).stdout.toString()).toBe(scripts.get("bash") ?? "");
    expect(scripts.get("zsh")).toStartWith("#compdef codex\n");
    const { exitCode, stderr } = Bun.spawnSync([EXECUTABLE, "completion", "tcsh"]);
    expect([exitCode, stderr.toString()]).toEqual([
      2,
      "error: invalid value 'tcsh' for '[SHELL]'\n  [possible values: bash, elvish, fish, powershell, zsh]\n\n  tip: a similar value exists: 'zsh'\n\nFor more information, try '--help'.\n",
    ]);
  });
});

function run(argv: string[]): string {
  const { stdout, stderr } = Bun.spawnSync(argv, { stdin: "ignore", timeout: 20_000 });
  expect(stderr.toString()).toBe("");
  return stdout.toString();
}

function check(output: string, offered: readonly string[], not: readonly string[]): void {
  const lines = output.split("\n").map((each) => each.trim());
  for (const word of offered) expect(lines).toContain(word);
  for (const word of not) expect(lines).not.toContain(word);
}
