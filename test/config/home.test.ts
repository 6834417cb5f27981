import { describe, expect, test } from "bun:test";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { dotenvVariables, findCodexHome } from "../../src/config/home";
import { tempFolder } from "../support/temp-folder";

describe("CODEX_HOME", () => {
  test("is used with its symbolic links resolved", () => {
    using box = tempFolder({ "real/config.toml": "" });
    symlinkSync(join(box.path, "real"), join(box.path, "link"));
    expect(findCodexHome({ CODEX_HOME: join(box.path, "link") })).toBe(join(box.path, "real"));
  });

  test("is ~/.codex when unset or empty, also when that does not exist yet", () => {
    using box = tempFolder();
    expect(findCodexHome({ HOME: box.path })).toBe(join(box.path, ".codex"));
    expect(findCodexHome({ HOME: box.path, CODEX_HOME: "" })).toBe(join(box.path, ".codex"));
  });

  test("must exist and be a folder when it is set", () => {
    using box = tempFolder({ file: "" });
    const missing = join(box.path, "missing");
    const start = "Error finding codex home: CODEX_HOME points to";
    expect(() => findCodexHome({ CODEX_HOME: missing })).toThrow(
      `${start} "${missing}", but that path does not exist`,
    );
    const file = join(box.path, "file");
    expect(() => findCodexHome({ CODEX_HOME: file })).toThrow(
      `${start} "${file}", but that path is not a directory`,
    );
  });
});

describe(".env of CODEX_HOME", () => {
  const variables = (text: string, env: Readonly<Record<string, string>> = {}) => {
    using box = tempFolder({ ".env": text });
    return dotenvVariables(box.path, env);
  };

  test("gives all variables but those that begin with CODEX_, in whatever case", () => {
    const text = "OPENAI_API_KEY=sk\nCODEX_API_KEY=x\ncodex_foo=y\nB=1\nB=2\n";
    expect(variables(text)).toEqual({ OPENAI_API_KEY: "sk", B: "2" });
  });

  test("may have quotes, comments, escapes and several lines", () => {
    const text = [
      ...[
        "# comment",
        "export A='x # $B' # why",
        'B="a\\n\\"b\\" \\$A"',
        "C = two words # c",
        "D=k#ey",
        "E=",
        "F=#",
        "G=it's",
      ],
      ...['H="two', "I=not one", 'lines"', "J='x", "y'", "no assignment", "K=C:\\dir", "L=last\r"],
    ].join("\n");
    expect(variables(text)).toEqual({
      ...{ A: "x # $B", B: 'a\n"b" $A', C: "two words", D: "k#ey", E: "", F: "", G: "it's" },
      ...{ H: "two\nI=not one\nlines", J: "x\ny", K: "C:\\dir", L: "last" },
    });
  });

  test("may use variables of the environment and of the lines above", () => {
    const text = "A=one\nB=$A-x\nC=\"${A}${HOME}\"\nD='$A'\nE=$NOPE.\nHOME=new\nF=$HOME\n";
    expect(variables(text, { HOME: "/h" })).toEqual({
      ...{ A: "one", B: "one-x", C: "one/h", D: "$A", E: ".", HOME: "new", F: "/h" },
    });
  });

  test("may be missing", () => {
    using box = tempFolder();
    expect(dotenvVariables(box.path, {})).toEqual({});
  });
});
