import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { tryLock } from "../../src/exec/libc";
import { type ConfigEdit, editConfigFile, editToml, writeKey, writeValue } from "../../src/config/edit";
import { TomlSyntaxError } from "../../src/config/toml-scan";
import { isTable, parseToml, valueAt } from "../../src/config/toml-text";
import { messageOf } from "../../src/util/user-error";
import { tempFolder } from "../support/temp-folder";
import { pick, random, type Random, randomToml } from "./random-toml";

const RANDOM_EDITS = 400;

const set = (path: string, value: unknown): ConfigEdit => ({ type: "set", path: path.split("."), value });
const remove = (path: string): ConfigEdit => ({ type: "delete", path: path.split(".") });

describe("an edit of the text", () => {
  const cases: readonly (readonly [string, string, ConfigEdit, string])[] = [
    ["creates the table in an empty file", "", set("a.b", 1), "[a]\nb = 1\n"],
    ["creates a key in an empty file", "", set("a", "x"), 'a = "x"\n'],
    [
      "replaces a value in place, with its spaces and comment",
      "a  =  1   # why\nb = 2\n",
      set("a", [1, "x"]),
      'a  =  [1, "x"]   # why\nb = 2\n',
    ],
    [
      "adds a key at the end of its table, before the comments of the next",
      "[a]\nx = 1 # one\n\n# about b\n[b]\ny = 2\n",
      set("a.z", true),
      "[a]\nx = 1 # one\nz = true\n\n# about b\n[b]\ny = 2\n",
    ],
    [
      "adds a key behind a value of several lines",
      "a = [\n  1,\n]\n[t]\n",
      set("b", 2),
      "a = [\n  1,\n]\nb = 2\n[t]\n",
    ],
    ["adds a line break where the last line has none", "[a]\nx = 1", set("a.y", 2), "[a]\nx = 1\ny = 2\n"],
    [
      "adds the first plain key above the first table and its comment",
      "# my config\n\n# servers\n[s]\nx = 1\n",
      set("m", 1),
      "# my config\n\nm = 1\n\n# servers\n[s]\nx = 1\n",
    ],
    [
      "adds it at the start when the comment belongs to the table",
      "# s\n[s]\n",
      set("m", 1),
      "m = 1\n\n# s\n[s]\n",
    ],
    ["adds it behind a file of comments", "# only\n", set("m", 1), "# only\nm = 1\n"],
    [
      "adds a table of its own beside its like, without a bare header above",
      '[projects."/x"]\ntrust_level = "trusted"\n',
      { type: "set", path: ["projects", "/y z", "trust_level"], value: "trusted" },
      '[projects."/x"]\ntrust_level = "trusted"\n\n[projects."/y z"]\ntrust_level = "trusted"\n',
    ],
    [
      "goes into a one-line table",
      "f = { a = 1 } # c\n",
      set("f.b", false),
      "f = { a = 1, b = false } # c\n",
    ],
    ["goes into an empty one-line table", "f = {}\n", set("f.b", 1), "f = { b = 1 }\n"],
    [
      "goes into a table in a one-line table",
      "p = { x = { l = 1 } }\n",
      set("p.y.l", 2),
      "p = { x = { l = 1 }, y.l = 2 }\n",
    ],
    ["joins dotted keys", "f.a = 1\ng = 2\n[t]\n", set("f.b", 3), "f.a = 1\nf.b = 3\ng = 2\n[t]\n"],
    ["keeps CRLF", "a = 1\r\n\r\n[t]\r\nx = 1\r\n", set("t.y", 2), "a = 1\r\n\r\n[t]\r\nx = 1\r\ny = 2\r\n"],
    ["keeps CRLF in a new table", "a = 1\r\n", set("t.y", 2), "a = 1\r\n\r\n[t]\r\ny = 2\r\n"],
    ["keeps a byte order mark", "\uFEFFa = 1\n", set("a", 2), "\uFEFFa = 2\n"],
    ["removes a line with its comment", "a = 1\nb = 2 # bye\nc = 3\n", remove("b"), "a = 1\nc = 3\n"],
    ["leaves the header when a table's last key goes", "[t]\na = 1\n[u]\n", remove("t.a"), "[t]\n[u]\n"],
    [
      "removes from the middle of a one-line table",
      "f = { a = 1, b = 2, c = 3 }\n",
      remove("f.b"),
      "f = { a = 1, c = 3 }\n",
    ],
    ["removes the last of a one-line table", "f = { a = 1, b = 2 }\n", remove("f.b"), "f = { a = 1 }\n"],
    ["removes the only one of a one-line table", "f = {a = 1}\n", remove("f.a"), "f = {}\n"],
    [
      "removes a table with the tables in it, and nothing of the next",
      "[a]\nx = 1\n\n[a.b]\ny = 2\n\n# about c\n[c]\nz = 3\n",
      remove("a"),
      "# about c\n[c]\nz = 3\n",
    ],
    ["removes all dotted keys of a table", "f.a = 1\ng = 2\nf.b = 3\n", remove("f"), "g = 2\n"],
    ["does nothing where there is nothing to remove", "a = 1 # x\n", remove("b.c"), "a = 1 # x\n"],
    [
      "writes a table as headers",
      "",
      set("mcp_servers.docs", { command: "npx", args: ["-y", "some server"], env: { A: "B", K: "V" } }),
      '[mcp_servers.docs]\ncommand = "npx"\nargs = ["-y", "some server"]\n\n[mcp_servers.docs.env]\nA = "B"\nK = "V"\n',
    ],
    [
      "replaces a whole table",
      '# mine\n[s.a]\nx = 1\n\n[s.a.env]\nQ = "q"\n\n[other]\ny = 2\n',
      set("s.a", { z: 3 }),
      "# mine\n[other]\ny = 2\n\n[s.a]\nz = 3\n",
    ],
  ];
  for (const [name, before, edit, after] of cases) {
    test(name, () => expect(editToml(before, [edit])).toBe(after));
  }

  test("is refused when the key cannot hold it", () => {
    expect(() => editToml("a = 1\n", [set("a.b", 2)])).toThrow("`a.b` cannot be set in this file");
    expect(() => editToml("a = [[1]\n", [set("b", 2)])).toThrow(TomlSyntaxError);
  });

  test("writes keys and values that read back as they were", () => {
    const values = [
      "",
      'a"b\\c\n\t\u0000\u007f\u{1F600}é',
      0,
      -1.5,
      1e21,
      true,
      [],
      [[1], ["x"]],
      {},
      { "a b": { c: [{ d: 1 }] } },
    ];
    for (const value of values) expect(parseToml(`v = ${writeValue(value)}`)["v"]).toEqual(value);
    for (const key of ["a", "A-1_b", "", "a.b", "ü", 'q"', "\n"]) {
      expect(Object.keys(parseToml(`${writeKey(key)} = 1`))).toEqual([key]);
    }
  });
});

