// Knows the commands that only read: which of them run without a question even where every other command asks, and what they look at (approvals.md 4, tui.md 7).

import { basename } from "node:path";
import { lower, wrappedScript, type PlainCommand } from "./shell";

const READERS = new Set(
  (
    "cat cd cut echo expr false grep head id ls nl paste pwd rev seq stat tail tr true uname uniq wc which " +
    "whoami"
  ).split(" "),
);
const LINUX_READERS = new Set(["numfmt", "tac"]);

/** Where a program counts as the system's own. A program of the same name elsewhere may do anything. */
const SYSTEM_FOLDERS = new Set([
  ...["/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/opt/homebrew/bin"],
  "/run/current-system/sw/bin",
]);

/** True when a command, or every command of the plain script that it wraps, is known to only read. Not for Windows. */
export function isSafe(command: PlainCommand, platform: NodeJS.Platform = process.platform): boolean {
  if (wrappedScript(command.words) === undefined) return isSafeProgram(command, platform);
  // With escapes in it, the script that the inner shell gets is another one.
  if (!command.literal) return false;
  const lowered = lower(command.words);
  return lowered.type === "plain" && lowered.commands.every((inner) => isSafe(inner, platform));
}

function isSafeProgram({ words, literal }: PlainCommand, platform: NodeJS.Platform): boolean {
  const [path, ...args] = words;
  const name = path === undefined ? undefined : systemProgram(path);
  if (name === undefined) return false;
  const check = Object.hasOwn(CHECKED, name) ? CHECKED[name] : undefined;
  if (check !== undefined) return literal && check(args);
  return READERS.has(name) || (platform === "linux" && LINUX_READERS.has(name));
}

/** True for a program that only reads, whatever its arguments. */
export function isReader(program: string): boolean {
  return (READERS.has(program) || LINUX_READERS.has(program)) && !Object.hasOwn(CHECKED, program);
}

/** The name of a program that is found by name or in a folder of the system. */
function systemProgram(path: string): string | undefined {
  const slash = path.lastIndexOf("/");
  if (slash === -1) return path;
  return SYSTEM_FOLDERS.has(path.slice(0, slash)) ? path.slice(slash + 1) : undefined;
}

/** Programs that only read unless an option says otherwise. What follows the program's name decides. */
const CHECKED: Readonly<Record<string, (args: readonly string[]) => boolean>> = {
  base64: (args) => !args.some((arg) => /^--output(=|$)/.test(arg) || /^-[A-Za-z]*o/.test(arg)),
  find: (args) => !args.some((arg) => FIND_ACTIONS.has(arg)),
  git: isSafeGit,
  rg: isSafeRipgrep,
  sed: isSafeSed,
  // A second file name is where the result goes.
  uniq: (args) => args.filter((arg) => arg === "-" || !/^[-+]/.test(arg)).length <= 1,
};

const FIND_ACTIONS = new Set("-exec -execdir -ok -okdir -delete -fls -fprint -fprint0 -fprintf".split(" "));

/** Short options of ripgrep that take the rest of their word, or the next one, as a value. */
const RIPGREP_VALUE_LETTERS = "ABCEMTdefgjmrt";

export function isSafeRipgrep(args: readonly string[]): boolean {
  return !args.some(
    (arg) =>
      /^--(search-zip|pre|hostname-bin)$|^--(pre|hostname-bin)=/.test(arg) ||
      new RegExp(`^-[^-${RIPGREP_VALUE_LETTERS}]*z`).test(arg),
  );
}

/** Only `sed -n RANGEp [FILE]`: the language of sed can write files and run commands. */
function isSafeSed(args: readonly string[]): boolean {
  const [flag, script, file] = args;
  if (args.length > 3 || flag !== "-n" || script === undefined || !/^(\d+,)?\d+p$/.test(script)) return false;
  return file === undefined || file === "-" || !file.startsWith("-");
}

