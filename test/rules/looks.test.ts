import { expect, test, describe } from "bun:test";
import { looksOf } from "../../src/rules/safe";

const shown = (script: string): string | undefined =>
  looksOf(["/bin/bash", "-lc", script])
    ?.map((look) => {
      if (look.type === "read") return `read ${look.name}`;
      if (look.type === "list") return `list ${look.what}`;
      return `search ${look.query}${look.place === undefined ? "" : ` in ${look.place}`}`;
    })
    .join(", ");

describe("commands that only look", () => {
  test.each([
    ["cat README.md", "read README.md"],
    ["cat src/a.ts src/b.ts", "read a.ts, read b.ts"],
    ["head -n 40 src/a.ts | tail -5", "read a.ts"],
    ["sed -n '1,200p' src/a.ts", "read a.ts"],
    ["nl -ba src/a.ts | sed -n 5,9p", "read a.ts"],
    ["ls -la", "list ls -la"],
    ["cd src && ls lib | sort | uniq -c", "list lib"],
    ["tree -L 2 src", "list src"],
    ["find src -type f", "list src"],
    ["find . -name '*.ts' | head", "search *.ts in ."],
    ["rg --files src", "list src"],
    ["rg -n -g '*.ts' 'foo bar' src test", "search foo bar in src test"],
    ["grep -rn -e foo .", "search foo in ."],
    ["git grep foo", "search foo"],
    ["git ls-files", "list git ls-files"],
    ["echo --- && cat a && echo && cat b", "read a, read b"],
  ])("%s", (script, looks) => {
    expect(shown(script)).toBe(looks);
  });

  test.each([
    "rm a",
    "cat a > b",
    "cat",
    "cat $(rm a)",
    "cat a && make",
    "find . -name x -delete",
    "find . -exec rm {} +",
    "sed -i s/a/b/ c",
    "sed -n 1,2w/tmp/x a",
    "tail -f log",
    "fd x -x rm",
    "ls | xargs rm",
    "cat a | sort -o b",
    "git status",
    "echo hi",
    "cat a &",
  ])("others are shown as they are: %s", (script) => {
    expect(shown(script)).toBeUndefined();
  });

  test("an argv without a shell is looked at too", () => {
    expect(looksOf(["cat", "a b.txt"])).toEqual([{ type: "read", name: "a b.txt", path: "a b.txt" }]);
  });
});
