// Holds the house in order: import directions, cycles, sizes, and calls that belong to one place only.

import { describe, expect, test } from "bun:test";
import { Glob } from "bun";
import { dirname, join, normalize } from "node:path";

const SRC = join(import.meta.dir, "..", "src");
const MAX_LINES = 350;
const MAX_FILES_PER_FOLDER = 20;

/** Highest layer first; an import goes down, or stays within its own folder. Folders of one row do not import each other. */
const LAYERS: readonly (readonly string[])[] = [
  ["main"],
  ["cli"],
  ["ui", "server"],
  ["agent"],
  ["tools"],
  ["hooks"],
  ["model", "mcp", "patch", "rules", "sandbox"],
  ["exec", "rollout", "auth"],
  ["config"],
  ["protocol"],
  ["util"],
];
const FORBIDDEN_EDGES: readonly (readonly [string, string])[] = [
  ["ui", "tools"],
  ["ui", "model"],
  ["server", "tools"],
  ["server", "model"],
];
const NESTING_FOLDERS = ["cli", "ui", "server", "tools"];

type Import = { readonly to: string; readonly macro: boolean; readonly text: string };
type Source = {
  readonly file: string;
  readonly text: string;
  readonly code: string;
  readonly imports: readonly Import[];
};

const sources: readonly Source[] = await Promise.all(
  [...new Glob("**/*.ts").scanSync(SRC)].sort().map(async (file) => {
    const text = await Bun.file(join(SRC, file)).text();
    return { file, text, code: withoutComments(text), imports: importsOf(file, text) };
  }),
);

