// Random shell scripts from a seed: well-formed ones of which it is known whether they do harm, and soups of tokens.

import type { Random } from "../patch/random";

export type RandomScript = {
  readonly script: string;
  /** True when some part of it, by a plain reading, writes, runs another program or reaches the network. */
  readonly harmful: boolean;
};

/** Commands that read, joined by operators; in half of the scripts something harmful stands among them. */
export function wellFormedScript(random: Random): RandomScript {
  const parts = Array.from({ length: 1 + random.below(4) }, () => random.pick(READING)(random));
  const harmful = random.below(2) === 0;
  if (harmful) parts.splice(random.below(parts.length + 1), 0, harm(random));
  const script = parts.reduce((whole, part) => whole + random.pick(OPERATORS) + part);
  return { script, harmful };
}

/** Tokens in any order. Most are no scripts at all. */
export function tokenSoup(random: Random): string {
  const start = random.pick(["ls", "cat", "echo", "find", "git", "sed", "rg", "uniq", "base64", "grep"]);
  const tokens = Array.from({ length: 1 + random.below(7) }, () => random.pick(TOKENS));
  return [start, ...tokens].map((token) => token + (random.below(4) === 0 ? "" : " ")).join("");
}

const OPERATORS = ["; ", " && ", " || ", " | ", "\n", ";", "&&", "|"];
const WORDS = [
  "a",
  "b.txt",
  "'c d'",
  '"e f"',
  "*.ts",
  "-n",
  "--",
  "é",
  "{x,y}",
  "~",
  "a\\ b",
  "x=1",
  "'$HOME'",
  '"it\'s"',
];
const READERS = [
  "cat",
  "ls -la",
  "grep -n",
  "head -n 2",
  "wc -l",
  "echo",
  "/bin/ls",
  "tr a",
  "stat",
  "cut -f1",
  "nl",
];

const READING: readonly ((random: Random) => string)[] = [
  (random) => `${random.pick(READERS)} ${random.pick(WORDS)}`,
  (random) => `echo ${random.pick(WORDS)} ${random.pick(WORDS)}`,
  () => "pwd",
  (random) => `find . -name ${random.pick(WORDS)}`,
  (random) => `git ${random.pick(["status", "log -1", "diff", "show HEAD", "branch -a"])}`,
  () => "sed -n 1,2p a",
  () => "rg -n x",
  () => "uniq a",
];

const HARMFUL_COMMANDS = [
  ...[
    "rm x",
    "rm -rf x",
    "touch x",
    "mv a b",
    "cp a b",
    "mkdir d",
    "tee f",
    "dd of=f",
    "ln -s a b",
    "chmod 777 a",
  ],
  ...[
    "curl http://x",
    "wget http://x",
    "nc x 80",
    "ssh x",
    "sh",
    "bash x",
    "python3 -c 1",
    "perl -e 1",
    "node x",
  ],
  ...[
    "./ls",
    "./git status",
    "bin/cat a",
    "xargs rm",
    "env ls",
    "sudo ls",
    "eval ls",
    ". ./x",
    "source x",
    "exec ls",
  ],
  ...[
    "git push",
    "git fetch",
    "git commit -m x",
    "git -c a.b=c status",
    "git diff --output=f",
    "git branch new",
  ],
  ...["git log --ext-diff", "git -C x log", "find . -delete", "find . -exec rm {} +", "find . -fprint f"],
  ...[
    "find . -d\\elete",
    "find . {-delete,x}",
    'find . -"delete"',
    "sed -i s/a/b/ a",
    "sed -n '1w f' a",
    "sed s/a/b/e a",
  ],
  ...[
    "sed -n 1p -fx",
    "rg --pre sh x",
    "rg -nz x",
    "uniq a b",
    "base64 -o f a",
    "sort -o f a",
    "awk 1 a",
    "command rm x",
  ],
  ...[
    "bash -c 'rm x'",
    "sh -c 'ls; touch y'",
    "zsh -lc 'curl x'",
    "trap 'rm x' EXIT",
    "alias ls=rm",
    "nohup rm x",
  ],
] as const;

