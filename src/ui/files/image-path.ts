// The image file that somebody pasted, dropped or chose the path of: plain, quoted, as a URL, or as Windows writes it (tui.md 2).

import { closeSync, openSync, readSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Longer texts are no paths. */
const PATH_CHARS = 4096;
const HEADER_BYTES = 12;

/** Absolute path of an existing, readable PNG, JPEG, GIF or WebP file; undefined for all other texts. */
export function imagePath(
  text: string,
  { cwd, isWsl }: { readonly cwd: string; readonly isWsl: boolean },
): string | undefined {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed.length > PATH_CHARS || /[\n\0]/.test(trimmed)) return undefined;
  return readings(trimmed, isWsl)
    .map((path) => resolve(cwd, path))
    .find(isImage);
}

/** What the text may mean, the most literal first. */
function readings(text: string, isWsl: boolean): readonly string[] {
  const bare = /^(["'])(.*)\1$/.exec(text)?.[2] ?? text;
  const windows = isWsl ? fromWindows(bare) : undefined;
  const home = bare.startsWith("~/") ? [homedir() + bare.slice(1)] : [];
  const escaped = process.platform !== "win32" && bare.includes("\\") ? [bare.replace(/\\(.)/g, "$1")] : [];
  return [...fromUrl(bare), ...(windows === undefined ? [] : [windows]), ...home, bare, ...escaped];
}

function fromUrl(text: string): readonly string[] {
  if (!text.startsWith("file://") || !URL.canParse(text)) return [];
  try {
    return [fileURLToPath(text)];
  } catch (error) {
    if (error instanceof TypeError) return []; // of another host, or not encoded well
    throw error;
  }
}

/** `C:\a\b.png` is `/mnt/c/a/b.png`, and `\\wsl$\Name\a` is our own `/a`. */
function fromWindows(text: string): string | undefined {
  const drive = /^([a-z]):[\\/](.*)$/i.exec(text);
  if (drive !== null) return `/mnt/${drive[1]?.toLowerCase()}/${drive[2]?.replaceAll("\\", "/")}`;
  const own = /^\\\\wsl(?:\$|\.localhost)\\[^\\]+(\\.*)$/i.exec(text);
  return own?.[1]?.replaceAll("\\", "/");
}

function isImage(path: string): boolean {
  try {
    // Not opened unless it is a file: opening a pipe waits for its writer.
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
    const file = openSync(path, "r");
    try {
      const header = Buffer.alloc(HEADER_BYTES);
      readSync(file, header, 0, HEADER_BYTES, 0);
      return hasImageHeader(header.toString("latin1"));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (error instanceof Error && "code" in error) return false; // not readable, or no name that a file could have
    throw error;
  }
}

function hasImageHeader(header: string): boolean {
  return /^(\x89PNG\r\n\x1a\n|\xff\xd8\xff|GIF8[79]a|RIFF[^]{4}WEBP)/.test(header);
}