describe("the house", () => {
  test("imports go one way, type imports too", () => {
    const wrong = sources.flatMap((source) =>
      source.imports
        .filter((target) => target.to.startsWith("src:") && !allowed(source.file, target.to.slice(4)))
        .map((target) => `${source.file} -> ${target.to.slice(4)}`),
    );
    expect(wrong).toEqual([]);
  });

  test("there are no import cycles between files", () => {
    expect(cycles()).toEqual([]);
  });

  test(`no file is longer than ${MAX_LINES} lines`, () => {
    const long = sources.map((s) => ({ file: s.file, lines: s.text.split("\n").length - 1 }));
    expect(long.filter((s) => s.lines > MAX_LINES)).toEqual([]);
  });

  test(`no folder holds more than ${MAX_FILES_PER_FOLDER} files, and only some have folders of their own`, async () => {
    const perFolder = new Map<string, number>();
    for (const file of new Glob("**/*").scanSync(SRC)) {
      if (/\.(txt|md|c|sh)$/.test(file)) continue; // texts inside the executable
      perFolder.set(dirname(file), (perFolder.get(dirname(file)) ?? 0) + 1);
    }
    expect([...perFolder].filter(([, count]) => count > MAX_FILES_PER_FOLDER)).toEqual([]);
    const deep = [...perFolder.keys()].filter((folder) => {
      const parts = folder.split("/");
      return parts.length > 2 || (parts.length === 2 && !NESTING_FOLDERS.includes(parts[0] ?? ""));
    });
    expect(deep).toEqual([]);
  });

  test("every file begins with one sentence that says what it is for, and none is a barrel or a drawer", () => {
    expect(sources.filter((s) => !/^(#!.*\n)?\/\/ \S.*\S/.test(s.text)).map((s) => s.file)).toEqual([]);
    const drawers = /(^|\/)(index|helpers?|common|misc|utils?|types)\.ts$/;
    expect(sources.filter((s) => drawers.test(s.file)).map((s) => s.file)).toEqual([]);
    expect(sources.filter((s) => !/^[a-z0-9./-]+$/.test(s.file)).map((s) => s.file)).toEqual([]);
  });
});

describe("calls that belong to one place", () => {
  const only = (name: string, pattern: RegExp, places: RegExp) =>
    test(name, () => {
      const found = sources.filter((s) => pattern.test(s.code) && !places.test(s.file)).map((s) => s.file);
      expect(found).toEqual([]);
    });

  only("process.exit is called by main.ts alone", /\bprocess\.(exit|reallyExit|abort)\s*\(/, /^main\.ts$/);
  only("processes are started by exec/ alone", /\bBun\.spawn(Sync)?\b|node:child_process/, /^exec\//);
  only("foreign functions are called by exec/ alone", /["']bun:ffi["']/, /^exec\//);
  only(
    "stdout is written by ui/ and cli/ alone",
    /\bconsole\.(log|info)\b|process\.stdout\b|Bun\.stdout\b/,
    /^(ui|cli)\//,
  );
  only(
    "node:crypto, which takes 3 ms to load, serves logins; `crypto` and Bun.CryptoHasher do the same elsewhere",
    /from "node:crypto"/,
    /^auth\//,
  );
  only("eval and Function are not used", /\beval\s*\(|new Function\s*\(/, /^$/);
  only("no enum, no namespace", /^\s*(export )?(const )?(enum|namespace) \w/m, /^$/);
  only(
    "no `any`, no checker switched off",
    /(: any\b(?!\()|\bas any\b|<any>|@ts-(ignore|expect-error|nocheck))/,
    /^$/,
  );
  only(
    "no error is swallowed",
    /catch\s*(\([^)]*\))?\s*\{\s*\}|\.catch\(\(\) => (\{\s*\}|undefined|null)?\)/,
    /^$/,
  );
  only("no non-null assertion", /[\w)\]]!(\.|;|,|\)|\[| )(?!=)/, /^$/);

  test("arktype is only reached through macros, so that it costs nothing at run time", () => {
    const schemaFiles = new Set(
      sources
        .filter((s) => s.imports.some((i) => i.to === "arktype" && !i.text.startsWith("import type")))
        .map((s) => s.file),
    );
    const leaks = sources.flatMap((s) =>
      s.imports
        .filter((i) => i.to.startsWith("src:") && schemaFiles.has(i.to.slice(4)))
        .filter((i) => !i.macro && !i.text.startsWith("import type") && !schemaFiles.has(s.file))
        .map((i) => `${s.file} -> ${i.to}`),
    );
    expect(leaks).toEqual([]);
  });

  test("protocol/ holds types and no code", () => {
    const code = sources.filter(
      (s) => s.file.startsWith("protocol/") && /^(export )?(const|let|function|class|async)\b/m.test(s.code),
    );
    expect(code.map((s) => s.file)).toEqual([]);
  });
});

function allowed(from: string, to: string): boolean {
  const [a, b] = [roomOf(from), roomOf(to)];
  if (a === b) return true;
  if (FORBIDDEN_EDGES.some(([x, y]) => x === a && y === b)) return false;
  return layerOf(a) < layerOf(b);
}

function roomOf(file: string): string {
  return file.includes("/") ? (file.split("/")[0] ?? "") : "main";
}

function layerOf(room: string): number {
  const layer = LAYERS.findIndex((rooms) => rooms.includes(room));
  if (layer < 0) throw new Error(`${room}/ is not a room of the house`);
  return layer;
}

/** Static, dynamic and re-exporting imports of a file, with local ones resolved to `src:<path>`. */
function importsOf(file: string, text: string): readonly Import[] {
  const pattern =
    /(?:^|\n)\s*((?:import|export)\s[^;"']*?from\s*["']([^"']+)["'][^;\n]*)|\bimport\(\s*["']([^"']+)["'][^)]*\)/g;
  return [...text.matchAll(pattern)].map((match) => {
    const specifier = match[2] ?? match[3] ?? "";
    const statement = match[1] ?? match[0];
    const to = specifier.startsWith(".") ? `src:${resolve(file, specifier)}` : specifier;
    return { to, macro: /type:\s*["']macro["']/.test(statement), text: statement.trim() };
  });
}

function resolve(file: string, specifier: string): string {
  const path = normalize(join(dirname(file), specifier));
  return /\.(ts|txt|md|json|c|sh|lark)$/.test(path) ? path : `${path}.ts`;
}

function cycles(): string[] {
  const graph = new Map(
    sources.map((s) => [s.file, s.imports.filter((i) => i.to.startsWith("src:")).map((i) => i.to.slice(4))]),
  );
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      found.push([...path.slice(path.indexOf(file)), file].join(" -> "));
      return;
    }
    if (done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}

/** Blanks comments and string contents, so that words in prose do not count as calls; import lines are kept. */
function withoutComments(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/(^|[^:"'`])\/\/.*$/gm, "$1")
    .replace(/`(?:\\.|[^`\\$]|\$(?!\{))*`/g, "``");
}
