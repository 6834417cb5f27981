// Completion for fish: one `complete` line for everything that can be typed, each with the place where it belongs.

import type { Completed, Option, Place } from "./places";

/** The script: to be put into ~/.config/fish/completions/codex.fish, or sourced. */
export function fishScript(places: readonly Place[]): string {
  return `# Completion of codex for fish. Load it with: codex completion fish | source
function __codex_place
    set -l place codex
    set -l skip 0
    for word in (commandline -opc)[2..-1]
        if test $skip = 1
            set skip 0
            continue
        end
        switch "$place|$word"
${places.flatMap(descents).join("\n")}
        end
    end
    echo $place
end
function __codex_at
    test (__codex_place) = "$argv[1]"
end
complete -c codex -f
${places.flatMap(lines).join("\n")}
`;
}

function descents({ path, commands, options }: Place): readonly string[] {
  const valued = options.filter((option) => option.value !== undefined);
  const spellings = valued.flatMap(({ short, long }) => [...(short === undefined ? [] : [short]), long]);
  return [
    ...commands
      .filter(({ names }) => names[0] !== "help")
      .map(
        ({ names }) =>
          `            case ${names.map((name) => quote(`${path}|${name}`)).join(" ")}\n                set place ${quote(`${path} ${names[0]}`)}`,
      ),
    ...(spellings.length === 0
      ? []
      : [
          `            case ${spellings.map((word) => quote(`${path}|${word}`)).join(" ")}\n                set skip 1`,
        ]),
  ];
}

function lines({ path, commands, options, word }: Place): readonly string[] {
  const at = `complete -c codex -n ${quote(`__codex_at ${quote(path)}`)}`;
  return [
    ...commands.flatMap(({ names, about }) => names.map((name) => `${at} -a ${name} -d ${quote(about)}`)),
    ...options.map((option) => `${at} ${optionText(option)}`),
    ...(word === undefined || word.type === "text" ? [] : [`${at} ${valueText(word)}`]),
  ];
}

function optionText({ short, long, help, value }: Option): string {
  const letter = short === undefined ? "" : ` -s ${short.slice(1)}`;
  const argument = value === undefined ? "" : ` -r ${valueText(value)}`;
  return `-l ${long.slice(2)}${letter}${argument} -d ${quote(help)}`;
}

function valueText(value: Completed): string {
  switch (value.type) {
    case "choices":
      return `-a ${quote(value.choices.join(" "))}`;
    case "file":
      return "-F";
    case "folder":
      return "-a '(__fish_complete_directories)'";
    case "text":
      return "";
  }
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, String.raw`\$&`)}'`;
}
