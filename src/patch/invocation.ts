// Recognises a shell command that is nothing but a patch in a heredoc, so that it can be applied instead of run (apply-patch.md 9).

import { resolve } from "node:path";
import { parsePatch } from "./parse";
import type { PatchError } from "./patch";

export type Invocation =
  | {
      readonly type: "invocation";
      readonly text: string;
      /** Absolute; patch paths are relative to it. */
      readonly cwd: string;
    }
  | { readonly type: "none" };

/** What `argv`, to be run in `cwd` (absolute), is. In doubt it is an ordinary command. */
export function patchInvocation(argv: readonly string[], cwd: string): Invocation | PatchError {
  const script = argv.length === 1 ? argv[0] : scriptOf(argv);
  if (script !== undefined && isBarePatch(script)) {
    return {
      type: "not_applicable",
      message: 'patch detected without explicit call to apply_patch. Rerun as ["apply_patch", "<patch>"]',
    };
  }
  const [name, text] = argv;
  if (argv.length === 2 && text !== undefined && NAMES.includes(name ?? "")) {
    return { type: "invocation", text, cwd };
  }
  const heredoc = argv.length === 1 || script === undefined ? null : heredocPatch(script);
  if (heredoc === null) return { type: "none" };
  return { type: "invocation", text: heredoc.text, cwd: resolve(cwd, heredoc.folder) };
}

const NAMES = ["apply_patch", "applypatch"];
const POSIX_SHELLS = ["bash", "zsh", "sh"];
const POWERSHELLS = ["pwsh", "powershell"];

/** The script of `[shell, flag, script]`. */
function scriptOf(argv: readonly string[]): string | undefined {
  const [shell, ...words] = argv;
  const stem = stemOf(shell ?? "");
  const [flag, script] = words.slice(-2);
  if (words.length === 2) {
    if (POSIX_SHELLS.includes(stem) && (flag === "-lc" || flag === "-c")) return script;
    if (POWERSHELLS.includes(stem) && flag?.toLowerCase() === "-command") return script;
    if (stem === "cmd" && flag?.toLowerCase() === "/c") return script;
  }
  const quiet = words.length === 3 && words[0]?.toLowerCase() === "-noprofile";
  return quiet && POWERSHELLS.includes(stem) && flag?.toLowerCase() === "-command" ? script : undefined;
}

/** `bash` of `/bin/bash` and of `C:\tools\Bash.exe`. */
function stemOf(program: string): string {
  const name = program.slice(Math.max(program.lastIndexOf("/"), program.lastIndexOf("\\")) + 1);
  const dot = name.lastIndexOf(".");
  return (dot > 0 ? name.slice(0, dot) : name).toLowerCase();
}

function isBarePatch(script: string): boolean {
  return script.includes("*** Begin Patch") && parsePatch(script).type === "patch";
}

/** A word without quotes that the shell leaves as it is. */
const PLAIN_WORD = String.raw`[\w./@%+:,=-]+`;
/** `apply_patch <<WORD`, alone on its line but for a `cd FOLDER &&` in front. */
const FIRST_LINE = new RegExp(
  String.raw`^\s*(?:cd[ \t]+(?:'(?<single>[^'\n]+)'|"(?<double>[^"\\$\x60!\n]+)"|(?<bare>${PLAIN_WORD}))[ \t]*&&\s*)?` +
    String.raw`(?:apply_patch|applypatch)[ \t]*<<[ \t]*` +
    String.raw`(?:'(?<quoted>[^'\n]+)'|"(?<doubled>[^"\\$\x60\n]+)"|(?<word>${PLAIN_WORD}))[ \t]*\n`,
);

/** The body without its last line endings; null unless nothing but blank space follows the heredoc. */
function heredocPatch(script: string): { text: string; folder: string } | null {
  const head = FIRST_LINE.exec(script);
  if (head === null) return null;
  const { single, double, bare, quoted, doubled, word } = head.groups ?? {};
  // `cd -` goes to the folder before, and `<<-` drops tabs: neither is what it looks like.
  if (bare?.startsWith("-") || word?.startsWith("-")) return null;
  const delimiter = quoted ?? doubled ?? word ?? "";
  const lines = script.slice(head[0].length).split("\n");
  const end = lines.indexOf(delimiter);
  if (end === -1 || lines.slice(end + 1).some((line) => /\S/.test(line))) return null;
  let length = end;
  while (length > 0 && lines[length - 1] === "") length--;
  return { text: lines.slice(0, length).join("\n"), folder: single ?? double ?? bare ?? "." };
}
