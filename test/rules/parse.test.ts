// `.rules` files: what they may contain, and how mistakes in them are told (approvals.md 12.2, 12.4, 12.8).

import { describe, expect, test } from "bun:test";
import type { RuleSet } from "../../src/rules/match";
import { parseRules } from "../../src/rules/parse";
import { problemLine, problemReport, rulesError, type RulesProblem } from "../../src/rules/rules-error";

describe("the builtins", () => {
  test("prefix_rule takes its parameters by name or by place", () => {
    const expected = [{ pattern: [["git"], ["pull", "fetch"]], decision: "prompt", justification: "why" }];
    const named = `prefix_rule(pattern=["git", ["pull", "fetch"]], decision="prompt", match=["git pull origin", ["git", "fetch"]], not_match=["git push"], justification="why")`;
    const placed = `prefix_rule(["git", ["pull", "fetch"]], "prompt", ["git pull"], ["git push"], "why")`;
    expect(rules(named).prefixRules).toEqual(expected as never);
    expect(rules(placed).prefixRules).toEqual(expected as never);
  });

  test("a rule allows unless it says otherwise", () => {
    expect(rules('prefix_rule(["a"])').prefixRules).toEqual([
      { pattern: [["a"]], decision: "allow", justification: undefined },
    ]);
  });

  test("the first word may be a list too, and a list of one is a word", () => {
    expect(rules('prefix_rule([["a", "b"], ["c"]])').prefixRules[0]?.pattern).toEqual([["a", "b"], ["c"]]);
  });

  test("network_rule cleans its host and knows other names of its protocols", () => {
    const hosts = [
      ["Api.Example.COM", "api.example.com"],
      [" a.com ", "a.com"],
      ["a.com:443", "a.com"],
      ["a.com...", "a.com"],
      ["[::1]:80", "::1"],
    ];
    for (const [given, host] of hosts) {
      expect(rules(`network_rule(${JSON.stringify(given)}, "https", "allow")`).networkRules[0]?.host).toBe(
        host ?? "",
      );
    }
    const protocols = [
      ["http", "http"],
      ["https", "https"],
      ["https_connect", "https"],
      ["http-connect", "https"],
      ["socks5_tcp", "socks5_tcp"],
      ["socks5_udp", "socks5_udp"],
    ] as const;
    for (const [given, protocol] of protocols) {
      expect(rules(`network_rule("a", "${given}", "allow")`).networkRules[0]?.protocol).toBe(protocol);
    }
    for (const word of ["deny", "forbidden"]) {
      expect(rules(`network_rule("a", "http", "${word}", "j")`).networkRules).toEqual([
        { host: "a", protocol: "http", decision: "forbidden", justification: "j" },
      ]);
    }
  });

  test("a later host_executable for a name replaces the earlier", () => {
    const text = 'host_executable("git", ["/a/git"])\nhost_executable(name="git", paths=["/b/git"])';
    expect([...rules(text).hostExecutables]).toEqual([["git", ["/b/git"]]]);
  });

  test("examples are checked against the rules of their own call, when the whole file is read", () => {
    expect(
      rules('prefix_rule(["git"], match=["/usr/bin/git x"])\nhost_executable("git", ["/usr/bin/git"])')
        .prefixRules.length,
    ).toBe(1);
    expect(errorOf('prefix_rule(["a"])\nprefix_rule(["b"], match=["a"])')).toStartWith(
      "expected every example",
    );
    expect(errorOf('prefix_rule(["git"], match=["/usr/bin/git"])\nhost_executable("git", [])')).toStartWith(
      "expected every",
    );
  });
});

