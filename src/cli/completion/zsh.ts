// Completion for zsh: a function for every command, on zsh's own _arguments.

import type { Completed, Option, Place } from "./places";

/** The script: to be put on $fpath as `_codex`, or sourced once compinit has run. */
export function zshScript(places: readonly Place[]): string {
  return `#compdef codex
# Completion of codex for zsh. Put it on $fpath as _codex, or: source <(codex completion zsh)
${places.map(placeFunction).join("\n")}
if [[ \${funcstack[1]} == _codex ]]; then _codex "$@"; else compdef _codex codex; fi
`;
}

function placeFunction({ path, commands, options, word }: Place): string {
  const specs = options.flatMap(optionSpecs);
  if (commands.length === 0) {
    const rest = word === undefined ? [] : [`'*:${word.type === "text" ? "text" : "value"}:${action(word)}'`];
    return `${functionName(path)}() {
  _arguments -s -S ${[...specs, ...rest].join(" \\\n    ")}
}`;
  }
  const described = commands.flatMap(({ names, about }) =>
    names.map((name) => quote(`${name}:${about.replaceAll(":", "\\:")}`)),
  );
  const branches = commands
    .filter(({ names }) => names[0] !== "help")
    .map(({ names }) => `        (${names.join("|")}) ${functionName(`${path} ${names[0]}`)} ;;`);
  return `${functionName(path)}() {
  local curcontext=$curcontext state line
  _arguments -s -S -C ${[...specs, "'1: :->command'", "'*:: :->rest'"].join(" \\\n    ")}
  case $state in
    (command)
      local -a commands
      commands=(${described.join(" ")})
      _describe -t commands 'codex command' commands ;;
    (rest)
      case $line[1] in
${branches.join("\n")}
      esac ;;
  esac
}`;
}

/** \`'(-m --model)'{-m,--model}'[Which model to ask]:MODEL:'\` */
function optionSpecs({ short, long, help, value, repeats }: Option): readonly string[] {
  const argument = value === undefined ? "" : `:${value.name.replaceAll(":", "\\:")}:${action(value)}`;
  const about = `[${help.replace(/[[\]:\\]/g, String.raw`\$&`)}]`;
  const spellings = short === undefined ? [long] : [short, long];
  const exclusion = repeats ? "*" : `(${spellings.join(" ")})`;
  return spellings.map((spelling) => {
    const sign = value === undefined ? "" : spelling.startsWith("--") ? "=" : "+";
    return quote(`${exclusion}${spelling}${sign}${about}${argument}`);
  });
}

function action(value: Completed): string {
  switch (value.type) {
    case "choices":
      return `(${value.choices.join(" ")})`;
    case "file":
      return "_files";
    case "folder":
      return "_files -/";
    case "text":
      return "";
  }
}

function functionName(path: string): string {
  return `_${path.replaceAll(" ", "__")}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