const GIT_VALUE_OPTIONS = [
  ..."-C -c --config-env --exec-path --git-dir --namespace --super-prefix --work-tree".split(" "),
];
const GIT_READERS = new Set(["status", "log", "diff", "show", "branch"]);
const GIT_LISTING = new Set("--list -l --show-current -a --all -r --remotes -v -vv --verbose".split(" "));

export function isSafeGit(args: readonly string[]): boolean {
  const at = gitSubcommandIndex(args);
  const subcommand = args[at];
  if (subcommand === undefined || !GIT_READERS.has(subcommand)) return false;
  if (args.slice(0, at).some((arg) => isGitValueOption(arg) || arg === "-p" || arg === "--paginate")) {
    return false;
  }
  const rest = args.slice(at + 1);
  if (rest.some((arg) => /^--(output|exec)(=|$)|^--(ext-diff|textconv)$/.test(arg))) return false;
  return subcommand !== "branch" || rest.every((arg) => GIT_LISTING.has(arg) || arg.startsWith("--format="));
}

/** Where the subcommand stands among the words after `git`; their number when there is none. */
export function gitSubcommandIndex(args: readonly string[]): number {
  let at = 0;
  while (args[at]?.startsWith("-")) at += GIT_VALUE_OPTIONS.includes(args[at] ?? "") ? 2 : 1;
  return Math.min(at, args.length);
}

/** True for all forms: `-C x`, `-Cx`, `--git-dir x`, `--git-dir=x`. */
function isGitValueOption(arg: string): boolean {
  return (
    /^-[Cc]/.test(arg) || GIT_VALUE_OPTIONS.some((option) => arg === option || arg.startsWith(`${option}=`))
  );
}

/** What one command of a group looks at. */
export type Look =
  | { readonly type: "read"; readonly name: string; readonly path: string }
  | { readonly type: "list"; readonly what: string; readonly place: string | undefined }
  | { readonly type: "search"; readonly query: string; readonly place: string | undefined };

/** Undefined when the command may do more than look, or looks at nothing that is known here. */
export function looksOf(argv: readonly string[]): readonly Look[] | undefined {
  return lookingCommands(argv)?.flatMap(({ looks }) => looks);
}

/** The same by the commands of a script: their words, and what each looks at. */
export function lookingCommands(
  argv: readonly string[],
): readonly { readonly words: readonly string[]; readonly looks: readonly Look[] }[] | undefined {
  const lowered = lower(argv);
  if (lowered.type !== "plain") return undefined;
  const looking: { words: readonly string[]; looks: readonly Look[] }[] = [];
  for (const [index, { words }] of lowered.commands.entries()) {
    const [name = ""] = words;
    if (SILENT.has(name) || (looking.length > 0 && isFormatter(words))) continue;
    const looks = look(words, index);
    if (looks === undefined) return undefined;
    if (looks.length > 0) looking.push({ words, looks });
  }
  return looking.length === 0 ? undefined : looking;
}

/** Commands that say or do nothing of their own. */
const SILENT = new Set(["cd", "true", "echo", "printf", "pwd"]);
/** Programs that only shape what they are given. */
const FORMATTERS = new Set([
  "head",
  "tail",
  "wc",
  "sort",
  "uniq",
  "cut",
  "tr",
  "nl",
  "column",
  "cat",
  "less",
]);

function isFormatter(words: readonly string[]): boolean {
  const [name = ""] = words;
  if (name === "sed") return isSedPrint(words) && operands(words, "").length < 2;
  if (name === "sort" && words.some((word) => /^(-o|--output)/.test(word))) return false;
  return FORMATTERS.has(name) && operands(words, VALUED[name] ?? "").length === 0;
}

/** Options whose value is the next word. */
const VALUED: Readonly<Record<string, string>> = {
  head: "-n -c --lines --bytes",
  tail: "-n -c --lines --bytes",
  cut: "-d -f -c",
  sort: "-k -t",
  nl: "-b -w -s",
  rg: "-g -t -T -A -B -C -m -e -f -j -M --glob --iglob --type --type-not --max-count --context --regexp --max-depth --sort",
  grep: "-A -B -C -m -e -f --include --exclude --exclude-dir --max-count --context --regexp",
  tree: "-L -I -P",
  ls: "-I -w",
};

