// Lowers an argv that wraps a shell script to the plain commands the script consists of, where that is certain (approvals.md 3).

import {
  parse,
  type Command,
  type CommandNode,
  type PipelineNode,
  type Statement,
  type Word,
  type WordPart,
} from "unbash";

/** A longer script is one opaque command: nobody reads it before approving it. */
const MAX_SCRIPT_CHARS = 256 * 1024;

/** A command as its words, quotes removed. */
export type PlainCommand = {
  readonly words: readonly string[];
  /**
   * False when the shell runs something else than `words`: it takes out backslashes and expands braces, which the words
   * still have. What is not literal is never known to be safe.
   */
  readonly literal: boolean;
};

export type Lowered =
  /** Every command of the script, in order; none of them can do what its words do not say. */
  | { readonly type: "plain"; readonly commands: readonly PlainCommand[] }
  /** One command that reads a here-document; rules apply to it, the list of safe commands does not. */
  | { readonly type: "heredoc"; readonly command: PlainCommand }
  /** Anything else is one command: the argv itself. */
  | { readonly type: "opaque"; readonly command: PlainCommand };

/** An argv that is no shell wrapper is one plain command. */
export function lower(argv: readonly string[]): Lowered {
  const script = wrappedScript(argv);
  const whole: PlainCommand = { words: argv, literal: true };
  if (script === undefined) return { type: "plain", commands: [whole] };
  const statements = parseScript(script);
  if (statements === undefined) return { type: "opaque", command: whole };
  const commands = plainCommands(script, statements);
  if (commands !== undefined) return { type: "plain", commands };
  const command = heredocCommand(statements);
  return command === undefined ? { type: "opaque", command: whole } : { type: "heredoc", command };
}

/** The script of `[shell, "-lc" or "-c", script]` with bash, zsh or sh in any folder. */
export function wrappedScript(argv: readonly string[]): string | undefined {
  const [shell, flag, script] = argv;
  if (argv.length !== 3 || shell === undefined || script === undefined) return undefined;
  if (flag !== "-lc" && flag !== "-c") return undefined;
  return /(^|\/)(bash|zsh|sh)(\.[^./]*)?$/.test(shell) ? script : undefined;
}

/**
 * What two requests must have in common to be the same command (approvals.md 7.4): the words of a script of one plain
 * command, so that it does not matter which shell it is wrapped in; else the script; else the argv.
 */
export function canonicalCommand(argv: readonly string[]): readonly string[] {
  const script = wrappedScript(argv);
  if (script === undefined) return argv;
  const lowered = lower(argv);
  const [only, ...more] = lowered.type === "plain" ? lowered.commands : [];
  const isWords = only?.literal === true && more.length === 0;
  return isWords ? only.words : ["shell script", argv[1] ?? "", script];
}

/** The statements of a script that has no syntax error. */
export function parseScript(script: string): readonly Statement[] | undefined {
  if (script.length > MAX_SCRIPT_CHARS || script.includes("\0")) return undefined;
  const parsed = parse(script);
  return parsed.errors === undefined || parsed.errors.length === 0 ? parsed.commands : undefined;
}

/** A part of a script that has been understood. */
export type Piece = { readonly pos: number; readonly end: number };

/** Undefined unless all of the script is plain words, blanks and the operators `&&`, `||`, `;`, `|`. */
function plainCommands(script: string, statements: readonly Statement[]): PlainCommand[] | undefined {
  const commands: PlainCommand[] = [];
  const pieces: Piece[] = [];
  for (const statement of statements) {
    if (statement.background === true) return undefined;
    for (const node of pipelinesOf(statement)) {
      const found = pipelineCommands(node, pieces);
      if (found === undefined) return undefined;
      commands.push(...found);
    }
  }
  return commands.length > 0 && isOnlyText(script, pieces, BLANKS_AND_OPERATORS) ? commands : undefined;
}

/** The pipelines of a statement, in the order in which they stand. */
export function pipelinesOf(statement: Statement): readonly PipelineNode[] {
  const { command } = statement;
  return command.type === "AndOr" ? command.commands : [command];
}

function pipelineCommands(node: PipelineNode, pieces: Piece[]): PlainCommand[] | undefined {
  if (node.type !== "Pipeline") {
    const command = simpleCommand(node, pieces);
    return command === undefined ? undefined : [command];
  }
  if (node.operators.includes("|&")) return undefined;
  const commands: PlainCommand[] = [];
  for (const member of node.commands) {
    const command = simpleCommand(member, pieces);
    if (command === undefined) return undefined;
    commands.push(command);
  }
  const timed = timeWords(node, pieces);
  if (timed === undefined) return undefined;
  const [first, ...rest] = commands;
  if (first === undefined) return undefined;
  if (timed.length === 0) return commands;
  return [{ words: [...timed, ...first.words], literal: first.literal }, ...rest];
}

/** `time` is a keyword, but counts as a command of that name. Undefined for `!`. */
function timeWords(node: PipelineNode, pieces: Piece[]): readonly string[] | undefined {
  if (node.type !== "Pipeline") return [];
  const words: string[] = [];
  for (const prefix of node.prefixes) {
    if (prefix.type === "Negation" || prefix.endOfOptions !== undefined) return undefined;
    pieces.push({ pos: prefix.pos, end: prefix.end });
    words.push("time", ...(prefix.posix === undefined ? [] : ["-p"]));
  }
  return words;
}

