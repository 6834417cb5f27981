// The npm packages of a release: one with a launcher, and one for each system, of which npm installs the one that fits.

import { join } from "node:path";
import { VERSION } from "../../src/util/version";
import { tarArchive, type ArchivedFile } from "./tar";
import { commandFile, type Target } from "./targets";

export type NpmRelease = {
  /** Name of the package with the launcher. */
  readonly name: string;
  readonly readme: Uint8Array;
  readonly license: Uint8Array;
  /** Seconds since the epoch. */
  readonly modified: number;
};

/** Bytes of a `.tgz`, as `npm publish` and `npm install` take it, by file name. */
export type NpmArchive = { readonly file: string; readonly bytes: Uint8Array };

export async function launcherPackage(targets: readonly Target[], release: NpmRelease): Promise<NpmArchive> {
  const launcher = await Bun.file(join(import.meta.dir, "npm-launcher.js")).text();
  const manifest = {
    name: release.name,
    version: VERSION,
    description: "A coding agent for the terminal",
    license: "Apache-2.0",
    bin: { codex: "bin/codex.js" },
    engines: { node: ">=18" },
    files: ["bin"],
    optionalDependencies: Object.fromEntries(
      targets.map((target) => [packageName(release.name, target), VERSION]),
    ),
  };
  return npmArchive(manifest, release, [
    { name: "bin/codex.js", bytes: Buffer.from(launcher.replace("@PACKAGE@", release.name)), mode: 0o755 },
  ]);
}

export function platformPackage(target: Target, executable: Uint8Array, release: NpmRelease): NpmArchive {
  const { system, processor, libc } = target;
  const manifest = {
    name: packageName(release.name, target),
    version: VERSION,
    description: `codex for ${target.name}`,
    license: "Apache-2.0",
    os: [system === "windows" ? "win32" : system],
    cpu: [processor],
    ...(libc !== undefined && { libc: [libc] }),
    files: [commandFile(target)],
    preferUnplugged: true,
  };
  return npmArchive(manifest, release, [{ name: commandFile(target), bytes: executable, mode: 0o755 }]);
}

function packageName(name: string, target: Target): string {
  return `${name}-${target.name}`;
}

function npmArchive(
  manifest: { readonly name: string },
  { readme, license, modified }: NpmRelease,
  files: readonly ArchivedFile[],
): NpmArchive {
  const json = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
  const all = [
    { name: "package.json", bytes: json, mode: 0o644 },
    { name: "README.md", bytes: readme, mode: 0o644 },
    { name: "LICENSE", bytes: license, mode: 0o644 },
    ...files,
  ].map((file) => ({ ...file, name: `package/${file.name}` }));
  const plain = manifest.name.replace(/^@/, "").replace("/", "-");
  return { file: `${plain}-${VERSION}.tgz`, bytes: Bun.gzipSync(Buffer.from(tarArchive(all, modified))) };
}
