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
import { finished } from "./support/processes";

const INSTALL = join(import.meta.dir, "..", "install.sh");
const CODEX = join(import.meta.dir, "..", "dist", "codex");

const SHELLS: readonly (readonly string[])[] = [
  ["sh"],
  ["dash"],
  ["busybox", "sh"],
  ["bash", "--posix"],
  ["bash"],
  ["zsh"],
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
      return await finished(child);
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
      expect((await run(["--from", CODEX], { HOME: "" })).stderr).toContain("HOME is not set");
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
      const result = await run(["--from-source", "--prefix", folder.path], { PATH: bin });
      expect(result.stderr).toContain("building needs Node.js 18 or newer, and there is none on PATH");
      expect(result.exitCode).toBe(1);
    });

    test("installs the newest release, keeps the one before, and removes both", async () => {
      using folder = temporaryFolder();
      await using site = await releaseSite(folder.path);
      const env = { HOME: folder.path, CODEX_RELEASES_URL: site.url, TMPDIR: folder.path };
      const command = join(folder.path, ".local", "bin", "codex");
      const kept = join(folder.path, ".codex", "packages", "standalone", "releases");
      for (const version of ["1.0.0", "1.1.0", "1.2.0"]) {
        await site.publish(version);
        const result = await run([], env);
        expect(result.stderr).toBe("");
        expect(result.stdout).toContain(`Installed codex-cli ${version} as ${command}\n`);
        expect(Bun.spawnSync([command, "--version"]).stdout.toString()).toBe(`codex-cli ${version}\n`);
      }
      expect(readdirSync(kept).toSorted()).toEqual(["1.1.0", "1.2.0"]);
      expect((await run([], env)).exitCode).toBe(0); // the same once more
      expect(readdirSync(kept).toSorted()).toEqual(["1.2.0"]);
      expect(readdirSync(join(folder.path, ".local", "bin"))).toEqual(["codex"]);
      const older = await run(["--version", "v1.0.0", "--prefix", join(folder.path, "old")], env);
      expect(older.stdout).toContain("Installed codex-cli 1.0.0 as ");
      expect((await run(["--uninstall"], env)).stdout).toStartWith(`Removed ${command}.`);
      expect(existsSync(join(folder.path, ".codex", "packages"))).toBe(false);
      expect(readdirSync(folder.path).filter((name) => name.startsWith("codex-install"))).toEqual([]);
    });

    test("installs nothing from a damaged, a cut or a missing download, and nothing half", async () => {
      using folder = temporaryFolder();
      await using site = await releaseSite(folder.path);
      const env = { HOME: folder.path, CODEX_RELEASES_URL: site.url, TMPDIR: folder.path };
      await site.publish("1.0.0");
      await run([], env);
      await site.publish("1.1.0", "damaged");
      const damaged = await run([], env);
      expect(damaged.exitCode).toBe(1);
      expect(damaged.stderr).toMatch(
        / is damaged \(SHA-256 is \w+ and should be \w+\); nothing was installed/,
      );
      const missing = await run(["--version", "9.9.9"], env);
      expect(missing.exitCode).toBe(1);
      expect(missing.stderr).toContain(`cannot download ${site.url}/download/v9.9.9/SHA256SUMS`);
      await site.publish("1.2.0", "unlisted");
      expect((await run([], env)).stderr).toContain("SHA256SUMS does not name codex-");
      const command = join(folder.path, ".local", "bin", "codex");
      expect(Bun.spawnSync([command, "--version"]).stdout.toString()).toBe("codex-cli 1.0.0\n");
      expect(readdirSync(folder.path).filter((name) => name.startsWith("codex-install"))).toEqual([]);
    });

    test("downloads with wget where there is no curl, and says so where there is neither", async () => {
      using folder = temporaryFolder();
      await using site = await releaseSite(folder.path);
      await site.publish("1.0.0");
      const bin = join(folder.path, "tools");
      mkdirSync(bin);
      const tools =
        "uname grep tar gzip mktemp sed sha256sum cut mkdir cp chmod mv rm rmdir ln readlink dirname";
      for (const tool of new Set([...tools.split(" "), ...shell.slice(0, 1), "sh"])) {
        symlinkSync(Bun.which(tool) ?? "", join(bin, tool));
      }
      const env = { HOME: folder.path, CODEX_RELEASES_URL: site.url, TMPDIR: folder.path, PATH: bin };
      const bare = await run([], env);
      if (shell[0] === "busybox") {
        expect(bare).toMatchObject({ exitCode: 0, stderr: "" }); // it has a wget of its own
        return;
      }
      expect(bare.stderr).toContain("downloading needs curl or wget");
      const wget = Bun.which("wget");
      if (wget === null) return;
      symlinkSync(wget, join(bin, "wget"));
      expect(await run([], env)).toMatchObject({ exitCode: 0, stderr: "" });
    });

    test("belongs to no release in a checkout, and says what to do", async () => {
      using folder = temporaryFolder();
      const result = await run([], { HOME: folder.path });
      expect(result.exitCode).toBe(1);
      expect(result.stderr).toContain("set CODEX_RELEASES_URL, or build with --from-source");
    });

    test("explains itself", async () => {
      const result = await run(["--help"]);
      expect(result.exitCode).toBe(0);
      expect(result.stdout).toContain("Usage: install.sh");
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

/** A page of releases on loopback whose executables are scripts that know their version. */
async function releaseSite(folder: string) {
  const files = new Map<string, Uint8Array>();
  const server = Bun.serve({
    port: 0,
    fetch: (request) => {
      const bytes = files.get(new URL(request.url).pathname.slice(1));
      return bytes === undefined ? new Response("", { status: 404 }) : new Response(Buffer.from(bytes));
    },
  });
  const publish = async (version: string, fault?: "damaged" | "unlisted") => {
    const staging = mkdtempSync(join(folder, "staging-"));
    await fakeCodex(staging, version);
    const { stdout } = Bun.spawnSync(["tar", "-C", staging, "-czf", "-", "codex"]);
    const sum = new Bun.CryptoHasher("sha256").update(stdout).digest("hex");
    const systems = ["linux-x64", "linux-x64-musl", "linux-arm64", "linux-arm64-musl", "darwin-arm64"];
    const archives = systems.map((system) => `codex-${system}.tar.gz`);
    const sums = archives.map((archive) => `${sum}  ${archive}\n`).join("");
    for (const page of ["latest/download", `download/v${version}`]) {
      const bytes = fault === "damaged" ? stdout.subarray(0, -1) : stdout;
      for (const archive of archives) files.set(`${page}/${archive}`, bytes);
      files.set(`${page}/SHA256SUMS`, Buffer.from(fault === "unlisted" ? "" : sums));
    }
    rmSync(staging, { recursive: true });
  };
  return {
    url: `http://127.0.0.1:${server.port}`,
    publish,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), "codex-install-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
