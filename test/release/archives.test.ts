// The archives of a release, opened by other programs.

import { describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tarArchive } from "../../.ci/release/tar";
import { zipArchive } from "../../.ci/release/zip";

const MODIFIED = Date.UTC(2026, 10, 22, 12, 30, 8) / 1000;
const FILES = [
  { name: "codex", bytes: crypto.getRandomValues(new Uint8Array(50_001)), mode: 0o755 },
  { name: "README.md", bytes: Buffer.from("read me\n".repeat(700)), mode: 0o644 },
  { name: "empty", bytes: new Uint8Array(), mode: 0o644 },
];

describe("a tar archive", () => {
  test("unpacks with tar to the same bytes, permissions and times", () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "a.tar"), tarArchive(FILES, MODIFIED));
    expect(Bun.spawnSync(["tar", "-C", folder.path, "-xf", join(folder.path, "a.tar")]).exitCode).toBe(0);
    for (const { name, bytes, mode } of FILES) {
      const path = join(folder.path, name);
      expect(Buffer.compare(readFileSync(path), Buffer.from(bytes))).toBe(0);
      expect(statSync(path).mode & 0o777).toBe(mode);
      expect(statSync(path).mtimeMs).toBe(MODIFIED * 1000);
    }
  });

  test("refuses a name that does not fit, instead of cutting it", () => {
    const long = { name: "n".repeat(101), bytes: new Uint8Array(), mode: 0o644 };
    expect(() => tarArchive([long], MODIFIED)).toThrow("the name is too long");
  });
});

describe("a zip archive", () => {
  test.skipIf(Bun.which("python3") === null)(
    "is whole, and unpacks to the same bytes, as Python sees it",
    () => {
      using folder = temporaryFolder();
      writeFileSync(join(folder.path, "a.zip"), zipArchive(FILES, MODIFIED));
      const script = `
import zipfile, json
with zipfile.ZipFile("a.zip") as z:
    assert z.testzip() is None
    z.extractall("out")
    print(json.dumps([[i.filename, i.date_time, i.external_attr >> 16 & 0o777] for i in z.infolist()]))`;
      const { stdout, stderr } = Bun.spawnSync(["python3", "-c", script], { cwd: folder.path });
      expect(stderr.toString()).toBe("");
      const date = [2026, 11, 22, 12, 30, 8];
      expect(JSON.parse(stdout.toString())).toEqual(FILES.map(({ name, mode }) => [name, date, mode]));
      for (const { name, bytes } of FILES) {
        expect(Buffer.compare(readFileSync(join(folder.path, "out", name)), Buffer.from(bytes))).toBe(0);
      }
    },
  );
});

function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), "codex-archives-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
