// Colours source code line by line: comments, strings, numbers, keywords, calls. A guess by the family of the language, never an error.

import type { Theme } from "../terminal/theme";

/** Colours the next line of one text; what a line leaves open (a comment, a string) goes on in the next. */
export type Highlighter = (line: string) => string;

/** Longer lines are shown as they are: nobody reads them, and generated code has them. */
const MAX_LINE_CHARS = 2000;

/** @param language the word after a fence, or the extension of a file; an unknown one is not coloured */
export function highlighter(language: string, theme: Theme): Highlighter {
  const name = language.toLowerCase().replace(/^[.{]+|[},:\s].*$/g, "");
  if (name === "diff" || name === "patch") return (line) => diffLine(line, theme);
  const family = FAMILIES.get(ALIASES[name] ?? name);
  return theme.level === 0 || family === undefined ? (line) => line : familyHighlighter(family, theme);
}

/** The language of a file by its name; "" when it is unknown. */
export function languageOf(path: string): string {
  const name = path.replace(/^.*[/\\]/, "");
  if (/^(Makefile|Dockerfile|\.?(bash|zsh)rc|\.profile)$/.test(name)) return "sh";
  return name.includes(".") ? name.replace(/^.*\./, "").toLowerCase() : "";
}

type Family = {
  readonly keywords: ReadonlySet<string>;
  /** What begins a comment up to the end of the line. */
  readonly comment: string;
  readonly block?: readonly [string, string];
  /** Quotes of strings that end with their line. */
  readonly quotes: string;
  /** Quotes of strings that may go over lines, longest first. */
  readonly longQuotes?: readonly string[];
  /** Case does not matter for keywords. */
  readonly anyCase?: boolean;
};

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));
const C_COMMENT = { comment: "//", block: ["/*", "*/"] } as const;

const FAMILIES: ReadonlyMap<string, Family> = new Map<string, Family>([
  [
    "js",
    {
      ...C_COMMENT,
      quotes: "\"'",
      longQuotes: ["`"],
      keywords: words(
        "abstract as async await break case catch class const continue declare default delete do else enum export extends false finally for from function get if implements import in infer instanceof interface is keyof let namespace new null of private protected public readonly return satisfies set static super switch this throw true try type typeof undefined using var void while yield",
      ),
    },
  ],
  [
    "python",
    {
      comment: "#",
      quotes: "\"'",
      longQuotes: ['"""', "'''"],
      keywords: words(
        "False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda match nonlocal not or pass raise return self try while with yield",
      ),
    },
  ],
  [
    "sh",
    {
      comment: "#",
      quotes: "\"'",
      keywords: words(
        "case cd do done echo elif else esac exec exit export fi for function if in local read return select set shift sudo then time trap unset until while",
      ),
    },
  ],
  [
    "rust",
    {
      ...C_COMMENT,
      quotes: '"',
      keywords: words(
        "as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move mut pub ref return self Self static struct super trait true type unsafe use where while",
      ),
    },
  ],
  [
    "go",
    {
      ...C_COMMENT,
      quotes: "\"'",
      longQuotes: ["`"],
      keywords: words(
        "break case chan const continue default defer else fallthrough false for func go goto if import interface iota map nil package range return select struct switch true type var",
      ),
    },
  ],
  [
    "c",
    {
      ...C_COMMENT,
      quotes: "\"'",
      keywords: words(
        "abstract auto bool boolean break byte case catch char class const constexpr continue data default define delete do double else enum explicit extends extern final finally float for foreach fun func goto guard if implements import in include inline int interface internal is let long namespace new null nullptr object open operator override package private protected protocol public readonly ref return sealed short signed sizeof static string struct super switch template this throw throws true false try typedef typename union unsigned using val var virtual void volatile when while",
      ),
    },
  ],
  [
    "ruby",
    {
      comment: "#",
      quotes: "\"'",
      keywords: words(
        "alias and begin break case class def do else elsif end ensure false for if in module next nil not or raise redo require rescue retry return self super then true undef unless until when while yield",
      ),
    },
  ],
  [
    "sql",
    {
      comment: "--",
      block: ["/*", "*/"],
      quotes: "'\"",
      anyCase: true,
      keywords: words(
        "add all alter and as asc begin between by case column commit constraint create default delete desc distinct drop else end exists foreign from full group having if in index inner insert into is join key left like limit not null offset on or order outer primary references right rollback select set table then union unique update values view when where with",
      ),
    },
  ],
  ["data", { comment: "#", quotes: "\"'", keywords: words("true false null yes no on off") }],
]);

