// The grammar of the command line: every way to write an option, where values end up, and the text of every usage error.

import { describe, expect, test } from "bun:test";
import { parseArgv } from "../../src/cli/argv";
import { helpText } from "../../src/cli/help";
import type { CommandPath, CommandSpec, FlagSpec, Invocation, ParsedArgv } from "../../src/cli/grammar/spec";
import { UsageError } from "../../src/cli/grammar/usage-error";
import { CODEX } from "../../src/cli/table";

const load = () => Promise.resolve({ run: () => Promise.resolve(0) });
const CONFIG: FlagSpec = {
  name: "config",
  short: "c",
  value: { name: "key=value", many: "repeat" },
  global: true,
  help: "",
};

/** A table with everything the grammar knows. */
const TABLE: CommandSpec = {
  name: "codex",
  about: "root",
  versionName: "codex-cli",
  load,
  positionals: [{ name: "PROMPT", help: "" }],
  flags: [
    CONFIG,
    { name: "model", short: "m", value: { name: "MODEL" }, help: "" },
    {
      name: "image",
      short: "i",
      value: { name: "FILE", many: "variadic", commaSplit: true, nonEmpty: true },
      help: "",
    },
    { name: "search", help: "" },
  ],
  missing: ["cloud"],
  commands: [
    {
      name: "exec",
      aliases: ["e"],
      about: "run",
      versionName: "codex-cli-exec",
      load,
      positionals: [{ name: "PROMPT", help: "" }],
      flags: [
        { name: "model", short: "m", value: { name: "MODEL" }, global: true, help: "" },
        { name: "json", aliases: ["experimental-json"], global: true, help: "" },
        { name: "quick", short: "q", help: "" },
        { name: "yes", short: "y", conflicts: ["sandbox"], help: "" },
        {
          name: "image",
          short: "i",
          value: { name: "FILE", many: "variadic", commaSplit: true, nonEmpty: true },
          help: "",
        },
        { name: "sandbox", short: "s", value: { name: "MODE", choices: ["read-only", "full"] }, help: "" },
        {
          name: "profile",
          short: "p",
          value: { name: "NAME", refuse: (v) => (v.includes("/") ? "no slashes" : undefined) },
          help: "",
        },
        { name: "add-dir", value: { name: "DIR", many: "repeat" }, help: "" },
        { name: "title", value: { name: "TITLE" }, requires: ["sandbox"], help: "" },
      ],
      commands: [
        {
          name: "resume",
          about: "go on",
          load,
          positionals: [
            { name: "SESSION_ID", help: "" },
            { name: "PROMPT", help: "" },
          ],
          flags: [{ name: "last", help: "" }],
          commands: [],
        },
      ],
    },
    {
      name: "sandbox",
      about: "box",
      load,
      flags: [],
      commands: [],
      positionals: [{ name: "COMMAND", trailing: true, help: "" }],
    },
    {
      name: "config",
      about: "group",
      flags: [],
      positionals: [],
      commands: [
        {
          name: "get",
          about: "",
          load,
          flags: [],
          commands: [],
          positionals: [{ name: "KEY", required: true, help: "" }],
        },
      ],
    },
  ],
};

const EXEC_USAGE = `Usage: codex exec [OPTIONS] [PROMPT]
       codex exec [OPTIONS] <COMMAND> [ARGS]`;

function parse(...argv: string[]): ParsedArgv {
  return parseArgv(TABLE, argv);
}

function invocation(...argv: string[]): Invocation {
  const parsed = parse(...argv);
  if (parsed.type !== "run") throw new Error(`expected a command, got ${parsed.type}`);
  return parsed.invocation;
}

/** The innermost level as plain data. */
function level(...argv: string[]) {
  const { path, levels } = invocation(...argv);
  const last = levels.at(-1) ?? levels[0];
  return {
    path: path.join(" "),
    switches: [...last.switches],
    values: Object.fromEntries(last.values),
    words: Object.fromEntries(last.words),
  };
}

function problem(...argv: string[]): string {
  try {
    parse(...argv);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    expect(error.exitCode).toBe(2);
    expect(error.prefixed).toBe(false);
    expect(error.message).toEndWith("\n\nFor more information, try '--help'.");
    return error.message.replace(/\n\nFor more information, try '--help'\.$/, "");
  }
  throw new Error(`${argv.join(" ")} was accepted`);
}

