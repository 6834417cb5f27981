// Which pasted texts are images.

import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { imagePath } from "../../../src/ui/files/image-path";

const PNG = Buffer.from("\x89PNG\r\n\x1a\n0000", "latin1");

function pictures() {
  const cwd = realpathSync(mkdtempSync(join(tmpdir(), "codex-pictures-")));
  mkdirSync(join(cwd, "sub dir"));
  writeFileSync(join(cwd, "a.png"), PNG);
  writeFileSync(join(cwd, "sub dir", "my shot.png"), PNG);
  writeFileSync(join(cwd, "odd%20name.jpg"), Buffer.from("\xff\xd8\xff\xe0", "latin1"));
  writeFileSync(join(cwd, "text.png"), "no image at all");
  return { cwd, [Symbol.dispose]: () => rmSync(cwd, { recursive: true }) };
}

test.each([
  ["an absolute path", (cwd: string) => `${cwd}/a.png`, "a.png"],
  ["blanks around it", (cwd: string) => `  ${cwd}/a.png\n`, "a.png"],
  ["a relative path", () => "a.png", "a.png"],
  ["blanks in it", (cwd: string) => `${cwd}/sub dir/my shot.png`, "sub dir/my shot.png"],
  ["single quotes", (cwd: string) => `'${cwd}/sub dir/my shot.png'`, "sub dir/my shot.png"],
  ["double quotes", (cwd: string) => `"${cwd}/sub dir/my shot.png"`, "sub dir/my shot.png"],
  ["backslashes before blanks", (cwd: string) => `${cwd}/sub\\ dir/my\\ shot.png`, "sub dir/my shot.png"],
  ["a URL", (cwd: string) => `file://${cwd}/sub%20dir/my%20shot.png`, "sub dir/my shot.png"],
  ["a percent sign of its own", () => "odd%20name.jpg", "odd%20name.jpg"],
] as const)("%s", (_name, text, found) => {
  using folder = pictures();
  const { cwd } = folder;
  expect(imagePath(text(cwd), { cwd, isWsl: false })).toBe(join(cwd, found));
});

test.each([
  ["nothing", ""],
  ["a file that is not there", "b.png"],
  ["a file that only says it is one", "text.png"],
  ["a folder", "sub dir"],
  ["several lines", "a.png\na.png"],
  ["a sentence", "look at a.png"],
  ["a URL of another host", "file://elsewhere/a.png"],
  ["a broken URL", "file://%zz"],
  ["a very long text", "a".repeat(100_000)],
  ["a longer word than any file has for a name", "a".repeat(1600)],
  ["a path through a file", "a.png/b.png"],
  ["a zero byte", "a\0.png"],
])("%s is no image", (_name, text) => {
  using folder = pictures();
  expect(imagePath(text, { cwd: folder.cwd, isWsl: false })).toBeUndefined();
});

test("under WSL a path of our own as Windows writes it", () => {
  using folder = pictures();
  const { cwd } = folder;
  const windows = cwd.replaceAll("/", "\\");
  expect(imagePath(`\\\\wsl$\\Ubuntu${windows}\\a.png`, { cwd: "/", isWsl: true })).toBe(join(cwd, "a.png"));
  expect(imagePath(`"\\\\wsl.localhost\\Ubuntu${windows}\\a.png"`, { cwd: "/", isWsl: true })).toBe(
    join(cwd, "a.png"),
  );
  expect(imagePath("C:\\Users\\me\\none.png", { cwd: "/", isWsl: true })).toBeUndefined();
});
