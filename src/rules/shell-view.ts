// Sees through shells, wrappers and environment prefixes: what a command may run in all, and what it is sure to be no more than.

import { forEachChild, parse, type Command, type Redirection, type SyntaxNode } from "unbash";
import {
  commandName,
  isOnlyText,
  parseScript,
  pipelinesOf,
  plainWord,
  wrappedScript,
  type Piece,
} from "./shell";

/** Wrappers in wrappers: nobody nests them deeper for a good reason. */
const MAX_DEPTH = 8;
/** Substitutions in substitutions. */
const MAX_SUBSTITUTIONS = 32;
/** Commands looked at in one call. */
const MAX_COMMANDS = 2000;
/** A longer script is not looked into. */
const MAX_SCRIPT_CHARS = 256 * 1024;

type Words = readonly string[];

/**
 * The argv and every command in it by a plain reading, however deep: in scripts, substitutions, functions, behind
 * `sudo` or `env A=1`, in a here-document for a shell. For looking for what must not be missed; a script can still do
 * more than can be read from it.
 */
export function visibleCommands(argv: Words): readonly Words[] {
  const found: Words[] = [];
  look(argv, 0, found);
  return found;
}

function look(argv: Words, depth: number, found: Words[]): void {
  if (depth > MAX_DEPTH || found.length >= MAX_COMMANDS || argv.length === 0) return;
  found.push(argv);
  const script = scriptArgument(argv);
  if (script !== undefined) lookInScript(script, depth + 1, found);
  for (const inner of wrappedCommands(argv)) look(inner, depth + 1, found);
}

function lookInScript(script: string, depth: number, found: Words[]): void {
  if (depth > MAX_DEPTH || script.length > MAX_SCRIPT_CHARS) return;
  const visit = (node: SyntaxNode, level: number): void => {
    if (found.length >= MAX_COMMANDS || level > MAX_SUBSTITUTIONS) return;
    if (node.type === "Command" && node.name !== undefined) {
      const args = node.args.map((word) => (word.type === "Word" ? word.value : word.text));
      const words = [node.name.value, ...args];
      look(words, depth, found);
      if (isShell(words)) {
        for (const text of inputTexts(node.redirects)) lookInScript(text, depth + 1, found);
      }
    }
    const inner = node.type === "Script" ? level + 1 : level;
    forEachChild(node, (child) => visit(child, inner));
  };
  visit(parse(script), 0);
}

function inputTexts(redirects: readonly Redirection[]): readonly string[] {
  return redirects.flatMap((redirect) => {
    if (redirect.type === "HereDoc") return [redirect.body.text];
    return redirect.type === "HereString" && redirect.target !== undefined ? [redirect.target.value] : [];
  });
}

function isShell([program = ""]: Words): boolean {
  return /(^|\/)(ba|z|da|k|a)?sh$/.test(program);
}

/** What `bash -c SCRIPT`, in any order of options, `eval WORDS` or `trap SCRIPT` runs. */
function scriptArgument(argv: Words): string | undefined {
  if (argv[0] === "eval") return argv.slice(1).join(" ");
  if (argv[0] === "trap") return argv[1];
  if (!isShell(argv)) return undefined;
  let takesScript = false;
  for (let at = 1; at < argv.length; at++) {
    const arg = argv[at] ?? "";
    if (!/^[-+]./.test(arg)) return takesScript ? arg : undefined;
    if (/^-[^-]*c/.test(arg)) takesScript = true;
    if (/^[-+][^-]*[oO]$/.test(arg)) at++;
  }
  return undefined;
}

type Wrapper = {
  /** Options whose value is the next word. */
  readonly valued?: string;
  /** Words between the options and the command, like a duration. */
  readonly operands?: number;
  /** True when the wrapper changes nothing about what the command may do. */
  readonly harmless?: boolean;
};