describe("options", () => {
  test("a value is the next word, or joined with or without an equals sign", () => {
    for (const argv of [["-m", "x"], ["-mx"], ["-m=x"], ["--model", "x"], ["--model=x"]]) {
      expect(level("exec", ...argv).values).toEqual({ model: ["x"] });
    }
  });

  test("values are taken as they are written", () => {
    expect(level("exec", "-m", "007").values).toEqual({ model: ["007"] });
    expect(level("exec", "--model=").values).toEqual({ model: [""] });
    expect(level("exec", "-m", "").values).toEqual({ model: [""] });
    expect(level("exec", "-m=a=b").values).toEqual({ model: ["a=b"] });
    expect(level("exec", "--model=-x").values).toEqual({ model: ["-x"] });
    expect(level("exec", "-m", "-").values).toEqual({ model: ["-"] });
  });

  test("short switches can be grouped, the last one with its value", () => {
    expect(level("exec", "-qy").switches).toEqual(["quick", "yes"]);
    expect(level("exec", "-qmx")).toMatchObject({ switches: ["quick"], values: { model: ["x"] } });
    expect(level("exec", "-qm", "x")).toMatchObject({ switches: ["quick"], values: { model: ["x"] } });
  });

  test("other names mean the same option", () => {
    expect(level("exec", "--experimental-json").switches).toEqual(["json"]);
  });

  test("repeatable options keep the order of their values", () => {
    expect(level("exec", "-c", "a=1", "-cb=2", "--config=c=3").values).toEqual({
      config: ["a=1", "b=2", "c=3"],
    });
    expect(level("exec", "--add-dir", "a,b", "--add-dir", "c").values).toEqual({ "add-dir": ["a,b", "c"] });
  });

  test("a variadic option takes every word up to the next option, split at commas", () => {
    expect(level("exec", "-i", "a,b", "c", "--json", "go")).toMatchObject({
      values: { image: ["a", "b", "c"] },
      words: { PROMPT: ["go"] },
    });
    expect(level("exec", "-i", "a", "--", "go")).toMatchObject({
      values: { image: ["a"] },
      words: { PROMPT: ["go"] },
    });
    expect(level("exec", "-i", "a", "resume")).toMatchObject({
      path: "exec",
      values: { image: ["a", "resume"] },
    });
    expect(level("exec", "-i", "a", "-i", "b").values).toEqual({ image: ["a", "b"] });
  });

  test("a joined value ends a variadic option", () => {
    expect(level("exec", "--image=a", "go")).toMatchObject({
      values: { image: ["a"] },
      words: { PROMPT: ["go"] },
    });
    expect(level("exec", "-ia", "go")).toMatchObject({ values: { image: ["a"] }, words: { PROMPT: ["go"] } });
  });
});

describe("words and commands", () => {
  test("a lone dash is a word", () => {
    expect(level("exec", "-").words).toEqual({ PROMPT: ["-"] });
  });

  test("everything after two dashes is words", () => {
    expect(level("exec", "--", "--json").words).toEqual({ PROMPT: ["--json"] });
    expect(level("--", "exec")).toMatchObject({ path: "", words: { PROMPT: ["exec"] } });
  });

  test("an empty word is a word", () => {
    expect(level("exec", "").words).toEqual({ PROMPT: [""] });
  });

  test("a command may follow the words of the one above it", () => {
    const { path, levels } = invocation("exec", "root prompt", "resume", "id");
    expect(path).toEqual(["exec", "resume"]);
    expect(levels.map(({ words }) => Object.fromEntries(words))).toEqual([
      {},
      { PROMPT: ["root prompt"] },
      { SESSION_ID: ["id"] },
    ]);
  });

  test("an alias stands for its command", () => {
    expect(invocation("e", "hi").path).toEqual(["exec"]);
  });

  test("values stay at the level where they were written", () => {
    const { levels } = invocation("-m", "a", "exec", "-m", "b", "resume", "-m", "c");
    expect(levels.map((each) => each.values.get("model"))).toEqual([["a"], ["b"], ["c"]]);
  });

  test("global options are known below the command that has them, others are not", () => {
    expect(level("exec", "resume", "--json", "-c", "a=1")).toMatchObject({
      switches: ["json"],
      values: { config: ["a=1"] },
    });
    expect(problem("exec", "resume", "--quick")).toStartWith("error: unexpected argument '--quick' found");
  });

  test("a trailing positional takes the rest untouched", () => {
    const rest = ["--version", "--", "-x", ""];
    expect(level("sandbox", "ls", ...rest).words).toEqual({ COMMAND: ["ls", ...rest] });
    expect(level("sandbox", "--", "--odd", "-h").words).toEqual({ COMMAND: ["--odd", "-h"] });
  });

  test("no command at all is the root's own business", () => {
    expect(parse().type).toBe("run");
    expect(invocation().path).toEqual([]);
  });

  test("a group without a command is incomplete", () => {
    expect(parse("config").type).toBe("incomplete");
  });
});

