// Knows the commands that only read, which run without a question even where every other command asks (approvals.md 4).

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
