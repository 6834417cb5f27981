// Recognises the commands to stop at: those that are asked about under every policy (approvals.md 5), and those that throw work away.

import { gitSubcommandIndex } from "./safe";
import { lower, wrappedScript } from "./shell";
import { visibleCommands } from "./shell-view";
import { isDangerousOnWindows } from "./windows";

type Words = readonly string[];

/**
 * True for `rm -f` and `rm -rf`, also behind `sudo` and in a plain script. The list is short on purpose: it is the same
 * as everywhere else, so that nothing is refused here that runs there.
 */
export function isDangerous(words: Words, platform: NodeJS.Platform = process.platform): boolean {
  if (platform === "win32" && isDangerousOnWindows(words)) return true;
  const own = words.slice(words.findIndex((word) => word !== "sudo"));
  if (own[0] === "rm" && (own[1] === "-f" || own[1] === "-rf")) return true;
  if (wrappedScript(own) === undefined) return false;
  const lowered = lower(own);
  return lowered.type === "plain" && lowered.commands.some((command) => isDangerous(command.words, platform));
}

/**
 * True when any command in an argv, by a plain reading, destroys what cannot be brought back: files or commits. Such a
 * command never leaves the sandbox without a question, whatever the rules say.
 */
export function isDestructive(argv: Words): boolean {
  return visibleCommands(argv).some((words) => {
    const name = (words[0] ?? "").replace(/^.*\//, "");
    const check = Object.hasOwn(DESTRUCTIVE, name) ? DESTRUCTIVE[name] : undefined;
    return check?.(words.slice(1)) === true;
  });
}

const DESTRUCTIVE: Readonly<Record<string, (args: Words) => boolean>> = {
  find: (args) =>
    args.some(
      (arg, at) => arg === "-delete" || (/^-exec(dir)?$/.test(arg) && /(^|\/)rm$/.test(args[at + 1] ?? "")),
    ),
  git: isDestructiveGit,
  rm: isDestructiveRemoval,
  shred: () => true,
};

/** Folders that a build makes anew. */
const BUILD_OUTPUT = new Set(
  (
    "node_modules dist build out target coverage tmp temp .cache .next .nuxt .output .parcel-cache .svelte-kit .turbo " +
    ".nyc_output .pytest_cache .mypy_cache .ruff_cache .tox .gradle __pycache__ htmlcov"
  ).split(" "),
);

/** `rm` of whole folders, or forced, of anything but what a build makes in this folder or below. */
function isDestructiveRemoval(args: Words): boolean {
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  const options = args.slice(0, end).filter((arg) => arg.startsWith("-") && arg !== "-");
  const targets = args.filter((arg, at) => at > end || (at < end && !options.includes(arg)));
  const sweeps = options.some((option) => /^-[^-]*[rRf]|^--(r|f)/.test(option));
  return sweeps && !(targets.length > 0 && targets.every(isBuildOutput));
}

function isBuildOutput(path: string): boolean {
  if (path.startsWith("/") || /[~$*?[{`\\]/.test(path)) return false;
  const steps = path.split("/").filter((step) => step !== "" && step !== ".");
  return !steps.includes("..") && steps.some((step) => BUILD_OUTPUT.has(step));
}

function isDestructiveGit(args: Words): boolean {
  const at = gitSubcommandIndex(args);
  const rest = args.slice(at + 1);
  const check = DESTRUCTIVE_GIT.get(args[at] ?? "");
  return check?.(rest) === true;
}

const DESTRUCTIVE_GIT: ReadonlyMap<string, (args: Words) => boolean> = new Map([
  ["reset", (args: Words) => has(args, "--hard", "--merge")],
  ["clean", (args: Words) => has(args, "--force", "f") && !has(args, "--dry-run", "n")],
  // With a path, or forced, it overwrites files; `git checkout NAME` alone refuses to.
  ["checkout", (args: Words) => has(args, "--force", "f") || args.includes("--") || args.some(isPathspec)],
  ["switch", (args: Words) => has(args, "--force", "f", "--discard-changes", "C", "--force-create")],
  ["restore", (args: Words) => !has(args, "--staged", "S") || has(args, "--worktree", "W")],
  [
    "push",
    (args: Words) =>
      has(args, "--force", "f", "--force-with-lease", "--mirror", "--delete", "d", "--prune") ||
      args.some((arg) => /^[+:]./.test(arg)),
  ],
  ["stash", (args: Words) => args[0] === "drop" || args[0] === "clear"],
  ["branch", (args: Words) => has(args, "D", "--force", "f", "M", "C") || isForcedDelete(args)],
  ["worktree", (args: Words) => args[0] === "remove" && has(args, "--force", "f")],
  ["reflog", (args: Words) => args[0] === "expire" || args[0] === "delete"],
  ["gc", (args: Words) => has(args, "--prune")],
  ["rm", (args: Words) => has(args, "--force", "f")],
  ["filter-branch", () => true],
  ["filter-repo", () => true],
]);

function isForcedDelete(args: Words): boolean {
  return has(args, "--delete", "d") && has(args, "--force", "f");
}

function isPathspec(arg: string): boolean {
  return arg === "." || arg.startsWith("./") || arg.startsWith("../") || arg.startsWith(":/");
}

/** True when an option is among the words before `--`: a long one with or without `=value`, a letter in any cluster. */
function has(args: Words, ...options: readonly string[]): boolean {
  const end = args.indexOf("--");
  return (end === -1 ? args : args.slice(0, end)).some((arg) =>
    options.some((option) =>
      option.startsWith("--")
        ? arg === option || arg.startsWith(`${option}=`)
        : /^-[^-]/.test(arg) && arg.slice(1).includes(option),
    ),
  );
}