describe("the language", () => {
  const accepted: readonly (readonly [string, string, readonly string[]])[] = [
    [
      "comments, trailing commas, calls over lines",
      '# c\nprefix_rule(\n  pattern = [  # d\n    "a",\n  ],\n)\n',
      ["a"],
    ],
    [
      "strings of every kind",
      `prefix_rule(["a\\tb", 'c\\'d', "\\x41\\u0042", r"\\n", """t"q""", '''u\nv'''])`,
      ["a\tb", "c'd", "AB", "\\n", 't"q', "u\nv"],
    ],
    ["an escape that means nothing stays", 'prefix_rule(["a\\q"])', ["a\\q"]],
    ["names and concatenation", 'X = ["b"]\nprefix_rule(["a"] + X + ["c" + "d"])', ["a", "b", "cd"]],
    [
      "for",
      'x = []\nfor w in ["a", "b", "c"]:\n    if w == "b":\n        continue\n    x.append(w)\nprefix_rule(x)',
      ["a", "c"],
    ],
    ["comprehensions", 'prefix_rule([x + y for x in ["a"] for y in ["b", "c"] if y != "b"])', ["ac"]],
    [
      "def with defaults",
      'def f(a, b="y"):\n    return [a, b]\nprefix_rule(f("x") + f("x", b="z"))',
      ["x", "y", "x", "z"],
    ],
    [
      "*args and **kwargs",
      'def f(*a, **k):\n    return list(a) + k.keys()\nprefix_rule(f("x", *["y"], **{"z": 1}))',
      ["x", "y", "z"],
    ],
    [
      "if and else",
      'if len("ab") == 3:\n    x = "a"\nelif not True:\n    x = "b"\nelse:\n    x = "c"\nprefix_rule([x])',
      ["c"],
    ],
    ["conditional expressions", 'prefix_rule(["a" if False else "b"])', ["b"]],
    ["f-strings", `l = ["a", "b"]\nprefix_rule([f"{l[1]}-{'c'}{{}}"])`, ["b-c{}"]],
    ["% and format", 'prefix_rule(["%s-%d%%" % ("a", 3), "{}{x}{0}".format("b", x="c")])', ["a-3%", "bcb"]],
    ["lambda", 'f = lambda x: [x]\nprefix_rule(f("a"))', ["a"]],
    [
      "dicts",
      'd = {"a": ["x"]}\nd["b"] = ["y"]\nprefix_rule(d["a"] + d.get("b") + [k for k, v in d.items()])',
      ["x", "y", "a", "b"],
    ],
    [
      "slices",
      'prefix_rule(["a", "b", "c"][1:] + ["d", "e"][::-1] + ["xyz"[-1]])',
      ["b", "c", "e", "d", "z"],
    ],
    [
      "numbers",
      "prefix_rule([str(7 // -2), str(7 % -3), str(1 << 3), str(2 + 3 * 4), str(-0x10)])",
      ["-4", "-2", "8", "14", "-16"],
    ],
    [
      "the usual functions",
      'prefix_rule(sorted(["b", "a"], reverse=True) + [str(x) for x in range(2)] + [type([]), repr("q")])',
      ["b", "a", "0", "1", "list", '"q"'],
    ],
    [
      "string methods",
      'prefix_rule("a b".split() + ["x,y".replace(",", "."), " z ".strip(), "-".join(["p", "q"]), "u".upper()])',
      ["a", "b", "x.y", "z", "p-q", "U"],
    ],
    ["several statements on a line", 'x = "a"; y = "b"; prefix_rule([x, y])', ["a", "b"]],
    ["unpacking", 'a, (b, c) = ["x", ["y", "z"]]\nprefix_rule([a, b, c])', ["x", "y", "z"]],
    ["a byte order mark and CRLF", '\ufeffprefix_rule(\r\n  ["a"],\r\n)\r\n', ["a"]],
    ["in and not in", 'prefix_rule([w for w in ["a", "b"] if w in ["a"] and w not in "b"])', ["a"]],
    ["augmented assignment", 'x = ["a"]\nx += ["b"]\nprefix_rule(x)', ["a", "b"]],
  ];
  for (const [name, text, words] of accepted) {
    test(name, () => expect(rules(text).prefixRules.at(-1)?.pattern).toEqual(words.map((word) => [word])));
  }

  test("a rule is made each time its call runs", () => {
    const text =
      'def allow(x):\n    prefix_rule([x])\nfor x in ["a", "b"]:\n    allow(x)\n[allow(x) for x in ["c"]]';
    expect(rules(text).prefixRules.map(({ pattern }) => pattern[0]?.[0])).toEqual(["a", "b", "c"]);
  });

  test("an empty file has no rules", () => {
    for (const text of ["", "\n\n", "# only a comment", "   \n"]) expect(rules(text).prefixRules).toEqual([]);
  });
});

