// Tells commands that only look at files from others, and shows a row of them as one group (tui.md 7).

import { basename } from "node:path";
import { lower } from "../../rules/shell";
import { branch, bulleted, oneLine, type Layout } from "./layout";

/** What one command of a group looks at. */
export type Look =
  | { readonly type: "read"; readonly name: string }
  | { readonly type: "list"; readonly what: string }
  | { readonly type: "search"; readonly query: string; readonly place: string | undefined };

/** Undefined when the command may do more than look, or looks at nothing that is known here. */
export function looksOf(argv: readonly string[]): readonly Look[] | undefined {
  const lowered = lower(argv);
  if (lowered.type !== "plain") return undefined;
  const looks: Look[] = [];
  for (const [index, { words }] of lowered.commands.entries()) {
    const [name = ""] = words;
    if (SILENT.has(name)) continue;
    const found = looks.length > 0 && isFormatter(words) ? [] : look(words, index);
    if (found === undefined) return undefined;
    looks.push(...found);
  }
  return looks.length === 0 ? undefined : looks;
}

/** One group: `Exploring` while something of it runs. */
export function exploringLines(looks: readonly Look[], running: boolean, layout: Layout): string[] {
  const { theme } = layout;
  const title = theme.bold(running ? "Exploring" : "Explored");
  return [...bulleted(title, layout), ...branch(rows(looks, layout), layout)];
}

function rows(looks: readonly Look[], { theme }: Layout): string[] {
  const result: string[] = [];
  let names: string[] = [];
  const flush = () => {
    if (names.length > 0) result.push(`${theme.accent("Read")} ${[...new Set(names)].join(", ")}`);
    names = [];
  };
  for (const each of looks) {
    if (each.type === "read") {
      names.push(oneLine(each.name));
      continue;
    }
    flush();
    if (each.type === "list") result.push(`${theme.accent("List")} ${oneLine(each.what)}`);
    else {
      const place = each.place === undefined ? "" : `${theme.dim(" in ")}${oneLine(each.place)}`;
      result.push(`${theme.accent("Search")} ${oneLine(each.query)}${place}`);
    }
  }
  flush();
  return result;
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
  return paths.map((path) => ({ type: "read", name: basename(path) || path }));
}

function lists(words: readonly string[], places: readonly string[]): Look {
  return { type: "list", what: places.length === 0 ? words.join(" ") : places.join(" ") };
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
