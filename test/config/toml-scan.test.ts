import { describe, expect, test } from "bun:test";
import {
  type PathStep,
  scanToml,
  type TomlEntry,
  type TomlNode,
  TomlSyntaxError,
} from "../../src/config/toml-scan";
import { isTable, locateExactly, parseToml, valueAt } from "../../src/config/toml-text";
import { random, randomToml } from "./random-toml";

const FUZZ_DOCUMENTS = 3000;

type Place = { readonly path: readonly PathStep[]; readonly node: TomlNode };

describe("every document the parser accepts", () => {
  test("is scanned to the same keys, and each value stands where the scanner says", () => {
    let accepted = 0;
    for (let seed = 0; seed < FUZZ_DOCUMENTS; seed++) {
      const text = randomToml(random(seed));
      const parsed = parsedOrUndefined(text);
      if (parsed === undefined) continue;
      accepted++;
      const places = scannedPlaces(text);
      const scanned = places.filter(({ node }) => node.kind !== "table" && node.kind !== "array");
      expect([text, keys(scanned.map(({ path }) => path))]).toEqual([text, keys(leaves(parsed, []))]);
      for (const { path, node } of places) {
        const own = parseToml(`_ = ${text.slice(node.start, node.end)}`)["_"];
        expect([text, path, own]).toEqual([text, path, valueAt(parsed, path)]);
        expect(locateExactly(scanToml(text), path)?.span).toMatchObject({ start: node.start, end: node.end });
      }
    }
    expect(accepted).toBeGreaterThan(FUZZ_DOCUMENTS / 2);
  });

  test("is also scanned when it has a byte order mark, no final newline, or nothing in it", () => {
    for (const text of ["", "\n", "\uFEFFa = 1", "# only\r\n", "a=1", "[t]", "\r\n\r\n[a]\r\n"]) {
      expect(() => scanToml(text)).not.toThrow();
    }
  });
});

test("cutting a document anywhere never hangs the scanner, and its faults lie inside the text", () => {
  for (let seed = 0; seed < 300; seed++) {
    const next = random(seed);
    const text = randomToml(next);
    const cut = text.slice(0, next(text.length + 1));
    try {
      scanToml(cut);
    } catch (error) {
      if (!(error instanceof TomlSyntaxError)) throw error;
      expect(error.offset).toBeLessThanOrEqual(cut.length);
    }
  }
});

test("sections, arrays of tables and dotted keys have whole paths", () => {
  const text = 'a.b = 1\n[x."y.z"]\nk = { l.m = [1, { n = 2 }] }\n[[t]]\n[[t]]\n[t.u]\nv = 3\n';
  const at = (...path: PathStep[]) => {
    const found = locateExactly(scanToml(text), path);
    return found && text.slice(found.span.start, found.span.end);
  };
  expect(at("a", "b")).toBe("1");
  expect(at("a")).toBe("a.b");
  expect(at("x", "y.z", "k", "l", "m", 1, "n")).toBe("2");
  expect(at("x")).toBe('[x."y.z"]');
  expect(at("t", 1)).toBe("[[t]]");
  expect(at("t", 1, "u", "v")).toBe("3");
  expect(at("t", 0, "u")).toBeUndefined();
  expect(at("nope")).toBeUndefined();
});

function scannedPlaces(text: string): readonly Place[] {
  return scanToml(text).sections.flatMap((section) =>
    section.entries.flatMap((entry) => placesOf(entry, section.path)),
  );
}

function placesOf(entry: TomlEntry, parent: readonly PathStep[]): readonly Place[] {
  return inNode(entry.value, [...parent, ...entry.key]);
}

function inNode(node: TomlNode, path: readonly PathStep[]): readonly Place[] {
  return [
    { path, node },
    ...node.items.flatMap((item, index) => inNode(item, [...path, index])),
    ...node.entries.flatMap((entry) => placesOf(entry, path)),
  ];
}

function leaves(value: unknown, path: readonly PathStep[]): readonly (readonly PathStep[])[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => leaves(item, [...path, index]));
  if (isTable(value)) return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
  return [path];
}

function keys(paths: readonly (readonly PathStep[])[]): readonly string[] {
  return paths.map((path) => JSON.stringify(path)).toSorted();
}

function parsedOrUndefined(text: string): ReturnType<typeof parseToml> | undefined {
  try {
    return parseToml(text);
  } catch (error) {
    if (error instanceof TomlSyntaxError) return undefined;
    throw error;
  }
}
