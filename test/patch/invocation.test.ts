// Which commands are really patches.

import { describe, expect, test } from "bun:test";
import { patchInvocation } from "../../src/patch/invocation";
import { errorForModel } from "../../src/patch/patch";

const PATCH = "*** Begin Patch\n*** Add File: a.txt\n+x\n*** End Patch";
const HEREDOC = `apply_patch <<'EOF'\n${PATCH}\nEOF\n`;
const bash = (script: string) => patchInvocation(["bash", "-lc", script], "/repo");

describe("a patch in a heredoc", () => {
  const found = { type: "invocation", text: PATCH, cwd: "/repo" } as const;
  const scripts = [
    HEREDOC,
    HEREDOC.trimEnd(),
    `\n  ${HEREDOC}\n\n`,
    `applypatch <<EOF\n${PATCH}\nEOF\n`,
    `apply_patch << "PATCH"\n${PATCH}\nPATCH`,
    `apply_patch<<'END OF IT'\n${PATCH}\n\n\nEND OF IT\n`,
  ];
  for (const script of scripts) {
    test(JSON.stringify(script.split("\n", 2).join("\n")), () => expect(bash(script)).toEqual(found));
  }

  test("may be preceded by a change of folder", () => {
    const folders = {
      sub: "/repo/sub",
      "'my dir'": "/repo/my dir",
      '"a b"': "/repo/a b",
      "/abs/x": "/abs/x",
    };
    for (const [word, cwd] of Object.entries({ ...folders, "../up": "/up" })) {
      expect(bash(`cd ${word} && ${HEREDOC}`)).toEqual({ ...found, cwd });
    }
  });

  test("is found in every kind of shell", () => {
    const commands = [
      ["/bin/zsh", "-c"],
      ["sh", "-lc"],
      ["BASH.exe", "-lc"],
      ["pwsh", "-Command"],
      ["C:\\Windows\\powershell.exe", "-NoProfile", "-command"],
      ["cmd.exe", "/C"],
    ];
    for (const command of commands) expect(patchInvocation([...command, HEREDOC], "/repo")).toEqual(found);
  });

  test("need not be a valid patch", () => {
    expect(bash("apply_patch <<EOF\nnonsense\nEOF")).toEqual({ ...found, text: "nonsense" });
  });

  test("is also the argument of the command itself", () => {
    expect(patchInvocation(["apply_patch", PATCH], "/repo")).toEqual(found);
    expect(patchInvocation(["applypatch", "nonsense"], "/repo")).toEqual({ ...found, text: "nonsense" });
  });
});

describe("an ordinary command", () => {
  const scripts = [
    `cd d; ${HEREDOC}`,
    `cd d || ${HEREDOC}`,
    `cd a && cd b && ${HEREDOC}`,
    `cd a b && ${HEREDOC}`,
    `cd - && ${HEREDOC}`,
    `cd $HOME && ${HEREDOC}`,
    `cd "$HOME" && ${HEREDOC}`,
    `cd ~/x && ${HEREDOC}`,
    `echo x; ${HEREDOC}`,
    `set -e\n${HEREDOC}`,
    `${HEREDOC}echo done`,
    `apply_patch <<'EOF' && echo ok\n${PATCH}\nEOF\n`,
    `apply_patch <<'EOF' > log\n${PATCH}\nEOF\n`,
    `apply_patch -x <<'EOF'\n${PATCH}\nEOF\n`,
    `cat <<'EOF' | apply_patch\n${PATCH}\nEOF\n`,
    `FOO=1 ${HEREDOC}`,
    `apply_patch <<'EOF'\n${PATCH}\n`,
    `apply_patch <<'EOF'\n${PATCH}\n EOF\n`,
    `apply_patch <<-EOF\n${PATCH}\nEOF\n`,
    `apply_patch '${PATCH}'`,
    "ls",
    "",
  ];
  for (const script of scripts) {
    test(JSON.stringify(script.split("\n", 2).join("\n")), () =>
      expect(bash(script)).toEqual({ type: "none" }),
    );
  }

  test("is what has other flags, more words or another program", () => {
    for (const argv of [
      ["bash", "-x", HEREDOC],
      ["bash", "-lc", HEREDOC, "more"],
      ["python3", "-c", HEREDOC],
      ["pwsh", "-NoLogo", "-Command", HEREDOC],
      ["apply_patch", PATCH, "more"],
      ["apply_patch"],
      [],
    ]) {
      expect(patchInvocation(argv, "/repo")).toEqual({ type: "none" });
    }
  });
});

describe("a patch without a command", () => {
  for (const argv of [[PATCH], ["bash", "-lc", PATCH]]) {
    test(`${argv.length} words`, () => {
      const result = patchInvocation(argv, "/repo");
      expect("message" in result ? errorForModel(result) : result).toBe(
        'apply_patch verification failed: patch detected without explicit call to apply_patch. Rerun as ["apply_patch", "<patch>"]',
      );
    });
  }

  test("that is not a valid one is an ordinary command", () => {
    expect(bash("*** Begin Patch\n*** Frob")).toEqual({ type: "none" });
  });
});