const WRAPPERS: Readonly<Record<string, Wrapper>> = {
  builtin: {},
  busybox: {},
  chroot: { operands: 1 },
  command: { harmless: true },
  doas: { valued: "-u -C" },
  env: { valued: "-u --unset -C --chdir -S --split-string" },
  exec: { valued: "-a" },
  ionice: { valued: "-c -n -p -t", harmless: true },
  nice: { valued: "-n --adjustment", harmless: true },
  nohup: { harmless: true },
  setsid: {},
  stdbuf: { valued: "-i -o -e --input --output --error", harmless: true },
  sudo: { valued: "-u -g -h -p -C -D -R -T -U --user --group --host --prompt --chdir --chroot" },
  time: { valued: "-f -o --format --output", harmless: true },
  timeout: { valued: "-s -k --signal --kill-after", operands: 1, harmless: true },
  watch: { valued: "-n --interval" },
  xargs: {
    valued: "-a -d -E -I -L -n -P -s --arg-file --delimiter --max-args --max-lines --max-procs --max-chars",
  },
};

/** The commands that a wrapper, or `find -exec`, runs. */
function wrappedCommands(argv: Words): readonly Words[] {
  const name = (argv[0] ?? "").replace(/^.*\//, "");
  if (name === "find") return findCommands(argv);
  const wrapper = Object.hasOwn(WRAPPERS, name) ? WRAPPERS[name] : undefined;
  if (wrapper === undefined) return [];
  const split = name === "env" ? splitString(argv) : undefined;
  if (split !== undefined) return [["sh", "-c", split]];
  const start = commandStart(argv, wrapper, name === "env" || name === "sudo");
  return start >= argv.length ? [] : [argv.slice(start)];
}

function commandStart(argv: Words, wrapper: Wrapper, takesAssignments: boolean): number {
  const valued = (wrapper.valued ?? "").split(" ");
  let at = 1;
  while (argv[at]?.startsWith("-")) {
    const option = argv[at] ?? "";
    at += valued.includes(option) ? 2 : 1;
    if (option === "--") break;
  }
  while (takesAssignments && ASSIGNMENT.test(argv[at] ?? "")) at++;
  return at + (wrapper.operands ?? 0);
}

const ASSIGNMENT = /^[A-Za-z_]\w*=/;

function splitString(argv: Words): string | undefined {
  const at = argv.findIndex((arg) => arg === "-S" || arg === "--split-string");
  return at === -1 ? /^(?:-S|--split-string=)(.+)/s.exec(argv[1] ?? "")?.[1] : argv.slice(at + 1).join(" ");
}

function findCommands(argv: Words): readonly Words[] {
  return argv.flatMap((arg, at) => {
    if (!/^-(exec|execdir|ok|okdir)$/.test(arg)) return [];
    const rest = argv.slice(at + 1);
    const end = rest.findIndex((word) => word === ";" || word === "\\;" || word === "+");
    return [end === -1 ? rest : rest.slice(0, end)];
  });
}

/**
 * The commands that an argv consists of when it is sure to run those and nothing else, with what does not matter to a
 * rule taken off: shells, `env` and assignments of harmless variables, `timeout 60`, `2>&1`, `> /dev/null`, comments.
 * Undefined when that is not sure. Words are those that the commands really get.
 */
export function coveredCommands(argv: Words): readonly Words[] | undefined {
  return covered(argv, 0);
}

function covered(argv: Words, depth: number): readonly Words[] | undefined {
  if (depth > MAX_DEPTH || argv.length === 0) return undefined;
  const script = wrappedScript(argv);
  if (script !== undefined) return coveredScript(script, depth + 1);
  const inner = harmlessInner(argv);
  return inner === undefined ? [argv] : covered(inner, depth + 1);
}

function coveredScript(script: string, depth: number): readonly Words[] | undefined {
  const statements = parseScript(script);
  if (statements === undefined) return undefined;
  const pieces: Piece[] = [];
  const found: Words[] = [];
  for (const statement of statements) {
    if (statement.background === true) return undefined;
    for (const pipeline of pipelinesOf(statement)) {
      const members = pipeline.type === "Pipeline" ? pipeline.commands : [pipeline];
      const prefixes = pipeline.type === "Pipeline" ? pipeline.prefixes : [];
      if (prefixes.some((prefix) => prefix.type === "Negation")) return undefined;
      pieces.push(...prefixes);
      for (const member of members) {
        const words = member.type === "Command" ? literalWords(member, pieces) : undefined;
        const inner = words === undefined ? undefined : covered(words, depth);
        if (inner === undefined) return undefined;
        found.push(...inner);
      }
    }
  }
  return found.length > 0 && isOnlyText(script, pieces, BLANKS_AND_COMMENTS) ? found : undefined;
}

const BLANKS_AND_COMMENTS = /^(\s|\\\n|&&|\|\||;|\||(?<=^|\s)#[^\n]*(?=\n|$))*$/;

function literalWords(node: Command, pieces: Piece[]): Words | undefined {
  const name = commandName(node);
  if (name === undefined) return undefined;
  const words = [name.text];
  pieces.push(node.name ?? node);
  for (const part of [...node.prefix, ...node.suffix]) {
    pieces.push(part);
    if (part.type === "Word") {
      const word = plainWord(part);
      if (word === undefined || !word.literal) return undefined;
      words.push(word.text);
    } else if (part.type === "Assignment") {
      if (!node.prefix.includes(part) || !isHarmlessAssignment(part.text)) return undefined;
    } else if (!isHarmlessRedirect(part)) {
      return undefined;
    }
  }
  return words;
}

/** `2>&1` and anything to or from `/dev/null`. */
function isHarmlessRedirect(redirect: Redirection): boolean {
  if (redirect.type !== "Redirect" || redirect.descriptor?.type === "FileDescriptorVariable") return false;
  const target = redirect.target?.text;
  if (redirect.operator === ">&" || redirect.operator === "<&")
    return /^[0-9]$|^\/dev\/null$/.test(target ?? "");
  return target === "/dev/null";
}

/** Variables that tell a program how to speak or how hard to work, and never what to run or load. */
const HARMLESS_VARIABLES =
  /^(CI|DEBUG|VERBOSE|NO_COLOR|FORCE_COLOR|CLICOLOR(_FORCE)?|COLUMNS|LINES|TERM|COLORTERM|TZ|LANG|LANGUAGE|LC_[A-Z]+|NODE_ENV|RAILS_ENV|APP_ENV|LOG_LEVEL|RUST_LOG|RUST_BACKTRACE|PYTHONUNBUFFERED|PYTHONDONTWRITEBYTECODE|PYTHONHASHSEED|CGO_ENABLED|GOOS|GOARCH|PORT)$/;

/** `NAME=value` with a variable of the list and a value without any expansion. */
function isHarmlessAssignment(text: string): boolean {
  const [, name, value] = /^(\w+)=(.*)$/s.exec(text) ?? [];
  return HARMLESS_VARIABLES.test(name ?? "") && /^(['"]?)[\w./:,@%+ *=-]*\1$/.test(value ?? "$");
}

function harmlessInner(argv: Words): Words | undefined {
  const [name = ""] = argv;
  if (name === "env") {
    const start = argv.findIndex((arg, at) => at > 0 && !ASSIGNMENT.test(arg));
    const assignments = argv.slice(1, start === -1 ? undefined : start);
    return start > 0 && !argv[start]?.startsWith("-") && assignments.every(isHarmlessAssignment)
      ? argv.slice(start)
      : undefined;
  }
  const wrapper = Object.hasOwn(WRAPPERS, name) ? WRAPPERS[name] : undefined;
  if (wrapper?.harmless !== true) return undefined;
  // `command -v` runs nothing, and `time -o FILE` writes.
  if ((name === "command" || name === "time") && argv[1]?.startsWith("-")) return undefined;
  const start = commandStart(argv, wrapper, false);
  return start < argv.length ? argv.slice(start) : undefined;
}
