import { describe, expect, test } from "bun:test";
import { parseOverride, sessionLayer } from "../../src/config/overrides";

const layer = (...overrides: string[]) => sessionLayer(overrides, [], []);

describe("-c key=value", () => {
  test("takes TOML, and plain text where it is not TOML", () => {
    const values: readonly (readonly [string, unknown])[] = [
      ["model=o3", "o3"],
      ['model="o3"', "o3"],
      ["model='o3'", "o3"],
      ['model="abc', "abc"],
      ['model = "x"', "x"],
      ["model=", ""],
      ["model=5", 5],
      ["model=1.5", 1.5],
      ["model=true", true],
      ["model=a=b", "a=b"],
      ['model=["x", "y"]', ["x", "y"]],
      ['model={b="c"}', { b: "c" }],
      ["model=''\"x\"''", "x"],
      ["model=1979-05-27", "1979-05-27"],
    ];
    for (const [raw, value] of values) expect(parseOverride(raw)).toEqual({ path: ["model"], value });
  });

  test("splits the key at every dot, without quoting", () => {
    expect(parseOverride('projects."/a.b".trust_level=x').path).toEqual([
      ...["projects", '"/a', 'b"', "trust_level"],
    ]);
    expect(layer('projects={"/a.b"={trust_level="trusted"}}')).toEqual({
      projects: { "/a.b": { trust_level: "trusted" } },
    });
  });

  test("builds one table in order; later ones win, and a scalar in the way becomes a table", () => {
    expect(layer("a=1", "a.b=2", "a.c=3", "a.b=4")).toEqual({ a: { b: 4, c: 3 } });
    expect(layer("a.b=1", "a={c=2}")).toEqual({ a: { c: 2 } });
  });

  test("knows one older spelling", () => {
    expect(layer("use_legacy_landlock=true")).toEqual({ features: { use_legacy_landlock: true } });
  });

  test("does not reach inherited properties", () => {
    expect(layer("__proto__.polluted=true", "constructor.x=1")["constructor"]).toEqual({ x: 1 });
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  test("is refused without `=` or without a key", () => {
    expect(() => layer("foo")).toThrow("Error parsing -c overrides: Invalid override (missing '='): foo");
    expect(() => layer("=x")).toThrow("Error parsing -c overrides: Empty key in override: =x");
  });
});

describe("--enable and --disable", () => {
  test("beat -c features, and --disable beats --enable", () => {
    const toggled = sessionLayer(
      ["features.goals=false", "features.hooks=true"],
      ["goals", "hooks"],
      ["hooks"],
    );
    expect(toggled).toEqual({ features: { goals: true, hooks: false } });
  });

  test("know older names, and no others", () => {
    expect(sessionLayer([], ["collab"], [])).toEqual({ features: { collab: true } });
    expect(() => sessionLayer([], ["zzz"], [])).toThrow("Unknown feature flag: zzz");
    expect(() => sessionLayer([], [], ["toString"])).toThrow("Unknown feature flag: toString");
  });
});