describe("mistakes (approvals.md 12.4)", () => {
  const rows: readonly (readonly [string, string])[] = [
    ["prefix_rule(pattern=[])", "error: invalid pattern element: pattern cannot be empty"],
    [
      'prefix_rule(pattern="git")',
      'error: Type of parameter `pattern` doesn\'t match, expected `list`, actual `string (repr: "git")`',
    ],
    [
      'prefix_rule(pattern=["git", 3])',
      "error: invalid pattern element: pattern element must be a string or list of strings (got int)",
    ],
    ['prefix_rule(["git", []])', "error: invalid pattern element: pattern alternatives cannot be empty"],
    [
      'prefix_rule(["git", [3]])',
      "error: invalid pattern element: pattern alternative must be a string (got int)",
    ],
    ['prefix_rule(["a"], decision="deny")', "error: invalid decision: deny"],
    ['prefix_rule(["a"], justification="  ")', "error: invalid rule: justification cannot be empty"],
    ['prefix_rule(["a"], match=[""])', "error: invalid example: example cannot be an empty string"],
    [
      'prefix_rule(["a"], match=["a \'b"])',
      "error: invalid example: example string has invalid shell syntax",
    ],
    ['prefix_rule(["a"], match=[[]])', "error: invalid example: example cannot be an empty list"],
    [
      'prefix_rule(["a"], match=[3])',
      "error: invalid example: example must be a string or list of strings (got int)",
    ],
    [
      'prefix_rule(["a"], match=[["a", 3]])',
      "error: invalid example: example tokens must be strings (got int)",
    ],
    ['prefix_rule(["a"], bogus=1)', "error: Found `bogus` extra named parameter(s) for call to prefix_rule"],
    [
      'prefix_rule(["a"], "allow", [], [], "j", 1)',
      "error: Found 1 extra positional argument(s) for call to prefix_rule",
    ],
    ['prefix_rule(["a"], pattern=["b"])', "error: Argument `pattern` occurs more than once"],
    ['prefix_rule(decision="allow")', "error: Missing parameter `pattern` for call to `prefix_rule`"],
    ["foo()", "error: Variable `foo` not found, did you mean `bool`?"],
    ["something_else()", "error: Variable `something_else` not found"],
    ['prefix_rule(pattern=["a")', "error: Parse error: unexpected symbol ')', expected symbol ']'"],
    ["x = [1\n", "error: Parse error: unexpected new line, expected symbol ']'"],
    [
      'load("x.rules", "y")',
      "error: No imports are available, you tried `x.rules` (no call to `Evaluator.set_loader`)",
    ],
    [
      'network_rule("*.a", "http", "allow")',
      "error: invalid rule: network_rule host must be a specific host; wildcards are not allowed",
    ],
    [
      'network_rule("https://a", "http", "allow")',
      "error: invalid rule: network_rule host must be a hostname or IP literal (without scheme or path)",
    ],
    ['network_rule(" ", "http", "allow")', "error: invalid rule: network_rule host cannot be empty"],
    [
      'network_rule("a b", "http", "allow")',
      "error: invalid rule: network_rule host cannot contain whitespace",
    ],
    [
      'network_rule("a", "ftp", "allow")',
      "error: invalid rule: network_rule protocol must be one of http, https, socks5_tcp, socks5_udp (got ftp)",
    ],
    [
      'host_executable("bin/git", [])',
      "error: invalid rule: host_executable name must be a bare executable name (got bin/git)",
    ],
    [
      'host_executable("git", ["git"])',
      "error: invalid rule: host_executable paths must be absolute (got git)",
    ],
    [
      'host_executable("git", ["/a/hg"])',
      "error: invalid rule: host_executable path `/a/hg` must have basename `git`",
    ],
    [
      'prefix_rule(["git", ["a", "b"]], match=["git a", "git log"])',
      'expected every example to match at least one rule. rules: [prefix_rule(pattern=["git", ["a", "b"]], decision="allow")]; unmatched examples: ["git log"]',
    ],
    [
      'prefix_rule(["git"], match=["hg"], not_match=["git log"])',
      'expected example to not match rule `prefix_rule(pattern=["git"], decision="allow")`: git log',
    ],
    ["while True: pass", "error: Parse error: cannot use reserved keyword `while`"],
    ["import os", "error: Parse error: cannot use reserved keyword `import`"],
    ['if True:\n\tprefix_rule(["a"])', "error: Parse error: tabs are not allowed"],
    ["x = 'a", "error: Parse error: unfinished string literal"],
    ["x = 1.5", "error: Parse error: cannot parse `1.5` as a whole number"],
    ["$", "error: Parse error: invalid input `$`"],
    ["return 1", "error: `return` cannot be used outside of a `def` function"],
    ['1 + "a"', "error: Operation `+` not supported for types `int` and `string`"],
    ["[1][5]", "error: Index `5` is out of bound"],
    ['fail("no", 3)', "error: fail: no 3"],
    ["def f():\n    f()\nf()", "error: Starlark call stack overflow"],
    ["print(1)", "error: Variable `print` not found, did you mean `int`?"],
  ];
  for (const [text, message] of rows) {
    test(text, () => expect(errorOf(text)).toBe(message));
  }

  test("the report names the place, shows the line and marks what is wrong", () => {
    expect(problemReport(problem('X = "a"\nprefix_rule(["a"], decision="no")  # x'))).toBe(
      [
        "starlark error: Traceback (most recent call last):",
        "  * f.rules:2, in <module>",
        '      prefix_rule(["a"], decision="no")  # x',
        "error: invalid decision: no",
        " --> f.rules:2:1",
        "  |",
        '2 | prefix_rule(["a"], decision="no")  # x',
        "  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
        "  |",
      ].join("\n"),
    );
  });

  test("an error in a function names the calls that led to it", () => {
    expect(problemReport(problem("def f():\n    prefix_rule([])\n\nf()")).split("\n").slice(0, 7)).toEqual([
      "starlark error: Traceback (most recent call last):",
      "  * f.rules:4, in <module>",
      "      f()",
      "  * f.rules:2, in f",
      "      prefix_rule([])",
      "error: invalid pattern element: pattern cannot be empty",
      " --> f.rules:2:5",
    ]);
  });

  test("the mark stands under the place when tabs and wide letters come before it", () => {
    const { excerpt, column } = problem("x = ['é',\t1 + 'a']");
    expect(column).toBe(11);
    expect(excerpt.slice(2, 4)).toEqual(["1 | x = ['é',\t1 + 'a']", "  |          \t^^^^^^^"]);
  });

  test("the one-line form is that of the start of a session", () => {
    expect(problemLine(problem('prefix_rule(["a"],\n  decision="no")'))).toBe(
      "f.rules:1: error: invalid decision: no (problem is on or around line 1)",
    );
    expect(problemLine(problem('\nprefix_rule(["a"], match=["b"])'))).toStartWith(
      "f.rules:2: expected every example",
    );
    expect(rulesError(problem("$")).message.split("\n").slice(0, 2)).toEqual([
      "Error loading rules:",
      "f.rules:1: error: Parse error: invalid input `$` (problem is on or around line 1)",
    ]);
  });
});

