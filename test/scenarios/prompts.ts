// Scenarios of what goes in beside the model: prompts, standard input, images, schemas, project instructions; and files that come out.

import { completed, functionCall, message, respond } from "../support/responses-server";
import { human, json, type Run, type Scenario } from "./scenario";

const HELLO = [respond(message("hello there"))];
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFElEQVR4nGP4z8DAAMIM/////w8AH+4F+7C4l8kAAAAASUVORK5CYII=",
  "base64",
);

type Small = Partial<Omit<Scenario, "name" | "about" | "runs">>;

function prompt(name: string, about: string, run: Run, more: Small = {}): Scenario {
  return { name, about, script: HELLO, runs: [run], ...more };
}

const SCHEMA = JSON.stringify({
  type: "object",
  properties: { answer: { type: "string" } },
  required: ["answer"],
  additionalProperties: false,
});

export const prompts: readonly Scenario[] = [
  prompt("stdin-added", "what is piped in is added to the prompt", { ...json("P"), stdin: "one\ntwo\n" }),
  prompt("stdin-added-no-newline", "what is piped in need not end in a line break", {
    ...json("P"),
    stdin: "one",
  }),
  prompt("stdin-added-blank", "blank input is left out", { ...json("P"), stdin: " \n\n" }),
  prompt("stdin-added-human", "people see the prompt as it is sent", { ...human("P"), stdin: "one\n" }),
  prompt("stdin-alone", "input alone is the prompt, word for word", { ...json(), stdin: "  one\ntwo\n" }),
  prompt("stdin-dash", "a dash asks for the prompt on standard input", { ...json("-"), stdin: "one\n" }),
  prompt("stdin-alone-empty", "no prompt at all", { ...json(), stdin: "" }),
  prompt("stdin-dash-empty", "a dash and nothing there", { ...json("-"), stdin: " \n" }),
  prompt("stdin-empty-argument", "an empty prompt is sent", json("")),
  prompt("stdin-bom", "a byte order mark is not part of the prompt", { ...json(), stdin: "\ufeffone" }),
  prompt("stdin-utf16", "UTF-16 with a mark is read", {
    ...json(),
    stdin: Buffer.from("\ufefféx", "utf16le"),
  }),
  prompt("stdin-not-utf8", "bytes that are no text are refused", {
    ...json(),
    stdin: Buffer.from([0x61, 0xff, 0xfe, 0x62]),
  }),
  prompt("stdin-utf32", "UTF-32 is refused", {
    ...json(),
    stdin: Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]),
  }),
  prompt("stdin-long", "much input arrives whole", { ...json("P"), stdin: "line of text\n".repeat(20_000) }),
  prompt("prompt-words", "a prompt of several words that are not quoted", json("one", "two")),
  prompt("prompt-after-dashes", "after two dashes everything is the prompt", json("--", "--json")),
  prompt(
    "images",
    "images come before the text, in order",
    { ...json("-i", "a.png", "--image", "sub/b.png", "--", "look") },
    {
      files: { "a.png": PNG, "sub/b.png": PNG },
    },
  ),
  prompt("images-commas", "several images in one flag", json("-i", "a.png,b.png", "--", "look"), {
    files: { "a.png": PNG, "b.png": PNG },
  }),
  prompt(
    "images-missing",
    "an image that cannot be read is named to the model",
    json("-i", "no.png", "--", "look"),
  ),
  prompt("images-not-an-image", "a file that is no image", json("-i", "a.txt", "--", "look"), {
    files: { "a.txt": "text\n" },
  }),
  prompt(
    "schema",
    "an output schema is sent with every request",
    json("--output-schema", "schema.json", "go"),
    {
      files: { "schema.json": SCHEMA },
      script: [
        respond(functionCall("exec_command", { cmd: "true" }, "c1")),
        respond(message('{"answer":"42"}')),
      ],
    },
  ),
  prompt(
    "schema-human",
    "the answer to a schema is printed as it is",
    human("--output-schema", "schema.json", "go"),
    {
      files: { "schema.json": SCHEMA },
      script: [respond(message('{"answer":"42"}'))],
    },
  ),
  prompt("schema-missing", "a schema file that is not there", json("--output-schema", "no.json", "go")),
  prompt("schema-bad", "a schema file that is not JSON", json("--output-schema", "bad.json", "go"), {
    files: { "bad.json": "{nope" },
  }),
  prompt("schema-any-value", "a schema may be any JSON value", json("--output-schema", "s.json", "go"), {
    files: { "s.json": "true" },
  }),
  prompt("last-message", "-o holds the last message, as it is", json("-o", "out.txt", "go"), {
    files: { "out.txt": "old text that is longer than the new one\n" },
  }),
  prompt("last-message-human", "-o changes nothing about what is printed", human("-o", "out.txt", "go")),
  prompt("last-message-none", "-o with nothing to write", json("-o", "out.txt", "go"), {
    script: [respond(completed())],
    files: { "out.txt": "old\n" },
  }),
  prompt("last-message-failed", "-o is not touched when the turn fails", json("-o", "out.txt", "go"), {
    script: [],
    files: { "out.txt": "old\n" },
  }),
  prompt("last-message-unwritable", "-o in a folder that is not there", json("-o", "no/out.txt", "go")),
  prompt(
    "agents-md",
    "AGENTS.md of the home and of every folder on the way down",
    { ...json("go"), cwd: "sub/deeper" },
    {
      files: {
        "codex-home/AGENTS.md": "from home\n",
        "AGENTS.md": "from the root\n",
        "sub/AGENTS.md": "shadowed\n",
        "sub/AGENTS.override.md": "from sub\n",
        "sub/deeper/README.md": "x\n",
        "other/AGENTS.md": "not on the way\n",
      },
    },
  ),
  prompt("agents-md-limit", "AGENTS.md up to its limit", json("go"), {
    settings: "project_doc_max_bytes = 20",
    files: { "AGENTS.md": "0123456789012345678901234567890123456789\n" },
  }),
  prompt("agents-md-other-name", "another name for AGENTS.md", json("go"), {
    settings: 'project_doc_fallback_filenames = ["GUIDE.md"]',
    files: { "GUIDE.md": "guide\n" },
  }),
  prompt("developer-instructions", "instructions of the configuration, and context left out", json("go"), {
    settings:
      'developer_instructions = "Be brief."\ninclude_permissions_instructions = false\ninclude_environment_context = false',
  }),
  prompt(
    "cd",
    "-C is where the work is done; other paths stay where they were",
    json("-C", "sub", "-o", "out.txt", "go"),
    {
      files: { "sub/AGENTS.md": "sub\n" },
      script: [respond(functionCall("exec_command", { cmd: "basename $PWD" }, "c1")), ...HELLO],
    },
  ),
  prompt("ephemeral", "--ephemeral leaves no session file", json("--ephemeral", "go")),
  prompt("no-colour", "--color never", human("--color", "never", "go")),
  prompt("colour", "--color always", human("--color", "always", "go"), {
    files: { "a.txt": "a\n" },
    script: [
      respond(functionCall("exec_command", { cmd: "echo hi" }, "c1")),
      respond(functionCall("exec_command", { cmd: "exit 3" }, "c2")),
      respond(
        functionCall(
          "update_plan",
          {
            explanation: "why",
            plan: [
              { step: "a", status: "completed" },
              { step: "b", status: "in_progress" },
              { step: "c", status: "pending" },
            ],
          },
          "c3",
        ),
      ),
      ...HELLO,
    ],
  }),
];