describe("help and version", () => {
  test("-h is compact, --help is full, and both win over what follows", () => {
    expect(parse("exec", "-h", "--bogus")).toMatchObject({ type: "help", detail: "compact" });
    expect(parse("exec", "--help")).toMatchObject({ type: "help", detail: "full" });
    expect(parse("exec", "-qh")).toMatchObject({ type: "help", detail: "compact" });
  });

  test("help names a command by its words", () => {
    for (const argv of [
      ["help", "exec", "resume"],
      ["exec", "help", "resume"],
      ["exec", "resume", "--help"],
    ]) {
      const parsed = parse(...argv);
      expect(parsed.type === "help" && parsed.path.map((spec) => spec.name)).toEqual([
        "codex",
        "exec",
        "resume",
      ]);
    }
    expect(problem("help", "nope")).toStartWith("error: unrecognized subcommand 'nope'");
  });

  test("help of any command shows an option once", () => {
    const twice = (path: CommandPath): readonly string[] => {
      const shown: readonly string[] =
        helpText(path, "compact", 100).match(/(?<=^ {2}(-\w, | {4}))--[\w-]+/gm) ?? [];
      const nested = (path.at(-1) ?? CODEX).commands.flatMap((command) => twice([...path, command]));
      return [...shown.filter((name, index) => shown.indexOf(name) !== index), ...nested];
    };
    expect(twice([CODEX])).toEqual([]);
  });

  test("only commands with a version name know -V", () => {
    expect(parse("-V")).toEqual({ type: "version", name: "codex-cli" });
    expect(parse("exec", "--version")).toEqual({ type: "version", name: "codex-cli-exec" });
    expect(problem("sandbox", "-V")).toStartWith("error: unexpected argument '-V' found");
  });
});

