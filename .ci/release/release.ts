// Everything that a release consists of, made from one commit into dist/: executables, archives, sums, bill of materials, packages.

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { VERSION } from "../../src/util/version";
import { cask } from "./cask";
import { signAdHoc } from "./macho-signature";
import { manualPage } from "./manual-page";
import { launcherPackage, platformPackage, type NpmArchive } from "./npm-packages";
import { billOfMaterials } from "./sbom";
import { tarArchive, type ArchivedFile } from "./tar";
import { archiveFiles, commandFile, executableFile, TARGETS, type Target } from "./targets";
import { zipArchive } from "./zip";

export type ReleaseOptions = {
  /** Folder of the checkout. */
  readonly root: string;
  readonly commit: string;
  /** Of the commit, seconds since the epoch: the time of every file in an archive. */
  readonly committed: number;
  /** As in src/cli/update/release-channel.ts; undefined where nothing will be published. */
  readonly releases: string | undefined;
  /** Name of the npm package. */
  readonly npmPackage: string;
  readonly compile: (target: Target, outfile: string) => Promise<void>;
  readonly log: (line: string) => void;
};

const ZSTD_LEVEL = 10;

export async function makeRelease(options: ReleaseOptions): Promise<void> {
  const { root, committed: modified, releases, log } = options;
  const dist = join(root, "dist");
  const text = (file: string) => Bun.file(join(root, file)).bytes();
  const [license, readme] = await Promise.all([text("LICENSE"), text("README.md")]);
  const npm = { name: options.npmPackage, readme, license, modified };
  rmSync(join(dist, "npm"), { recursive: true, force: true });
  mkdirSync(join(dist, "npm"), { recursive: true });

  const sums = new Map<string, string>();
  const keep = async (file: string, bytes: Uint8Array | string) => {
    await Bun.write(join(dist, file), bytes);
    sums.set(file, new Bun.CryptoHasher("sha256").update(bytes).digest("hex"));
    log(`${file}  ${Buffer.byteLength(bytes).toLocaleString("en-US")} bytes`);
  };
  const keepPackage = ({ file, bytes }: NpmArchive) => keep(`npm/${file}`, bytes);

  for (const target of TARGETS) {
    const executable = await compiled(target, join(dist, executableFile(target)), options);
    await keep(executableFile(target), executable);
    const files = [
      { name: commandFile(target), bytes: executable, mode: 0o755 },
      { name: "LICENSE", bytes: license, mode: 0o644 },
      { name: "README.md", bytes: readme, mode: 0o644 },
      { name: "codex.1", bytes: Buffer.from(manualPage()), mode: 0o644 },
    ];
    for (const file of archiveFiles(target)) await keep(file, await archive(file, files, modified));
    await keepPackage(platformPackage(target, executable, npm));
  }
  await keepPackage(await launcherPackage(TARGETS, npm));

  const date = new Date(modified * 1000).toISOString();
  const about = { version: VERSION, commit: options.commit, date };
  await keep("codex.cdx.json", billOfMaterials(await lockFile(root), Bun.version, about));
  for (const file of ["install.sh", "install.ps1"]) {
    await keep(file, stamped(await Bun.file(join(root, file)).text(), releases));
  }
  const [arm64, x64] = ["codex-darwin-arm64.tar.gz", "codex-darwin-x64.tar.gz"].map((file) => sums.get(file));
  if (releases !== undefined && arm64 !== undefined && x64 !== undefined) {
    await keep("codex.rb", cask({ version: VERSION, releases, arm64, x64 }));
  }
  const lines = [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([file, sum]) => `${sum}  ${file}\n`);
  await Bun.write(join(dist, "SHA256SUMS"), lines.join(""));
}

/** macOS starts nothing whose signature does not fit, and the runtime's own does not. */
async function compiled(target: Target, outfile: string, { compile }: ReleaseOptions): Promise<Uint8Array> {
  await compile(target, outfile);
  const bytes = await Bun.file(outfile).bytes();
  return target.system === "darwin" ? signAdHoc(bytes, { identifier: "codex" }) : bytes;
}

async function archive(file: string, files: readonly ArchivedFile[], modified: number): Promise<Uint8Array> {
  if (file.endsWith(".zip")) return zipArchive(files, modified);
  const tar = Buffer.from(tarArchive(files, modified));
  return file.endsWith(".gz") ? Bun.gzipSync(tar) : await Bun.zstdCompress(tar, { level: ZSTD_LEVEL });
}

/** The installers of a release know where it is. */
function stamped(script: string, releases: string | undefined): string {
  return releases === undefined ? script : script.replace("@RELEASES_URL@", releases);
}

function lockFile(root: string): Promise<string> {
  return Bun.file(join(root, "package-lock.json")).text();
}
