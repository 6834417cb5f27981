// Proposes the rule that "always" would save: as wide as a person would expect, and never as wide as an interpreter (approvals.md 6, 7.1).

import { gitSubcommandIndex, isReader } from "./safe";

type Words = readonly string[];

const BANNED: ReadonlySet<string> = new Set(
  [
    ...[
      "python3",
      "python3 -",
      "python3 -c",
      "python",
      "python -",
      "python -c",
      "py",
      "py -3",
      "pythonw",
      "pyw",
    ],
    ...["pypy", "pypy3", "git", "bash", "bash -lc", "sh", "sh -c", "sh -lc", "zsh", "zsh -lc", "/bin/zsh"],
    ...["/bin/zsh -lc", "/bin/bash", "/bin/bash -lc", "pwsh", "pwsh -Command", "pwsh -c", "powershell"],
    ...[
      "powershell -Command",
      "powershell -c",
      "powershell.exe",
      "powershell.exe -Command",
      "powershell.exe -c",
    ],
    ...[
      "env",
      "sudo",
      "node",
      "node -e",
      "perl",
      "perl -e",
      "ruby",
      "ruby -e",
      "php",
      "php -r",
      "lua",
      "lua -e",
    ],
    "osascript",
  ].map((prefix) => JSON.stringify(prefix.split(" "))),
);

/** Prefixes that a model may not propose: they would allow everything. */
export function isBannedPrefix(prefix: Words): boolean {
  return BANNED.has(JSON.stringify(prefix));
}

/**
 * The words of a command that a rule should name. What comes after a subcommand (`git commit`, `npm run test`), and
 * after a program that only reads, may be anything; every other command is named whole.
 */
export function widened(words: Words): Words {
  const [program = "", ...args] = words;
  const length = WIDENED.get(program)?.(args);
  const prefix = length === undefined ? words : words.slice(0, length + 1);
  if (prefix.length < words.length && !isBannedPrefix(prefix)) return prefix;
  return isReader(program) && program !== "cd" ? [program] : words;
}

/** The number of words after the program that say what it will do; undefined when all of them do. */
type Depth = (args: Words) => number | undefined;

/** Subcommands one after the other, and before anything that looks like an option. */
const subcommands =
  (count: number, names?: string): Depth =>
  (args) => {
    const allowed = names?.split(" ");
    const head = args.slice(0, count);
    if (head.length < count || !head.every((word) => /^[a-z][\w:.-]*$/i.test(word))) return undefined;
    return allowed === undefined || allowed.includes(head[0] ?? "") ? count : undefined;
  };

/** The first of several that fits. */
const firstOf =
  (...depths: readonly Depth[]): Depth =>
  (args) => {
    for (const depth of depths) {
      const found = depth(args);
      if (found !== undefined) return found;
    }
    return undefined;
  };

const PACKAGE_SCRIPTS = firstOf(
  subcommands(2, "run run-script"),
  subcommands(
    1,
    "test start build install ci add remove update outdated audit ls list lint format typecheck",
  ),
);

const WIDENED: ReadonlyMap<string, Depth> = new Map<string, Depth>([
  ["git", gitDepth],
  ["npm", PACKAGE_SCRIPTS],
  ["pnpm", PACKAGE_SCRIPTS],
  ["yarn", PACKAGE_SCRIPTS],
  ["bun", PACKAGE_SCRIPTS],
  ["npx", subcommands(1)],
  ["bunx", subcommands(1)],
  ["cargo", subcommands(1, "build check test clippy fmt doc bench run add remove update fetch tree nextest")],
  ["go", subcommands(1, "build test vet fmt get list generate")],
  ["make", subcommands(1)],
  ["just", subcommands(1)],
  ["mvn", subcommands(1)],
  ["gradle", subcommands(1)],
  ["./gradlew", subcommands(1)],
  ["pip", subcommands(1, "install list show freeze check")],
  ["pip3", subcommands(1, "install list show freeze check")],
  ["uv", firstOf(subcommands(2, "pip run"), subcommands(1, "sync lock add remove"))],
  ["poetry", firstOf(subcommands(2, "run"), subcommands(1, "install lock add remove show"))],
  ["python", moduleDepth],
  ["python3", moduleDepth],
  ["pytest", () => 0],
  ["gh", subcommands(2, "pr issue run workflow repo release")],
  ["docker", firstOf(subcommands(2, "compose"), subcommands(1, "ps images logs build pull inspect"))],
  ["kubectl", subcommands(1, "get describe logs")],
  ["terraform", subcommands(1, "plan validate fmt init")],
  ["dotnet", subcommands(1, "build test restore")],
  ["swift", subcommands(1, "build test")],
  ["brew", subcommands(1, "install list info search update")],
]);

/** Of git, subcommands that do one kind of thing; `config`, `submodule` and such can do anything. */
const GIT_WIDENED = new Set(
  (
    "add am apply bisect blame branch checkout cherry-pick clone commit describe diff fetch grep log ls-files " +
    "ls-remote merge merge-base mv pull push rebase remote restore rev-list rev-parse revert rm shortlog show " +
    "stash status switch tag worktree"
  ).split(" "),
);

/** Options before the subcommand are part of the rule; with `-c` they can run anything, so the rule is the whole command. */
function gitDepth(args: Words): number | undefined {
  const at = gitSubcommandIndex(args);
  const options = args.slice(0, at);
  if (options.some((option) => /^(-c|--config-env|--exec-path)/.test(option))) return undefined;
  return GIT_WIDENED.has(args[at] ?? "") ? at + 1 : undefined;
}

/** `python -m pytest`. */
function moduleDepth(args: Words): number | undefined {
  return args[0] === "-m" && /^[a-z][\w.]*$/i.test(args[1] ?? "") ? 2 : undefined;
}
