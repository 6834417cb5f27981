// Completion for bash: one function that walks the words typed so far and offers what may come next.

import type { Completed, Place } from "./places";

/** The script; it needs no bash-completion package. */
export function bashScript(places: readonly Place[]): string {
  return `# Completion of codex for bash. Load it with: source <(codex completion bash)
_codex() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev="" place=codex i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    prev=\${COMP_WORDS[i]}
    [[ $prev == -- ]] && { compopt -o default; return; }
    case "$place|$prev" in
${places.flatMap(descents).join("\n")}
    esac
  done
  prev=\${COMP_WORDS[COMP_CWORD - 1]}
  if [[ $cur == = ]]; then
    cur=""
  elif [[ $prev == = ]]; then
    prev=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  case "$place|$prev" in
${places.flatMap(values).join("\n")}
  esac
  case "$place" in
${places.map(offers).join("\n")}
  esac
}
complete -F _codex codex
`;
}

/** One step down into a command, or over the value of an option, which may be spelled like a command. */
function descents({ path, commands, options }: Place): readonly string[] {
  const valued = options.filter((option) => option.value !== undefined);
  const spellings = valued.flatMap(({ short, long }) => [...(short === undefined ? [] : [short]), long]);
  const nested = commands.filter(({ names }) => names[0] !== "help");
  return [
    ...nested.map(({ names }) => `      ${patterns(path, names)}) place=${quote(`${path} ${names[0]}`)} ;;`),
    ...(spellings.length === 0
      ? []
      : [`      ${patterns(path, spellings)}) [[ \${COMP_WORDS[i + 1]} == = ]] || ((i++)) ;;`]),
  ];
}

function values({ path, options }: Place): readonly string[] {
  return options.flatMap(({ short, long, value }) => {
    if (value === undefined) return [];
    const spellings = short === undefined ? [long] : [short, long];
    return [`    ${patterns(path, spellings)}) ${reply(value)}; return ;;`];
  });
}

function offers({ path, commands, options, word }: Place): string {
  const names = commands.flatMap((command) => command.names);
  const spellings = options.flatMap(({ short, long }) => (short === undefined ? [long] : [long, short]));
  const choices = word?.type === "choices" ? word.choices : [];
  const words = [...names, ...choices];
  const other = word === undefined || word.type === "choices" ? "" : `; ${reply(word, "more")}`;
  return `    ${quote(path)})
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W ${quote(spellings.join(" "))} -- "$cur"))
      else COMPREPLY=($(compgen -W ${quote(words.join(" "))} -- "$cur"))${other}; fi ;;`;
}

function reply(value: Completed, mode: "only" | "more" = "only"): string {
  const set = mode === "only" ? "=" : "+=";
  switch (value.type) {
    case "choices":
      return `COMPREPLY${set}($(compgen -W ${quote(value.choices.join(" "))} -- "$cur"))`;
    case "file":
      return `compopt -o filenames; mapfile -t -O \${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "$cur")`;
    case "folder":
      return `compopt -o filenames; mapfile -t -O \${#COMPREPLY[@]} COMPREPLY < <(compgen -d -- "$cur")`;
    case "text":
      return ":";
  }
}

function patterns(path: string, words: readonly string[]): string {
  return words.map((word) => quote(`${path}|${word}`)).join(" | ");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
