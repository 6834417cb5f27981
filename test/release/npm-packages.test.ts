// The npm packages of a release, installed by npm.

import { describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launcherPackage, platformPackage } from "../../.ci/release/npm-packages";
import { TARGETS, type Target } from "../../.ci/release/targets";

const RELEASE = { name: "@someone/codex", readme: Buffer.from("#"), license: Buffer.from("L"), modified: 0 };
const SCRIPT = `#!/bin/sh
echo "args: $*; npm: \${CODEX_MANAGED_BY_NPM:-}; in: $(cat)"
exit 7
`;
const here = TARGETS.find(
  ({ system, processor }) => system === process.platform && processor === process.arch,
);

describe("the npm packages", () => {
  test.skipIf(here === undefined || Bun.which("npm") === null)(
    "start the executable of this system, with its arguments, streams and exit code",
    async () => {
      using folder = temporaryFolder();
      await install(folder.path, here === undefined ? [] : [here]);
      const command = join(folder.path, "node_modules", ".bin", "codex");
      const { stdout, stderr, exitCode } = Bun.spawnSync([command, "exec", "a b", "--json"], {
        stdin: Buffer.from("piped"),
      });
      expect([stdout.toString(), stderr.toString(), exitCode]).toEqual([
        "args: exec a b --json; npm: 1; in: piped\n",
        "",
        7,
      ]);
    },
    60_000,
  );

  test.skipIf(Bun.which("npm") === null)(
    "say what is missing when the package of this system is",
    async () => {
      using folder = temporaryFolder();
      await install(folder.path, []);
      const { stderr, exitCode } = Bun.spawnSync([join(folder.path, "node_modules", ".bin", "codex")]);
      expect(exitCode).toBe(1);
      expect(stderr.toString()).toStartWith(
        `codex: there is no package for ${process.platform}-${process.arch} beside @someone/codex. `,
      );
    },
    60_000,
  );

  test("name each system once, in a way that npm understands", async () => {
    using folder = temporaryFolder();
    const manifests = TARGETS.map((target) =>
      manifestOf(folder.path, platformPackage(target, Buffer.from(""), RELEASE)),
    );
    expect(new Set(manifests.map(({ os, cpu, libc }) => [os, cpu, libc].join())).size).toBe(TARGETS.length);
    expect(manifests.map(({ os }) => os?.[0])).toContain("win32");
    const { optionalDependencies } = manifestOf(folder.path, await launcherPackage(TARGETS, RELEASE));
    expect(Object.keys(optionalDependencies ?? {})).toEqual(manifests.map(({ name }) => name));
  });
});

type Manifest = {
  readonly name: string;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
};

/** With the packages of these systems beside the launcher, as a registry would have brought them. */
async function install(folder: string, targets: readonly Target[]): Promise<void> {
  const packages = [
    await launcherPackage([], RELEASE),
    ...targets.map((target) => platformPackage(target, Buffer.from(SCRIPT), RELEASE)),
  ];
  for (const { file, bytes } of packages) writeFileSync(join(folder, file), bytes);
  writeFileSync(join(folder, "package.json"), "{}");
  const files = packages.map(({ file }) => `./${file}`);
  const npm = ["npm", "install", "--offline", "--no-audit", "--no-fund", "--loglevel=error", ...files];
  const { exitCode, stderr } = Bun.spawnSync(npm, { cwd: folder });
  expect([exitCode, stderr.toString().replaceAll(/^npm warn.*\n/gm, "")]).toEqual([0, ""]);
}

function manifestOf(folder: string, { file, bytes }: { file: string; bytes: Uint8Array }): Manifest {
  const out = join(folder, `${file}.d`);
  mkdirSync(out);
  writeFileSync(join(folder, file), bytes);
  const packed = Bun.spawnSync(["tar", "-C", out, "-xzOf", join(folder, file), "package/package.json"]);
  return JSON.parse(packed.stdout.toString());
}

function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), "codex-npm-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
