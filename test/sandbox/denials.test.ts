// `--log-denials`: what was refused is listed with the rule and the way to allow it, and watching changes nothing.

import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { confined, everyone, everyRung } from "../support/confined";

const LOG = ["--log-denials"];
const HEAD = "\n=== Sandbox denials ===\n";
const hasPython = Bun.which("python3") !== null;
const PYTHON = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

describe.skipIf(process.platform !== "linux")("the list of denials", () => {
  for (const who of everyone()) {
    for (const rung of everyRung().filter((rung) => rung !== "bubblewrap")) {
      test(`names what lies outside, with the folder to open (${rung}, ${who})`, async () => {
        using box = confined(who, rung);
        const script = `exec 2>/dev/null; touch made; mkdir ${box.outside}/x; (cd ${box.outside} && rm file); true`;
        const result = await box.run("workspace-write", ["sh", "-c", script], { flags: LOG });
        const rule = "it is outside the writable folders; to allow it: -c";
        const folder = `'sandbox_workspace_write.writable_roots=["${box.outside}"]'`;
        expect(result).toEqual({
          exitCode: 0,
          stdout: "",
          stderr:
            `${HEAD}(mkdir) mkdir ${box.outside}/x\n    ${rule} ${folder}\n` +
            `(rm) unlink ${box.outside}/file\n    ${rule} ${folder}\n`,
        });
      });
    }
  }

  test("names the mode where nothing may be written", async () => {
    using box = confined();
    const result = await box.run("read-only", ["sh", "-c", "echo x > made; exit 7"], { flags: LOG });
    expect(result.exitCode).toBe(7);
    expect(result.stderr).toEndWith(
      `${HEAD}(sh) write ${box.workspace}/made\n    the mode is read-only; to allow it: -c 'sandbox_mode="workspace-write"'\n`,
    );
  });

  test("names what is protected, and does not offer to open it", async () => {
    using box = confined();
    const script = "exec 2>/dev/null; mv .git gone; mkdir .codex; echo x > .git/config; true";
    const { stderr } = await box.run("workspace-write", ["sh", "-c", script], { flags: LOG });
    expect(stderr).toContain(`(mv) rename ${box.workspace}/.git\n    .git is protected in ${box.workspace}`);
    expect(stderr).toContain(`(mkdir) mkdir ${box.workspace}/.codex\n    .codex is protected`);
    expect(stderr).toContain(`write ${box.workspace}/.git/config\n    .git is protected`);
  });

  test.skipIf(!hasPython)("names calls that talk to others or reach past the sandbox", async () => {
    using box = confined();
    const script = `
import ctypes, os, socket
for attempt in (lambda: socket.socket(), lambda: socket.socket(socket.AF_UNIX).connect("/run/server")):
    try: attempt()
    except OSError: pass
ctypes.CDLL(None).syscall(425, 1, None)`;
    const { stderr } = await box.run("workspace-write", [PYTHON, "-c", script], { flags: LOG });
    const network = "the network is off; to allow it: -c sandbox_workspace_write.network_access=true";
    expect(stderr).toContain(`socket inet\n    ${network}`);
    expect(stderr).toContain(`connect /run/server\n    ${network}`);
    expect(stderr).toContain("io_uring_setup\n    it reaches past the sandbox");
  });

  test("leaves out what the sandbox has nothing to do with", async () => {
    using box = confined(everyone().at(-1));
    const script = "exec 2>/dev/null; mkdir sub; cat /nowhere /etc/shadow; rmdir .; kill -0 1; true";
    const { stderr } = await box.run("workspace-write", ["sh", "-c", script], { flags: LOG });
    expect(stderr).toBe(`${HEAD}None found.\n`);
  });

  test("says where it cannot look", async () => {
    using box = confined();
    const full = await box.run("read-only", ["true"], { flags: [...LOG, "-P", ":danger-full-access"] });
    expect(full.stderr).toBe(`${HEAD}There is no sandbox.\n`);
    if (!everyRung().includes("bubblewrap")) return;
    using behind = confined("the user", "bubblewrap");
    const result = await behind.run("read-only", ["true"], { flags: LOG });
    expect(result.stderr).toBe(`${HEAD}They cannot be seen through bwrap.\n`);
  });

  test("watches forks, threads, signals and exit codes without changing them", async () => {
    using box = confined();
    const script = `trap 'echo got' USR1; kill -USR1 $$; (sleep 0.05; echo late) & wait; for i in 1 2 3; do /bin/true; done
      ${hasPython ? `${PYTHON} -c 'import threading; t = threading.Thread(target=print, args=("thread",)); t.start(); t.join()'` : "echo thread"}
      kill -SEGV $$`;
    const result = await box.run("workspace-write", ["sh", "-c", script], { flags: LOG });
    expect(result.stdout).toBe("got\nlate\nthread\n");
    expect(result.exitCode).toBe(139);
    expect(existsSync(join(box.workspace, "core"))).toBeFalse();
  });
});
