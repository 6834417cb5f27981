// Completion for elvish: an argument completer that finds the place and puts out its candidates.

import type { Place } from "./places";

/** The script: to be added to rc.elv. */
export function elvishScript(places: readonly Place[]): string {
  return `# Completion of codex for elvish. Add this to rc.elv.
use edit
use str

set edit:completion:arg-completer[codex] = {|@words|
  fn cand {|text about|
    edit:complex-candidate $text &display=$text' '$about
  }
  var value-of = [
${places.flatMap(valued).join("\n")}
  ]
  var below = [
${places.flatMap(descents).join("\n")}
  ]
  var place = codex
  var pending = ''
  for word $words[1..-1] {
    if (not-eq $pending '') {
      set pending = ''
    } elif (has-key $below $place'|'$word) {
      set place = $below[$place'|'$word]
    } elif (has-key $value-of $place'|'$word) {
      set pending = $value-of[$place'|'$word]
    }
  }
  var values = [
${places.flatMap(values).join("\n")}
  ]
  var offers = [
${places.map(offers).join("\n")}
  ]
  if (not-eq $pending '') {
    if (has-key $values $pending) {
      $values[$pending]
    } else {
      edit:complete-filename $words[-1]
    }
  } else {
    $offers[$place]
  }
}
`;
}

function descents({ path, commands }: Place): readonly string[] {
  return commands
    .filter(({ names }) => names[0] !== "help")
    .flatMap(({ names }) =>
      names.map((name) => `    &${quote(`${path}|${name}`)}=${quote(`${path} ${names[0]}`)}`),
    );
}

function valued({ path, options }: Place): readonly string[] {
  return options.flatMap(({ short, long, value }) =>
    value === undefined
      ? []
      : [...(short === undefined ? [] : [short]), long].map(
          (spelling) => `    &${quote(`${path}|${spelling}`)}=${quote(`${path}|${long}`)}`,
        ),
  );
}

function values({ path, options }: Place): readonly string[] {
  return options.flatMap(({ long, value }) =>
    value?.type === "choices"
      ? [`    &${quote(`${path}|${long}`)}={ put ${value.choices.map(quote).join(" ")} }`]
      : [],
  );
}

function offers({ path, commands, options, word }: Place): string {
  const candidates = [
    ...commands.flatMap(({ names, about }) => names.map((name) => [name, about] as const)),
    ...(word?.type === "choices" ? word.choices.map((choice) => [choice, ""] as const) : []),
    ...options.flatMap(({ short, long, help }) =>
      (short === undefined ? [long] : [long, short]).map((spelling) => [spelling, help] as const),
    ),
  ];
  const lines = candidates.map(([text, about]) => `cand ${quote(text)} ${quote(about)}`);
  return `    &${quote(path)}={ ${lines.join("; ")} }`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
