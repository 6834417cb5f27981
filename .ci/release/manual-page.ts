// The manual page, made from the command table.

import { placesOf, type Option, type Place } from "../../src/cli/completion/places";
import { CODEX } from "../../src/cli/table";
import { VERSION } from "../../src/util/version";

const FILES: readonly (readonly [string, string])[] = [
  ["~/.codex/config.toml", "Settings; see docs/config.md, or `codex config schema`."],
  ["~/.codex/auth.json", "The login."],
  [
    "~/.codex/rules/*.rules",
    "Which commands run without a question, and which never; see `codex rules list`.",
  ],
  ["~/.codex/sessions/", "A file of JSON lines for each session."],
  ["AGENTS.md", "What the agent is told about a project, in its folders; of the user's own in ~/.codex."],
];
const VARIABLES: readonly (readonly [string, string])[] = [
  ["CODEX_HOME", "A folder in place of ~/.codex."],
  ["CODEX_API_KEY", "An API key for `codex exec`."],
  ["HTTPS_PROXY, HTTP_PROXY, NO_PROXY", "Honoured by everything that goes to the network."],
  ["CODEX_CA_CERTIFICATE", "A PEM file with certificates to trust in addition."],
  ["NO_COLOR, FORCE_COLOR", "No colours, or colours in any case."],
  ["RUST_LOG", "Anything but `off`: diagnostics on stderr."],
];
const EXIT_CODES: readonly (readonly [string, string])[] = [
  ["0", "The turn, or the command, is complete."],
  ["1", "It failed, or it was interrupted; a message on stderr says why."],
  ["2", "The command line is wrong."],
  ["other", "Of `codex sandbox`: the exit code of the command."],
];

/** The page, in man's own language. */
export function manualPage(): string {
  const places = placesOf(CODEX);
  const [root, ...commands] = places;
  if (root === undefined) throw new Error("the table is empty");
  return [
    `.TH CODEX 1 "" "codex ${VERSION}" "User Commands"`,
    ".SH NAME",
    `codex \\- ${plain(CODEX.about.toLowerCase())}`,
    ".SH SYNOPSIS",
    ".B codex\n[options] [prompt]\n.br\n.B codex exec\n[options] [prompt]\n.br\n.B codex\ncommand [options]",
    ".SH DESCRIPTION",
    plain(
      "Without a command, codex talks with you at the terminal. `codex exec` does one task without questions and prints " +
        "the last message of the agent on stdout. The agent runs commands and edits files inside a sandbox of the operating system.",
    ),
    ".SH OPTIONS",
    ...root.options.map(optionText),
    ".SH COMMANDS",
    ...commands.map((place) => commandText(place, places)),
    ".SH FILES",
    ...FILES.map(entry),
    ".SH ENVIRONMENT",
    ...VARIABLES.map(entry),
    ".SH EXIT STATUS",
    ...EXIT_CODES.map(entry),
    "",
  ].join("\n");
}

function commandText({ path, options }: Place, places: readonly Place[]): string {
  const parent = places.find((each) => each.path === path.slice(0, path.lastIndexOf(" ")));
  const own = parent?.commands.find(({ names }) => path.endsWith(` ${names[0]}`));
  const known = new Set(places[0]?.options.map(({ long }) => long));
  const special = options.filter(({ long }) => !known.has(long));
  return [`.SS ${plain(path)}`, plain(`${own?.about ?? ""}.`), ...special.map(optionText)].join("\n");
}

function optionText({ short, long, help, value }: Option): string {
  const spelled = [short, long].filter((each) => each !== undefined).map((each) => `\\fB${plain(each)}\\fR`);
  const argument = value === undefined ? "" : ` \\fI${plain(value.name)}\\fR`;
  const choices = value?.type === "choices" ? ` One of ${value.choices.join(", ")}.` : "";
  return `.TP\n${spelled.join(", ")}${argument}\n${plain(`${help}.${choices}`)}`;
}

function entry([name, about]: readonly [string, string]): string {
  return `.TP\n\\fB${plain(name)}\\fR\n${plain(about)}`;
}

/** Without what man would take for its own. */
function plain(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll("`", "")
    .replace(/^([.'])/gm, "\\&$1");
}
