import { describe, expect, test } from "bun:test";
import { shellArgv, shellNamed, userShell } from "../../src/exec/shell";

describe("the user's shell", () => {
  test.skipIf(process.platform === "win32")("is one that runs POSIX scripts and exists", () => {
    for (const env of [{}, { SHELL: "/usr/bin/fish" }, { SHELL: "/nowhere/zsh" }, { SHELL: "" }]) {
      const shell = userShell(env);
      expect(["bash", "zsh", "sh"]).toContain(shell.name);
      expect(shell.path).toStartWith("/");
    }
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