describe("usage errors", () => {
  test("an unknown option, with the way to pass it as a word", () => {
    expect(problem("exec", "--bogus")).toBe(
      `error: unexpected argument '--bogus' found\n\n  tip: to pass '--bogus' as a value, use '-- --bogus'\n\n${EXEC_USAGE}`,
    );
    expect(problem("exec", "-z")).toStartWith(
      "error: unexpected argument '-z' found\n\n  tip: to pass '-z' as a value, use '-- -z'",
    );
    expect(problem("exec", "--bogus=1")).toStartWith("error: unexpected argument '--bogus' found\n");
  });

  test("an unknown option where no word is taken has no tip", () => {
    expect(problem("config", "--zz")).toBe(
      "error: unexpected argument '--zz' found\n\nUsage: codex config [OPTIONS] <COMMAND>",
    );
  });

  test("long options cannot be abbreviated, but a similar one is named", () => {
    expect(problem("exec", "--jso")).toStartWith(
      "error: unexpected argument '--jso' found\n\n  tip: a similar argument exists: '--json'\n",
    );
  });

  test("an option of a command that comes later is named with it", () => {
    expect(problem("--json", "exec")).toStartWith(
      "error: unexpected argument '--json' found\n\n  tip: 'exec --json' exists\n",
    );
  });

  test("a value that is not one of the choices", () => {
    expect(problem("exec", "-s", "bad")).toBe(
      "error: invalid value 'bad' for '--sandbox <MODE>'\n  [possible values: read-only, full]",
    );
    expect(problem("exec", "-s", "readonly")).toBe(
      "error: invalid value 'readonly' for '--sandbox <MODE>'\n  [possible values: read-only, full]\n\n" +
        "  tip: a similar value exists: 'read-only'",
    );
  });

  test("a value that the option's own check refuses", () => {
    expect(problem("exec", "-p", "a/b")).toBe(
      "error: invalid value 'a/b' for '--profile <NAME>': no slashes",
    );
  });

  test("a missing value", () => {
    const missing = "error: a value is required for '--model <MODEL>' but none was supplied";
    expect(problem("exec", "-m")).toBe(missing);
    expect(problem("exec", "-m", "--json")).toBe(missing);
    expect(problem("exec", "-m", "--", "x")).toBe(missing);
    expect(problem("exec", "--sandbox")).toBe(
      "error: a value is required for '--sandbox <MODE>' but none was supplied\n  [possible values: read-only, full]",
    );
    expect(problem("exec", "-i", "a", "-i")).toBe(
      "error: a value is required for '--image <FILE>...' but none was supplied",
    );
    expect(problem("exec", "--image=")).toBe(
      "error: a value is required for '--image <FILE>...' but none was supplied",
    );
  });

  test("an unknown option after an option that waits for its value is reported first", () => {
    expect(problem("exec", "-m", "-x")).toStartWith("error: unexpected argument '-x' found");
  });

  test("a value for a switch", () => {
    expect(problem("exec", "--json=1")).toBe(
      `error: unexpected value '1' for '--json' found; no more were expected\n\n${EXEC_USAGE}`,
    );
    expect(problem("exec", "-q=1")).toStartWith("error: unexpected value '1' for '--quick' found");
  });

  test("an option given twice on one level", () => {
    expect(problem("exec", "-m", "a", "-m", "b")).toBe(
      `error: the argument '--model <MODEL>' cannot be used multiple times\n\n${EXEC_USAGE}`,
    );
    expect(problem("exec", "--json", "--experimental-json")).toBe(
      `error: the argument '--json' cannot be used multiple times\n\n${EXEC_USAGE}`,
    );
    expect(invocation("exec", "--json", "resume", "--json").levels).toHaveLength(3);
  });

  test("options that exclude each other, the first one first", () => {
    expect(problem("exec", "-y", "-s", "full")).toBe(
      `error: the argument '--yes' cannot be used with '--sandbox <MODE>'\n\n${EXEC_USAGE}`,
    );
    expect(problem("exec", "-s", "full", "-y")).toStartWith(
      "error: the argument '--sandbox <MODE>' cannot be used with '--yes'",
    );
  });

  test("an option that needs another one", () => {
    expect(problem("exec", "--title", "t")).toBe(
      `error: the following required arguments were not provided:\n  --sandbox <MODE>\n\n${EXEC_USAGE}`,
    );
  });

  test("a required word", () => {
    expect(problem("config", "get")).toBe(
      "error: the following required arguments were not provided:\n  <KEY>\n\nUsage: codex config get [OPTIONS] <KEY>",
    );
  });

  test("a word too many", () => {
    expect(problem("exec", "a", "b")).toBe(`error: unexpected argument 'b' found\n\n${EXEC_USAGE}`);
    expect(problem("exec", "resume", "a", "b", "c")).toBe(
      "error: unexpected argument 'c' found\n\nUsage: codex exec resume [OPTIONS] [SESSION_ID] [PROMPT]",
    );
  });

  test("a second word that looks like a command", () => {
    expect(problem("nope", "extra")).toStartWith(
      "error: unrecognized subcommand 'extra'\n\n  tip: a similar subcommand exists: 'e'\n",
    );
    expect(problem("nope", "sandbx")).toStartWith(
      "error: unrecognized subcommand 'sandbx'\n\n  tip: a similar subcommand exists: 'sandbox'\n\nUsage: codex [OPTIONS] [PROMPT]\n",
    );
    expect(problem("config", "zzz")).toStartWith("error: unrecognized subcommand 'zzz'\n\nUsage");
  });

  test("a command of the reference that is not there is refused, not sent to the model as a prompt", () => {
    expect(problem("cloud", "list")).toStartWith(
      "error: unrecognized subcommand 'cloud'\n\n  tip: this build has no 'cloud' command; ",
    );
    expect(level("--", "cloud").words).toEqual({ PROMPT: ["cloud"] });
  });
});

test("no command line does anything but parse or be refused", () => {
  const pieces = [
    ..."exec e resume sandbox config get help cloud x - -- --json --jso -m -mx -m=x --model --model= -s -sfull".split(
      " ",
    ),
    ..."--sandbox=read-only -i a,b --image= -c k=v -qy -q=1 -z --bogus=1 --title -p/ --add-dir -V --help -h".split(
      " ",
    ),
    "",
    "=",
    "-=",
    "--=",
    "---",
    "-é",
    "-\u{1f600}x",
    "\0",
    "__proto__",
    "--__proto__=1",
    "constructor",
  ];
  let seed = 20_260_101;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
  for (let round = 0; round < 20_000; round++) {
    const argv = Array.from({ length: random(8) }, () => pieces[random(pieces.length)] ?? "");
    for (const table of [TABLE, CODEX]) {
      try {
        parseArgv(table, argv);
      } catch (error) {
        if (!(error instanceof UsageError))
          throw new Error(`${JSON.stringify(argv)} broke the parser`, { cause: error });
      }
    }
  }
});

test("a command line of a hundred thousand words is parsed at once", () => {
  const words = Array.from({ length: 100_000 }, (_, index) => `f${index}`);
  expect(level("exec", "-i", ...words).values["image"]).toHaveLength(100_000);
  expect(level("sandbox", ...words).words["COMMAND"]).toHaveLength(100_000);
});