describe("a file that would take for ever", () => {
  const rows: readonly (readonly [string, string])[] = [
    ["x = [0]\nfor i in range(1000000):\n    for j in range(1000000):\n        pass", "steps"],
    ['x = "a" * 100000000', "too large"],
    ["x = [0] * 100000000", "too large"],
    ['x = ["a"]\nfor i in range(100):\n    x = x + x', "too large"],
    ["x = range(100000000)", "too large"],
    [`x = ${"[".repeat(1000)}`, "nested too deeply"],
    [`x = ${"-".repeat(10_000)}1`, "nested too deeply"],
    [`x = ${"not ".repeat(100_000)}1`, "nested too deeply"],
    [`x = 1${" + 1".repeat(100_000)}`, "nested too deeply"],
    [`x = "a"${".upper()".repeat(100_000)}`, "nested too deeply"],
    [`x = [1 ${"for i in [1] ".repeat(10_000)}]`, "nested too deeply"],
    [`x = [1 for i in [1] ${"if 1 ".repeat(10_000)}]`, "nested too deeply"],
    [`if 0: pass\n${"elif 0: pass\n".repeat(10_000)}`, "nested too deeply"],
    ["def f(n):\n    return [f(n) for i in [1]]\nf(1)", "overflow"],
  ];
  for (const [text, message] of rows) {
    test(text.slice(0, 60), () => expect(errorOf(text)).toContain(message));
  }

  test("what holds itself can be printed and compared", () => {
    expect(rules("x = []\nx.append(x)\ny = str(x)\nz = x == [x]").prefixRules).toEqual([]);
  });
});

function rules(text: string): RuleSet {
  const parsed = parseRules(text, "f.rules");
  if (parsed.type === "invalid") throw new Error(problemReport(parsed.problem));
  return parsed.rules;
}

function problem(text: string): RulesProblem {
  const parsed = parseRules(text, "f.rules");
  if (parsed.type === "rules") throw new Error("the file was accepted");
  return parsed.problem;
}

function errorOf(text: string): string {
  return problem(text).message;
}