const HARMFUL_FORMS: readonly ((random: Random) => string)[] = [
  (random) => random.pick(HARMFUL_COMMANDS),
  (random) => random.pick(HARMFUL_COMMANDS),
  (random) =>
    `ls ${random.pick(["> f", ">> f", ">| f", "&> f", ">f", "1>f", "2> f", "<> f", ">&f", "> /dev/tcp/x/80"])}`,
  (random) =>
    `echo ${random.pick(["$(", '"$(', "<(", "x$("])}${random.pick(HARMFUL_COMMANDS).replaceAll('"', "")})`,
  (random) => `cat \`${random.pick(HARMFUL_COMMANDS).replaceAll("\\", "")}\``,
  (random) => `(${random.pick(HARMFUL_COMMANDS)})`,
  (random) => `{ ${random.pick(HARMFUL_COMMANDS)}; }`,
  (random) => `if ls; then ${random.pick(HARMFUL_COMMANDS)}; fi`,
  (random) => `for f in a b; do ${random.pick(HARMFUL_COMMANDS)}; done`,
  (random) => `ls() { ${random.pick(HARMFUL_COMMANDS)}; }`,
  (random) => `ls & ${random.pick(HARMFUL_COMMANDS)}`,
  (random) => `! ${random.pick(HARMFUL_COMMANDS)}`,
  (random) => `A=1 ${random.pick(HARMFUL_COMMANDS)}`,
  (random) => `PATH=. ${random.pick(READERS)} a`,
  (random) => `sh <<'E'\n${random.pick(HARMFUL_COMMANDS)}\nE`,
];

function harm(random: Random): string {
  const text = random.pick(HARMFUL_FORMS)(random);
  return text.startsWith('echo "$(') ? `${text}"` : text;
}

const TOKENS = [
  ...[
    "a",
    "b",
    "-n",
    "-x",
    "--",
    "-",
    "1p",
    "1,2p",
    "status",
    "log",
    "diff",
    "show",
    "branch",
    "-delete",
    "-exec",
    "rm",
  ],
  ...[
    "touch",
    "canary",
    "sh",
    "-c",
    "./canary",
    "bin/canary",
    "-name",
    "-fprint",
    "f",
    "--output=f",
    "--output",
    "-o",
    "-i",
  ],
  ...[
    "--pre",
    "--pre=canary",
    "-z",
    "w f",
    "'1w f'",
    "s/a/b/w",
    ">",
    ">>",
    ">f",
    "<",
    "<<E\nx\nE\n",
    "<<<",
    "2>&1",
    "&>",
    ">&",
  ],
  ...[
    ";",
    "&&",
    "||",
    "|",
    "&",
    "|&",
    ";;",
    "\n",
    "(",
    ")",
    "{",
    "}",
    "!",
    "[",
    "]",
    "[[",
    "]]",
    "#",
    "$(canary)",
    "`canary`",
  ],
  ...[
    "$(",
    "`",
    "$x",
    "${x}",
    "$((1))",
    "<(canary)",
    ">(canary)",
    "'",
    '"',
    "\\",
    "\\\n",
    "$'\\x72'",
    "{a,b}",
    "{-delete,x}",
  ],
  ...[
    "-d\\elete",
    '-"delete"',
    "'a b'",
    '"a b"',
    '"$x"',
    '"$(canary)"',
    "*",
    "?",
    "~",
    "*.txt",
    "A=1",
    "PATH=.",
    "if",
    "then",
  ],
  ...[
    "fi",
    "for",
    "do",
    "done",
    "case",
    "esac",
    "function",
    "f()",
    "time",
    "exec",
    "eval",
    "command",
    "env",
    "xargs",
    "é",
    "日本",
  ],
  ...[
    "\u00a0",
    "\u200b",
    "\r",
    "\t",
    "'a\nb'",
    '"a\\"b"',
    "a#b",
    "%(x)",
    "=",
    "@(a|b)",
    "*(a)",
    "{1..3}",
    "{fd}>f",
    "coproc",
  ],
];
