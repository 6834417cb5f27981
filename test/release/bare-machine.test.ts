// The whole way of a release on a machine with nothing on it: install, run, upgrade, a corrupt download, uninstall.

import { expect, test } from "bun:test";
import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { tarArchive } from "../../.ci/release/tar";
import { archiveFiles, TARGETS } from "../../.ci/release/targets";
import { bareRoot, CAN_ENTER_BARE_ROOTS } from "../support/bare-root";
import { CODEX } from "../support/harness";

const INSTALL = join(import.meta.dir, "..", "..", "install.sh");
const here = TARGETS.find(({ name }) => name === `linux-${process.arch}`);

test.skipIf(!CAN_ENTER_BARE_ROOTS || here === undefined)(
  "a release is installed, runs, is upgraded, survives a corrupt download and is removed (needs root and busybox)",
  async () => {
    const [archive = ""] = here === undefined ? [] : archiveFiles(here);
    const executable = { name: "codex", bytes: readFileSync(CODEX), mode: 0o755 };
    const good = Bun.gzipSync(Buffer.from(tarArchive([executable], 0)), { level: 1 });
    const sums = `${new Bun.CryptoHasher("sha256").update(good).digest("hex")}  ${archive}\n`;
    let served: Uint8Array = good;
    await using server = Bun.serve({
      port: 0,
      fetch: ({ url }) => new Response(url.endsWith("/SHA256SUMS") ? sums : Buffer.from(served)),
    });
    using root = await bareRoot();
    copyFileSync(INSTALL, join(root.path, "install.sh"));
    const install = (args = "") =>
      root.run(
        `mkdir -p /var; export HOME=/home TMPDIR=/var CODEX_RELEASES_URL=http://127.0.0.1:${server.port}; sh /install.sh ${args}`,
      );
    const command = "/home/.local/bin/codex";

    const first = await install();
    expect(first.stderr).toBe("");
    expect(first.stdout).toContain(`Installed codex-cli 0.139.0 as ${command}\n`);
    expect((await root.run(`exec ${command} demo`)).stderr).toContain("Demo passed");

    expect(await install()).toMatchObject({ exitCode: 0, stderr: "" });
    served = good.subarray(0, good.length / 2);
    const corrupt = await install();
    expect(corrupt.exitCode).toBe(1);
    expect(corrupt.stderr).toContain("is damaged");
    expect((await root.run(`exec ${command} --version`)).stdout).toBe("codex-cli 0.139.0\n");

    expect((await install("--uninstall")).stdout).toStartWith(`Removed ${command}.`);
    expect(existsSync(join(root.path, command))).toBe(false);
    expect(existsSync(join(root.path, "home", ".codex", "packages"))).toBe(false);
  },
  120_000,
);
