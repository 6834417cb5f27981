// Safe and dangerous commands of PowerShell and cmd.exe, as far as can be told without PowerShell's own parser (approvals.md 5b).

import { isSafeGit, isSafeRipgrep } from "./safe";

const READERS = new Set(
  (
    "echo write-output write-host dir ls get-childitem gci cat type gc get-content select-string sls findstr " +
    "measure-object measure get-location gl pwd test-path tp resolve-path rvpa select-object select get-item"
  ).split(" "),
);
const WRITERS = new Set(
  (
    "set-content add-content out-file new-item remove-item move-item copy-item rename-item start-process " +
    "stop-process"
  ).split(" "),
);

/** True for a PowerShell wrapper around a script of which every command is known to only read; for nothing else. */
export function isSafeOnWindows(words: readonly string[]): boolean {
  const script = powerShellScript(words);
  const commands = script === undefined ? undefined : powerShellCommands(script);
  return commands !== undefined && commands.length > 0 && commands.every(isSafeCmdlet);
}

export function isDangerousOnWindows(words: readonly string[]): boolean {
  const [program = "", ...args] = words;
  const name = programName(program);
  if (isPowerShell(name)) return isDangerousPowerShell(args.join(" "));
  if (name === "cmd") return isDangerousCmd(args);
  if (name === "rundll32") {
    return /^url\.dll,FileProtocolHandler$/i.test(args[0] ?? "") && args.some(isUrl);
  }
  return LAUNCHERS.has(name) && args.some(isUrl);
}

/** Programs that open whatever address they are given. */
const LAUNCHERS = new Set(["explorer", "mshta", "chrome", "msedge", "firefox", "iexplore"]);

/** Without folder and ending, in lower case. */
function programName(path: string): string {
  const name = path.slice(Math.max(path.lastIndexOf("\\"), path.lastIndexOf("/")) + 1).toLowerCase();
  return name.replace(/\.(exe|cmd|bat|com)$/, "");
}

function isPowerShell(name: string): boolean {
  return name === "powershell" || name === "pwsh";
}

const QUIET_SWITCHES = new Set(["-nologo", "-noprofile", "-noninteractive", "-mta", "-sta"]);

/** The script in `pwsh [switches] -Command SCRIPT` and its other forms; undefined when any other switch is given. */
function powerShellScript([program = "", ...args]: readonly string[]): string | undefined {
  if (!isPowerShell(programName(program))) return undefined;
  let at = 0;
  while (QUIET_SWITCHES.has((args[at] ?? "").toLowerCase())) at++;
  const first = args[at];
  if (first === undefined) return undefined;
  if (/^([-/]command|-c)$/i.test(first)) return at + 2 === args.length ? args[at + 1] : undefined;
  const joined = /^[-/]command:(.*)$/is.exec(first)?.[1];
  if (joined !== undefined) return at + 1 === args.length ? joined : undefined;
  if (/^[-/]/.test(first)) return undefined;
  return args
    .slice(at)
    .map((word) => (/\s/.test(word) ? `'${word.replaceAll("'", "''")}'` : word))
    .join(" ");
}

/**
 * The commands of a script that holds nothing but words, plain strings and `|`, `;`, `&&`, `||`. Less than PowerShell's
 * own parser would accept; what is left out here is asked about.
 */
function powerShellCommands(script: string): readonly (readonly string[])[] | undefined {
  const token =
    /\s*(?:(&&|\|\||[|;\n])|'((?:[^']|'')*)'(?=[\s|;&]|$)|"([^"$`]*)"(?=[\s|;&]|$)|([\w./\\:*?=,+~-]+)(?=[\s|;&]|$))[ \t\r]*/gy;
  const commands: string[][] = [[]];
  while (token.lastIndex < script.trimEnd().length) {
    const match = token.exec(script);
    if (match === null) return undefined;
    const [, operator, single, double, bare] = match;
    if (operator !== undefined) {
      commands.push([]);
      continue;
    }
    const word = single?.replaceAll("''", "'") ?? double ?? bare ?? "";
    if (word === "--%") return undefined;
    commands.at(-1)?.push(word);
  }
  const blank = commands.some((words) => words.length === 0);
  return blank && !/[;\n]/.test(script) ? undefined : commands.filter((words) => words.length > 0);
}

function isSafeCmdlet([name = "", ...args]: readonly string[]): boolean {
  const cmdlet = name.toLowerCase().replace(/^-+/, "");
  if ([cmdlet, ...args].some((word) => WRITERS.has(word.toLowerCase()))) return false;
  if (cmdlet === "git") return isSafeGit(args);
  if (cmdlet === "rg") return isSafeRipgrep(args.map((arg) => arg.toLowerCase()));
  return READERS.has(cmdlet);
}

function isDangerousPowerShell(script: string): boolean {
  const words = script.toLowerCase().split(/[\s'"(){},;|&]+/);
  const opens = words.some((word) => /^(start-process|start|saps|invoke-item|ii)$/.test(word));
  if (/https?:\/\//i.test(script) && (opens || /shellexecute|shell\.application/i.test(script))) return true;
  return script.split(/[;|&\n]+/).some((segment) => {
    const parts = segment.toLowerCase().split(/[\s'"(){},]+/);
    const deletes = parts.some((part) => /^(remove-item|ri|rm|del|erase|rd|rmdir)$/.test(part));
    return deletes && parts.some((part) => /^-force(:\$true)?$/.test(part));
  });
}

function isDangerousCmd(args: readonly string[]): boolean {
  const at = args.findIndex((arg) => /^\/[ckr]$/i.test(arg));
  if (at === -1) return false;
  return args
    .slice(at + 1)
    .join(" ")
    .split(/&&?|\|\|?/)
    .some((segment) => {
      const [command = "", ...rest] = segment.trim().split(/\s+/);
      const has = (option: RegExp) => rest.some((word) => option.test(word));
      switch (command.toLowerCase()) {
        case "start":
          return rest.some(isUrl);
        case "del":
        case "erase":
          return has(/\/f/i);
        case "rd":
        case "rmdir":
          return has(/\/s/i) && has(/\/q/i);
        default:
          return false;
      }
    });
}

function isUrl(word: string): boolean {
  return /^["']?https?:\/\//i.test(word);
}
