// Completion for PowerShell: a native argument completer.

import type { Place } from "./places";

/** The script: to be dot-sourced from $PROFILE. */
export function powershellScript(places: readonly Place[]): string {
  return `# Completion of codex for PowerShell. Load it with: codex completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName 'codex' -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $place = 'codex'
  $valueOf = ''
  foreach ($element in $commandAst.CommandElements | Select-Object -Skip 1) {
    if ($element.Extent.EndOffset -ge $cursorPosition) { break }
    $word = $element.Extent.Text
    if ($valueOf) { $valueOf = ''; continue }
    switch -CaseSensitive ("$place|$word") {
${places.flatMap(descents).join("\n")}
    }
  }
  $offers = if ($valueOf) {
    switch -CaseSensitive ($valueOf) {
${places.flatMap(values).join("\n")}
    }
  } else {
    switch -CaseSensitive ($place) {
${places.map(offers).join("\n")}
    }
  }
  $offers | Where-Object { $_[0] -clike "$wordToComplete*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_[0], $_[0], 'ParameterValue', $_[1])
  }
}
`;
}

function descents({ path, commands, options }: Place): readonly string[] {
  return [
    ...commands
      .filter(({ names }) => names[0] !== "help")
      .flatMap(({ names }) =>
        names.map((name) => `      ${quote(`${path}|${name}`)} { $place = ${quote(`${path} ${names[0]}`)} }`),
      ),
    ...options.flatMap(({ short, long, value }) =>
      value === undefined
        ? []
        : [...(short === undefined ? [] : [short]), long].map(
            (spelling) => `      ${quote(`${path}|${spelling}`)} { $valueOf = ${quote(`${path}|${long}`)} }`,
          ),
    ),
  ];
}

function values({ path, options }: Place): readonly string[] {
  return options.flatMap(({ long, value }) =>
    value?.type === "choices"
      ? [
          `      ${quote(`${path}|${long}`)} { ${value.choices.map((choice) => pair(choice, choice)).join("; ")} }`,
        ]
      : [],
  );
}

function offers({ path, commands, options, word }: Place): string {
  const pairs = [
    ...commands.flatMap(({ names, about }) => names.map((name) => pair(name, about))),
    ...(word?.type === "choices" ? word.choices.map((choice) => pair(choice, choice)) : []),
    ...options.flatMap(({ short, long, help }) =>
      (short === undefined ? [long] : [long, short]).map((spelling) => pair(spelling, help)),
    ),
  ];
  return `      ${quote(path)} { ${pairs.join("; ")} }`;
}

/** What is inserted, and its tooltip; the comma in front keeps the two together. */
function pair(text: string, about: string): string {
  return `, @(${quote(text)}, ${quote(about)})`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
