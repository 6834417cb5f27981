import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "bun:test";
import { shellArgv, shellNamed, shellOr, userShell } from "../../src/exec/shell";

describe("the user's shell", () => {
  test.skipIf(process.platform === "win32")("is one that runs POSIX scripts and exists", () => {
    for (const env of [{}, { SHELL: "/usr/bin/fish" }, { SHELL: "/nowhere/zsh" }, { SHELL: "" }]) {
      const shell = userShell(env);
      expect(["bash", "zsh", "sh"]).toContain(shell.name);
      expect(shell.path).toStartWith("/");
    }
  });

  test("is the one of the user database, whatever SHELL says", () => {
    const entry = readFileSync("/etc/passwd", "utf8")
      .split("\n")
      .map((line) => line.split(":"))
      .find((fields) => fields[2] === String(process.getuid?.()));
    const listed = entry?.[6] ?? "";
    if (!/\/(bash|zsh|sh)$/.test(listed) || !existsSync(listed)) return;
    expect(userShell({ SHELL: "/nowhere/zsh" }).path).toBe(listed);
    expect(userShell({ SHELL: "/bin/sh" }).path).toBe(listed);
  });

  test("gives way to one that is asked for and there", () => {
    const mine = shellNamed("/bin/bash");
    expect(shellOr(undefined, mine)).toEqual(mine);
    expect(shellOr("/bin/sh", mine)).toEqual({ path: "/bin/sh", name: "sh" });
    expect(shellOr("sh", mine)).toEqual({ path: expect.stringMatching(/^\/.*\/sh$/), name: "sh" });
    expect(shellOr("/nowhere/zsh", mine)).toEqual(mine);
    expect(shellOr("no-such-shell", mine)).toEqual(mine);
  });

  test("is named by its file", () => {
    expect(shellNamed("/opt/bin/zsh")).toEqual({ path: "/opt/bin/zsh", name: "zsh" });
    expect(shellNamed("pwsh.exe").name).toBe("pwsh");
  });

  test("is asked to run a script, as a login shell or not", () => {
    expect(shellArgv(shellNamed("/bin/bash"), "echo 'a b'", true)).toEqual([
      "/bin/bash",
      "-lc",
      "echo 'a b'",
    ]);
    expect(shellArgv(shellNamed("/bin/sh"), "x", false)).toEqual(["/bin/sh", "-c", "x"]);
    expect(shellArgv(shellNamed("pwsh"), "x", false)).toEqual(["pwsh", "-NoProfile", "-Command", "x"]);
    expect(shellArgv(shellNamed("cmd.exe"), "x", true)).toEqual(["cmd.exe", "/c", "x"]);
  });
});