function simpleCommand(node: CommandNode, pieces: Piece[]): PlainCommand | undefined {
  if (node.type !== "Command" || node.prefix.length > 0) return undefined;
  const name = commandName(node);
  if (name === undefined) return undefined;
  pieces.push(name.piece);
  const words = [name.text];
  let literal = !isRewritten(name.text);
  for (const argument of node.suffix) {
    if (argument.type !== "Word") return undefined;
    const word = plainWord(argument);
    if (word === undefined) return undefined;
    pieces.push(argument);
    words.push(word.text);
    literal &&= word.literal;
  }
  return { words, literal };
}

/** Builtins whose arguments are assignments or expressions, not words. */
const DECLARING = new Set(["declare", "typeset", "export", "readonly", "local", "unset", "unsetenv"]);

/** A name is an unquoted word; not a number, a test bracket or a declaration. */
export function commandName(node: Command): { readonly text: string; readonly piece: Piece } | undefined {
  const { name } = node;
  if (name === undefined || !isBareText(name.text)) return undefined;
  if (name.parts?.some((part) => part.type !== "Literal" && part.type !== "Glob")) return undefined;
  if (/^\d+$/.test(name.text) || name.text === "[" || DECLARING.has(name.text)) return undefined;
  return { text: name.text, piece: name };
}

type PlainWord = { readonly text: string; readonly literal: boolean };

/** A word without any expansion but those of globs, tildes and braces, which are taken as text. */
export function plainWord(word: Word): PlainWord | undefined {
  const parts = word.parts ?? [];
  if (parts.length === 0) {
    return isBareText(word.text) ? { text: word.text, literal: !isRewritten(word.text) } : undefined;
  }
  const texts: PlainWord[] = [];
  for (const part of parts) {
    const text = plainPart(part);
    if (text === undefined) return undefined;
    texts.push(text);
  }
  const text = texts.map((part) => part.text).join("");
  if (text === "" && parts.length > 1) return undefined;
  return { text, literal: texts.every((part) => part.literal) };
}

function plainPart(part: WordPart): PlainWord | undefined {
  switch (part.type) {
    case "Literal":
    case "Glob":
    case "BraceExpansion":
      return isBareText(part.text) ? { text: part.text, literal: !isRewritten(part.text) } : undefined;
    case "SingleQuoted":
      return { text: part.value, literal: true };
    case "DoubleQuoted": {
      if (part.parts.some((inner) => inner.type !== "Literal")) return undefined;
      const text = part.text.slice(1, -1);
      if (text.replace(/\\./gsu, "").includes("$")) return undefined;
      return { text, literal: !/\\[\\"$`\n]/.test(text) };
    }
    default:
      return undefined;
  }
}

/** Text outside quotes that holds nothing with a meaning to the shell beyond globs, braces, tildes and single escapes. */
function isBareText(text: string): boolean {
  return /^(\\[^\n]|[^\\\s"'`$()<>|&;])+$/u.test(text) && !/\{\d+\.\.\d+\}/.test(text);
}

/** True when the shell does not take unquoted text as it stands: escapes, and braces other than an empty pair. */
function isRewritten(text: string): boolean {
  return text.includes("\\") || text.replaceAll("{}", "").includes("{");
}

/** Between words; a comment or `&` is neither. */
const BLANKS_AND_OPERATORS = /^([ \t\n]|\\\n|&&|\|\||;|\|)*$/;

/** True when all of the script outside the pieces matches: nothing in it has gone unseen. */
export function isOnlyText(script: string, pieces: readonly Piece[], between: RegExp): boolean {
  let at = 0;
  for (const piece of pieces.toSorted((a, b) => a.pos - b.pos)) {
    if (!between.test(script.slice(at, piece.pos))) return false;
    at = piece.end;
  }
  return between.test(script.slice(at));
}

/** The command of a script that is nothing but one literal command with a here-document (approvals.md 3.3). */
function heredocCommand(statements: readonly Statement[]): PlainCommand | undefined {
  const [statement, ...more] = statements;
  if (statement === undefined || more.length > 0 || statement.background === true) return undefined;
  const node = statement.command;
  if (node.type !== "Command" || node.redirects.length === 0) return undefined;
  const onlyText = node.redirects.every(
    (redirect) =>
      redirect.type === "HereDoc" &&
      redirect.closing !== undefined &&
      (redirect.body.parts ?? []).every(isVariableOrText),
  );
  if (!onlyText || node.prefix.some((part) => part.type === "Assignment")) return undefined;
  const name = commandName(node);
  if (name === undefined || isRewritten(name.text)) return undefined;
  const words = [name.text];
  for (const argument of node.args) {
    if (argument.type !== "Word" || !isBareText(argument.text) || isRewritten(argument.text))
      return undefined;
    words.push(argument.text);
  }
  return { words, literal: true };
}

/** In the body of a here-document; what runs a command is neither. */
function isVariableOrText(part: WordPart): boolean {
  return part.type === "Literal" || part.type === "SimpleExpansion";
}