const ALIASES: Readonly<Record<string, string>> = {
  ...aliases("js", "javascript jsx mjs cjs ts mts cts tsx typescript json jsonc json5"),
  ...aliases("python", "py python3 pyi"),
  ...aliases("sh", "bash zsh shell console fish ksh"),
  ...aliases("rust", "rs"),
  ...aliases("go", "golang"),
  ...aliases(
    "c",
    "h cc cpp cxx hpp c++ cs csharp java kotlin kt swift scala dart php css scss less m mm zig proto",
  ),
  ...aliases("ruby", "rb"),
  ...aliases("data", "yaml yml toml ini conf env dockerfile makefile"),
};

function aliases(family: string, names: string): Record<string, string> {
  return Object.fromEntries(names.split(" ").map((name) => [name, family]));
}

/** Words, numbers, and anything else; strings and comments are found by hand. */
const TOKEN = /[A-Za-z_$][\w$-]*|\d[\w.]*|\s+|[^]/gy;

function familyHighlighter(family: Family, theme: Theme): Highlighter {
  let open: { readonly end: string; readonly style: keyof Theme["syntax"] } | undefined;
  return (line) => {
    if (line.length > MAX_LINE_CHARS) return line;
    let result = "";
    let at = 0;
    const take = (end: number, style?: keyof Theme["syntax"]) => {
      const text = line.slice(at, end);
      result += style === undefined ? text : theme.syntax[style](text);
      at = end;
    };
    while (at < line.length) {
      if (open !== undefined) {
        const end = closingAt(line, open.end, at);
        const { style } = open;
        if (end !== -1) open = undefined;
        take(end === -1 ? line.length : end, style);
        continue;
      }
      const begun = longStart(family, line, at);
      if (begun !== undefined) {
        open = begun;
        const end = closingAt(line, begun.end, at + begun.begin.length);
        if (end !== -1) open = undefined;
        take(end === -1 ? line.length : end, begun.style);
      } else if (isComment(family, line, at)) {
        take(line.length, "comment");
      } else if (family.quotes.includes(line[at] ?? "")) {
        const end = closingAt(line, line[at] ?? "", at + 1);
        take(end === -1 ? at + 1 : end, end === -1 ? undefined : "string");
      } else {
        TOKEN.lastIndex = at;
        const token = TOKEN.exec(line)?.[0] ?? line.slice(at);
        take(at + token.length, wordStyle(family, token, line[at + token.length]));
      }
    }
    return result;
  };
}

function longStart(family: Family, line: string, at: number) {
  if (family.block !== undefined && line.startsWith(family.block[0], at))
    return { begin: family.block[0], end: family.block[1], style: "comment" as const };
  const quote = family.longQuotes?.find((mark) => line.startsWith(mark, at));
  return quote === undefined ? undefined : { begin: quote, end: quote, style: "string" as const };
}

/** A `#` within a word is none, as in `$#` or a colour. */
function isComment({ comment }: Family, line: string, at: number): boolean {
  return line.startsWith(comment, at) && (comment !== "#" || at === 0 || /\s/.test(line[at - 1] ?? ""));
}

/** The place after the closing mark, or -1; a backslash guards the letter after it. */
function closingAt(line: string, mark: string, from: number): number {
  for (let at = from; at < line.length; at++) {
    if (line[at] === "\\" && mark !== "*/") at++;
    else if (line.startsWith(mark, at)) return at + mark.length;
  }
  return -1;
}

function wordStyle(
  family: Family,
  token: string,
  next: string | undefined,
): keyof Theme["syntax"] | undefined {
  if (family.keywords.has(family.anyCase === true ? token.toLowerCase() : token)) return "keyword";
  if (/^\d/.test(token)) return "number";
  if (!/^[A-Za-z_$]/.test(token)) return undefined;
  if (next === "(") return "function";
  return /^[A-Z][a-z]/.test(token) ? "type" : undefined;
}

function diffLine(line: string, theme: Theme): string {
  if (/^(\+\+\+|---|diff |index )/.test(line)) return theme.bold(line);
  if (line.startsWith("@@")) return theme.accent(line);
  if (line.startsWith("+")) return theme.addedMark(line);
  return line.startsWith("-") ? theme.removedMark(line) : line;
}