function look(words: readonly string[], index: number): readonly Look[] | undefined {
  const [name = ""] = words;
  switch (name) {
    case "cat":
    case "bat":
    case "nl":
    case "head":
    case "tail":
      if (words.some((word) => /^(-f|-F|--follow)/.test(word)) && name === "tail") return undefined;
      return reads(operands(words, VALUED[name] ?? ""), index);
    case "sed":
      return isSedPrint(words) ? reads(operands(words, "").slice(1), index) : undefined;
    case "ls":
    case "tree":
    case "eza":
      return [lists(words, operands(words, VALUED[name] ?? ""))];
    case "find":
      return found(words);
    case "fd": {
      if (words.some((word) => /^(-x|-X|--exec)/.test(word))) return undefined;
      const [query, place] = operands(words, "-e -t -d -E --type --extension --max-depth --exclude");
      return [query === undefined ? lists(words, []) : { type: "search", query, place }];
    }
    case "rg":
    case "grep":
    case "egrep":
    case "fgrep":
    case "ag":
      return [searched(words, VALUED[name === "rg" ? "rg" : "grep"] ?? "")];
    case "git":
      if (words[1] === "grep") return [searched(words.slice(1), VALUED["grep"] ?? "")];
      return words[1] === "ls-files" ? [lists(words, operands(words.slice(1), ""))] : undefined;
    default:
      return undefined;
  }
}

function reads(paths: readonly string[], index: number): readonly Look[] | undefined {
  if (paths.length === 0) return index === 0 ? undefined : [];
  return paths.map((path) => ({ type: "read", name: basename(path) || path, path }));
}

function lists(words: readonly string[], places: readonly string[]): Look {
  const place = places.length === 0 ? undefined : places.join(" ");
  return { type: "list", what: place ?? words.join(" "), place };
}

function found(words: readonly string[]): readonly Look[] | undefined {
  if (words.some((word) => /^-(exec|ok|delete|fprint|fls)/.test(word))) return undefined;
  const first = words.findIndex((word, at) => at > 0 && word.startsWith("-"));
  const places = words.slice(1, first === -1 ? undefined : first);
  const nameAt = words.findIndex((word) => /^-(i?name|i?path|i?regex)$/.test(word));
  const query = nameAt === -1 ? undefined : words[nameAt + 1];
  if (query === undefined) return [lists(words, places)];
  return [{ type: "search", query, place: places.length === 0 ? undefined : places.join(" ") }];
}

function searched(words: readonly string[], valued: string): Look {
  const plain = operands(words, valued);
  if (words.includes("--files")) return lists(words, plain);
  const given = words.findIndex((word) => word === "-e" || word === "--regexp");
  const query = given === -1 ? plain[0] : words[given + 1];
  const places = given === -1 ? plain.slice(1) : plain;
  if (query === undefined) return lists(words, []);
  return { type: "search", query, place: places.length === 0 ? undefined : places.join(" ") };
}

/** `sed -n 1,200p` prints lines and does nothing else. */
function isSedPrint(words: readonly string[]): boolean {
  const scripts = operands(words, "");
  return (
    words.includes("-n") &&
    /^(\d+|\$)?(,(\d+|\$))?p$/.test(scripts[0] ?? "") &&
    !words.some((word) => /^(-i|--in-place|-f)/.test(word))
  );
}

/** The words that are neither the program nor options. */
function operands(words: readonly string[], valued: string): readonly string[] {
  const options = valued.split(" ");
  const result: string[] = [];
  for (let at = 1; at < words.length; at++) {
    const word = words[at] ?? "";
    if (word === "--") return [...result, ...words.slice(at + 1)];
    if (word.startsWith("-") && word !== "-") at += options.includes(word) ? 1 : 0;
    else result.push(word);
  }
  return result;
}
