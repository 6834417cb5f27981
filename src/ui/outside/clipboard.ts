// The clipboard: puts text on it, and takes an image from it, with whatever the system offers (tui.md 2 and 13).

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../util/user-error";
import { feedHelper, runHelper, type Environment } from "./lent-program";
import type { Screen } from "../terminal/screen";

/** Terminals take no more by OSC 52. */
const OSC52_BYTES = 100_000;
const IMAGE_BYTES = 32 * 1_048_576;
const TIMEOUT_MS = 5_000;
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]);

/** @throws UserError when there is no way */
export async function copyText(screen: Screen, text: string, env: Environment): Promise<void> {
  const remote = isSet(env, "SSH_CONNECTION") || isSet(env, "SSH_TTY");
  const commands = [
    ...(remote ? [] : textCommands(env)),
    ...(isSet(env, "TMUX") ? [["tmux", "load-buffer", "-w", "-"]] : []),
  ];
  for (const argv of commands) {
    if (await succeeds(argv, env, Buffer.from(text))) return;
  }
  const encoded = Buffer.from(text).toString("base64");
  if (encoded.length > OSC52_BYTES)
    throw new UserError("The message is too long for the terminal's clipboard.");
  screen.write(wrapped(`\x1b]52;c;${encoded}\x07`, env));
}

/** Writes the image on the clipboard to a temporary PNG file and returns its path. @throws UserError when there is none */
export async function pastedImage(env: Environment): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "codex-clipboard-"));
  const file = join(folder, "image.png");
  for (const { argv, writesFile } of imageCommands(env, file)) {
    const { exit, output } = await runHelper(argv, { ...placeOf(env), maxBytes: IMAGE_BYTES });
    if (exit.type !== "exited" || exit.code !== 0) continue;
    if (!writesFile && startsWithPng(output)) writeFileSync(file, output, { mode: 0o600 });
    if (isPng(file)) return file;
  }
  rmSync(folder, { recursive: true, force: true });
  throw new UserError("no image on the clipboard, or no program to read it with");
}

function textCommands(env: Environment): readonly (readonly string[])[] {
  if (process.platform === "darwin") return [["pbcopy"]];
  if (process.platform === "win32" || isWsl(env)) return [POWERSHELL_COPY];
  return [
    ...(isSet(env, "WAYLAND_DISPLAY") ? [["wl-copy"]] : []),
    ...(isSet(env, "DISPLAY")
      ? [
          ["xclip", "-selection", "clipboard"],
          ["xsel", "--clipboard", "--input"],
        ]
      : []),
  ];
}

const POWERSHELL_COPY = [
  "powershell.exe",
  "-NoProfile",
  "-Command",
  "[Console]::InputEncoding=[Text.Encoding]::UTF8; Set-Clipboard -Value ([Console]::In.ReadToEnd())",
];

type ImageCommand = { readonly argv: readonly string[]; readonly writesFile: boolean };

function imageCommands(env: Environment, file: string): readonly ImageCommand[] {
  if (process.platform === "darwin") {
    return [
      { argv: ["pngpaste", file], writesFile: true },
      { argv: ["osascript", "-e", appleScript(file)], writesFile: true },
    ];
  }
  if (process.platform === "win32" || isWsl(env)) {
    return [
      { argv: ["powershell.exe", "-NoProfile", "-Sta", "-Command", POWERSHELL_IMAGE], writesFile: false },
    ];
  }
  return [
    ...(isSet(env, "WAYLAND_DISPLAY")
      ? [{ argv: ["wl-paste", "--no-newline", "--type", "image/png"], writesFile: false }]
      : []),
    ...(isSet(env, "DISPLAY")
      ? [{ argv: ["xclip", "-selection", "clipboard", "-t", "image/png", "-o"], writesFile: false }]
      : []),
  ];
}

function appleScript(file: string): string {
  return (
    `set image to the clipboard as «class PNGf»\n` +
    `set target to open for access POSIX file ${JSON.stringify(file)} with write permission\n` +
    `write image to target\nclose access target`
  );
}

/** To stdout as bytes, so that no path has to be translated. */
const POWERSHELL_IMAGE =
  "Add-Type -AssemblyName System.Windows.Forms; Add-Type -AssemblyName System.Drawing; " +
  "$image = [Windows.Forms.Clipboard]::GetImage(); if ($image -eq $null) { exit 1 }; " +
  "$bytes = New-Object IO.MemoryStream; $image.Save($bytes, [Drawing.Imaging.ImageFormat]::Png); " +
  "$out = [Console]::OpenStandardOutput(); $bytes.WriteTo($out); $out.Flush()";

async function succeeds(argv: readonly string[], env: Environment, input: Uint8Array): Promise<boolean> {
  const exit = await feedHelper(argv, { ...placeOf(env), input });
  return exit.type === "exited" && exit.code === 0;
}

function placeOf(env: Environment) {
  return { cwd: tmpdir(), env, timeoutMs: TIMEOUT_MS };
}

/** tmux hands on what is wrapped for it. */
function wrapped(sequence: string, env: Environment): string {
  return isSet(env, "TMUX") ? `\x1bPtmux;${sequence.replaceAll("\x1b", "\x1b\x1b")}\x1b\\` : sequence;
}

function isWsl(env: Environment): boolean {
  return isSet(env, "WSL_DISTRO_NAME");
}

function isSet(env: Environment, name: string): boolean {
  return (env[name] ?? "") !== "";
}

function isPng(file: string): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  return (
    found !== undefined && found.size > 0 && found.size <= IMAGE_BYTES && startsWithPng(readFileSync(file))
  );
}

function startsWithPng(bytes: Uint8Array): boolean {
  return PNG.equals(bytes.subarray(0, PNG.length));
}