test("random edits of random documents change nothing but what they are asked to", () => {
  let done = 0;
  for (let seed = 0; done < RANDOM_EDITS; seed++) {
    const next = random(seed);
    const before = randomToml(next);
    const parsed = parsedOrUndefined(before);
    if (parsed === undefined) continue;
    const edit = randomEdit(next, parsed);
    const after = editedOrUndefined(before, edit);
    if (after === undefined) continue;
    done++;
    const had = valueAt(parsed, edit.path);
    const context = JSON.stringify({ edit, before, after });
    const { removed, added } = difference(before, after);
    if (edit.type === "set" && had === undefined) expect([context, removed]).toEqual([context, ""]);
    if (edit.type === "delete") expect([context, added]).toEqual([context, ""]);
    if (edit.type === "delete" && had === undefined) expect([context, removed]).toEqual([context, ""]);
    if (before.includes("\r\n"))
      expect([context, added.replaceAll("\r\n", "").includes("\n")]).toEqual([context, false]);
    if (typeof had !== "object") {
      const comments = (text: string) => text.split("\n").filter((line) => line.trimStart().startsWith("#"));
      expect([context, comments(after)]).toEqual([context, comments(before)]);
    }
  }
});

describe("an edit of a file", () => {
  test("makes the file and its folder, readable by its owner alone", () => {
    using box = tempFolder();
    const file = join(box.path, "new", "config.toml");
    editConfigFile(file, [set("a", 1)], { tryLock });
    expect(readFileSync(file, "utf8")).toBe("a = 1\n");
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test("keeps symbolic links, also relative ones and ones to a file that is not there yet", () => {
    using box = tempFolder({ "real/config.toml": "a = 1\n" });
    const [link, dangling] = [join(box.path, "config.toml"), join(box.path, "later.toml")];
    symlinkSync("real/config.toml", link);
    symlinkSync(join(box.path, "real", "later.toml"), dangling);
    editConfigFile(link, [set("a", 2)], { tryLock });
    editConfigFile(dangling, [set("a", 3)], { tryLock });
    expect(readlinkSync(link)).toBe("real/config.toml");
    expect(lstatSync(dangling).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(box.path, "real", "config.toml"), "utf8")).toBe("a = 2\n");
    expect(readFileSync(join(box.path, "real", "later.toml"), "utf8")).toBe("a = 3\n");
    expect(readdirSync(join(box.path, "real")).toSorted()).toEqual(["config.toml", "later.toml"]);
  });

  test("does not touch the file when nothing changes", () => {
    using box = tempFolder({ "config.toml": "a = 1\n" });
    const file = join(box.path, "config.toml");
    const before = statSync(file);
    editConfigFile(file, [set("a", 1), remove("b")], { tryLock });
    expect(statSync(file).ino).toBe(before.ino);
    expect(statSync(file).mode).toBe(before.mode);
  });

  test("is refused when the file is not TOML, and says where", () => {
    using box = tempFolder({ "config.toml": 'x = 1\nmodel = "a\n' });
    const file = join(box.path, "config.toml");
    const message = failure(() => editConfigFile(file, [set("b", 1)], { tryLock }));
    expect(message).toBe(
      `${file} was not changed because it is not valid TOML:\n` +
        `${file}:2:11: invalid basic string, expected \`"\`\n  |\n2 | model = "a\n  |           ^`,
    );
    expect(readFileSync(file, "utf8")).toBe('x = 1\nmodel = "a\n');
  });

  test("is refused when the file is read-only, and says what to write", () => {
    using box = tempFolder({ "config.toml": "a = 1\n" });
    const file = join(box.path, "config.toml");
    chmodSync(file, 0o444);
    const edit: ConfigEdit = { type: "set", path: ["projects", "/x", "trust_level"], value: "trusted" };
    expect(failure(() => editConfigFile(file, [edit], { tryLock }))).toBe(
      `cannot change ${file}: it is read-only. To change it yourself, write:\n  projects."/x".trust_level = "trusted"`,
    );
    expect(readFileSync(file, "utf8")).toBe("a = 1\n");
  });
});

function randomEdit(next: Random, table: ReturnType<typeof parseToml>): ConfigEdit {
  const path = randomPath(next, table);
  if (next(3) === 0) return { type: "delete", path };
  const value = pick<unknown>(next, ['new "text"', 42, true, [1, 2]]);
  return { type: "set", path, value };
}

function randomPath(next: Random, table: ReturnType<typeof parseToml>): readonly string[] {
  const entry = Object.entries(table)[next(Object.keys(table).length + 1)];
  if (entry === undefined) return [pick(next, ["new", "new key", "x.y"]), ...(next(2) === 0 ? ["sub"] : [])];
  const [key, value] = entry;
  return isTable(value) ? [key, ...randomPath(next, value)] : [key];
}

/** What stands between the longest common start and the longest common end. */
function difference(before: string, after: string): { readonly removed: string; readonly added: string } {
  let start = 0;
  while (start < Math.min(before.length, after.length) && before[start] === after[start]) start++;
  let end = 0;
  const room = Math.min(before.length, after.length) - start;
  while (end < room && before.at(-1 - end) === after.at(-1 - end)) end++;
  return { removed: before.slice(start, before.length - end), added: after.slice(start, after.length - end) };
}

function parsedOrUndefined(text: string): ReturnType<typeof parseToml> | undefined {
  try {
    return parseToml(text);
  } catch (error) {
    if (error instanceof TomlSyntaxError) return undefined;
    throw error;
  }
}

/** Undefined when the edit is refused. */
function editedOrUndefined(text: string, edit: ConfigEdit): string | undefined {
  try {
    return editToml(text, [edit]);
  } catch (error) {
    if (messageOf(error).includes("cannot be")) return undefined;
    throw error;
  }
}

function failure(action: () => void): string {
  try {
    action();
  } catch (error) {
    return messageOf(error);
  }
  return "nothing failed";
}
