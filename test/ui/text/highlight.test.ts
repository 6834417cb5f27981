import { describe, expect, test } from "bun:test";
import { createTheme } from "../../../src/ui/terminal/theme";
import { highlighter, languageOf } from "../../../src/ui/text/highlight";

const THEME = createTheme(1);
const NAMES: Readonly<Record<string, string>> = {
  "35": "keyword",
  "32": "string",
  "33": "number",
  "34": "function",
  "36": "type",
  "2": "comment",
};

/** Lines with `<kind>text</>` for colours. */
function marked(language: string, ...lines: readonly string[]): string[] {
  const colour = highlighter(language, THEME);
  return lines.map((line) =>
    colour(line)
      .replace(/\x1b\[(39|22)m/g, "</>")
      .replace(/\x1b\[(\d+)m/g, (_, code: string) => `<${NAMES[code] ?? code}>`),
  );
}

describe("code", () => {
  test("has coloured words, numbers, strings and comments", () => {
    expect(marked("ts", "const n: Foo = f(1, 'a\\'b'); // c")).toEqual([
      "<keyword>const</> n: <type>Foo</> = <function>f</>(<number>1</>, <string>'a\\'b'</>); <comment>// c</>",
    ]);
    expect(marked("bash", 'for f in *; do echo "$#" # all', "done")).toEqual([
      '<keyword>for</> f <keyword>in</> *; <keyword>do</> <keyword>echo</> <string>"$#"</> <comment># all</>',
      "<keyword>done</>",
    ]);
    expect(marked("SQL", "select 1 -- one")).toEqual(["<keyword>select</> <number>1</> <comment>-- one</>"]);
  });

  test("remembers comments and strings that go over lines", () => {
    expect(marked("rust", "/* a", "b */ fn")).toEqual([
      "<comment>/* a</>",
      "<comment>b */</> <keyword>fn</>",
    ]);
    expect(marked("py", 'x = """a', 'b""" if')).toEqual([
      'x = <string>"""a</>',
      '<string>b"""</> <keyword>if</>',
    ]);
  });

  test("of a diff is coloured by its signs", () => {
    const colour = highlighter("diff", THEME);
    expect([colour("+a"), colour("-b"), colour(" c"), colour("@@ -1 +1 @@")]).toEqual([
      THEME.addedMark("+a"),
      THEME.removedMark("-b"),
      " c",
      THEME.accent("@@ -1 +1 @@"),
    ]);
  });

  test("never changes, whatever it is", () => {
    const parts = ["/*", "*/", '"', "'", "`", "\\", "#", "//", "x1", "9", " ", "é", "漢", "if", '"""', "👍"];
    for (const language of ["ts", "py", "sh", "go", "c", "sql", "yaml", "json", "", "unknown", "diff"]) {
      const colour = highlighter(language, THEME);
      for (let round = 0; round < 300; round++) {
        const line = Array.from(
          { length: round % 20 },
          () => parts[Math.floor(Math.random() * parts.length)],
        ).join("");
        expect(Bun.stripANSI(colour(line))).toBe(line);
      }
    }
  });

  test("has its language by the name of its file", () => {
    expect(["/a/b.TS", "x.tar.gz", "Makefile", ".bashrc", "none", "a.b/c"].map(languageOf)).toEqual([
      "ts",
      "gz",
      "sh",
      "sh",
      "",
      "",
    ]);
  });
});
