// install.sh under real shells: installs, replaces, refuses and removes, and leaves nothing half-done.

import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const INSTALL = join(import.meta.dir, "..", "install.sh");
const CODEX = join(import.meta.dir, "..", "dist", "codex");

const SHELLS: readonly (readonly string[])[] = [
  ["sh"],
  ["dash"],
  ["busybox", "sh"],
  ["bash", "--posix"],
].filter(([program]) => Bun.which(program ?? "") !== null);

for (const shell of SHELLS) {
  describe(`install.sh under ${shell.join(" ")}`, () => {
    const run = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
      const child = Bun.spawn([...shell, INSTALL, ...args], {
        env: { PATH: process.env["PATH"] ?? "", ...env },
        stdin: "ignore",
        stdout: "pipe",
        stderr: "pipe",
      });
      const [stdout, stderr, exitCode] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
        child.exited,
      ]);
      return { stdout, stderr, exitCode };
    };

    test("installs the built executable, which then runs, and says how to reach it", async () => {
      using folder = temporaryFolder();
      const prefix = join(folder.path, "a folder", "bin");
      const result = await run(["--from", CODEX, "--prefix", prefix]);
      expect(result.stderr).toBe("");
      expect(result.exitCode).toBe(0);
      expect(result.stdout).toMatch(/^Installed codex-cli \d+\.\d+\.\d+ as .*\/a folder\/bin\/codex\n/);
      expect(result.stdout).toContain(`export PATH="${prefix}:$PATH"`);
      expect(readdirSync(prefix)).toEqual(["codex"]);
      expect(statSync(join(prefix, "codex")).mode & 0o777).toBe(0o755);
      const child = Bun.spawn([join(prefix, "codex"), "--version"], { stdout: "ignore", stderr: "ignore" });
      expect(await child.exited).toBe(0);
    });

    test("defaults to ~/.local/bin, and gives no PATH advice where it is on PATH", async () => {
      using folder = temporaryFolder();
      const prefix = join(folder.path, ".local", "bin");
      const fake = await fakeCodex(folder.path, "one");
      const path = `${prefix}:${process.env["PATH"] ?? ""}`;
      const result = await run(["--from", fake], { HOME: folder.path, PATH: path });
      expect(result).toEqual({
        stdout: `Installed codex-cli one as ${prefix}/codex\nTry it: codex demo\n`,
        stderr: "",
        exitCode: 0,
      });
    });

    test("says so when another codex stands in front on PATH", async () => {
      using folder = temporaryFolder();
      const prefix = join(folder.path, "bin");
      const fake = await fakeCodex(folder.path, "other");
      const path = `${folder.path}:${prefix}:${process.env["PATH"] ?? ""}`;
      const result = await run(["--from", fake, `--prefix=${prefix}`], { PATH: path });
      expect(result.stdout).toContain(
        `Note: typing codex runs ${fake}, which stands before ${prefix} on PATH.`,
      );
    });

    test("replaces an older executable, and a link without touching what it points to", async () => {
      using folder = temporaryFolder();
      const prefix = join(folder.path, "bin");
      mkdirSync(prefix);
      const elsewhere = join(folder.path, "elsewhere");
      await Bun.write(elsewhere, "mine");
      symlinkSync(elsewhere, join(prefix, "codex"));
      const fake = await fakeCodex(folder.path, "new");
      expect((await run(["--from", fake, "--prefix", prefix])).exitCode).toBe(0);
      expect(await Bun.file(join(prefix, "codex")).text()).toContain("new");
      expect(await Bun.file(elsewhere).text()).toBe("mine");
    });

    test("keeps the old executable when the new one does not run", async () => {
      using folder = temporaryFolder();
      const prefix = join(folder.path, "bin");
      mkdirSync(prefix);
      await Bun.write(join(prefix, "codex"), "old");
      const broken = join(folder.path, "broken");
      await Bun.write(broken, "#!/bin/sh\nexit 3\n");
      const result = await run(["--from", broken, "--prefix", prefix]);
      expect(result.exitCode).toBe(1);
      expect(result.stderr).toContain("does not run here");
      expect(await Bun.file(join(prefix, "codex")).text()).toBe("old");
      expect(readdirSync(prefix)).toEqual(["codex"]);
    });

    test("removes the executable and nothing else; a second time there is nothing to do", async () => {
      using folder = temporaryFolder();
      const prefix = join(folder.path, "bin");
      const fake = await fakeCodex(folder.path, "one");
      await run(["--from", fake, "--prefix", prefix]);
      await Bun.write(join(prefix, "neighbour"), "");
      const removed = await run(["--uninstall", "--prefix", prefix]);
      expect(removed.stdout).toStartWith(`Removed ${prefix}/codex. Settings and sessions in`);
      expect(readdirSync(prefix)).toEqual(["neighbour"]);
      const again = await run(["--uninstall", "--prefix", prefix]);
      expect(again).toEqual({
        stdout: `There is no ${prefix}/codex; nothing to remove\n`,
        stderr: "",
        exitCode: 0,
      });
    });

    test("refuses what it does not understand with exit code 2, and missing pieces with 1", async () => {
      using folder = temporaryFolder();
      expect((await run(["--prefixx", "x"])).exitCode).toBe(2);
      expect((await run(["--prefix"])).stderr).toContain("--prefix needs a value");
      expect((await run(["--from", CODEX])).stderr).toContain("HOME is not set");
      const missing = await run(["--from", "/nonexistent", "--prefix", folder.path]);
      expect(missing).toMatchObject({
        exitCode: 1,
        stderr: "install.sh: there is no executable at /nonexistent\n",
      });
      mkdirSync(join(folder.path, "codex"));
      const occupied = await run(["--from", CODEX, "--prefix", folder.path]);
      expect(occupied.stderr).toContain("is a folder");
      expect(existsSync(join(folder.path, "codex"))).toBe(true);
    });

    test("names what is missing where there is no Node to build with", async () => {
      using folder = temporaryFolder();
      const bin = join(folder.path, "bin");
      mkdirSync(bin);
      for (const tool of ["dirname", "cat", ...shell.slice(0, 1)]) {
        symlinkSync(Bun.which(tool) ?? "", join(bin, tool));
      }
      const result = await run(["--prefix", folder.path], { PATH: bin });
      expect(result.stderr).toContain("building needs Node.js 18 or newer, and there is no node on PATH");
      expect(result.exitCode).toBe(1);
    });

    test("explains itself", async () => {
      const result = await run(["--help"]);
      expect(result.exitCode).toBe(0);
      expect(result.stdout).toContain("Usage: ./install.sh");
    });
  });
}

/** A program named codex, in its own folder, that reports the given version. */
async function fakeCodex(folder: string, version: string): Promise<string> {
  const path = join(folder, "codex");
  await Bun.write(path, `#!/bin/sh\necho codex-cli ${version}\n`);
  chmodSync(path, 0o755);
  return path;
}

function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), "codex-install-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
