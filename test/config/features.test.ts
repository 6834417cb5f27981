import { expect, test } from "bun:test";
import {
  betaFeatures,
  FEATURES,
  isKnownFeature,
  resolveFeatures,
  unstableFeaturesWarning,
} from "../../src/config/features";

const resolve = (features: object, more: object = {}) => resolveFeatures({ ...more, features });
const on = (features: object, name: string) => resolve(features).features.get(name);

test("there are 81 features, sorted by name, each with the reference's stage and default", () => {
  expect(FEATURES.map(({ name }) => name)).toEqual(FEATURES.map(({ name }) => name).toSorted());
  const counts = Map.groupBy(FEATURES, ({ stage, byDefault }) => `${stage} ${byDefault}`);
  expect(Object.fromEntries([...counts].map(([kind, list]) => [kind, list.length]))).toEqual({
    "stable true": 22,
    "experimental true": 1,
    "experimental false": 4,
    "under development false": 27,
    "deprecated false": 3,
    "removed false": 20,
    "removed true": 4,
  });
});

test("values set them, a table by its `enabled`", () => {
  expect(on({}, "goals")).toBe(true);
  expect(on({ goals: false }, "goals")).toBe(false);
  expect(on({ code_mode: { enabled: true } }, "code_mode")).toBe(true);
  expect(on({ code_mode: {} }, "code_mode")).toBe(false);
  expect(resolve({ zzz: true }).features.has("zzz")).toBe(false);
});

test("some cannot be set any more", () => {
  for (const name of ["undo", "tool_search", "js_repl"]) expect(on({ [name]: true }, name)).toBe(false);
  expect(on({ tui_app_server: false }, "tui_app_server")).toBe(true);
});

test("some turn others on", () => {
  expect(on({ enable_fanout: true, multi_agent: false }, "multi_agent")).toBe(true);
  expect(on({ code_mode_only: true }, "code_mode")).toBe(true);
});

test("keys apply in alphabetical order, so the later of two names for a feature wins", () => {
  expect(on({ multi_agent: false, collab: true }, "multi_agent")).toBe(false);
  expect(on({ hooks: false, codex_hooks: true }, "hooks")).toBe(false);
  expect(on({ apps: false, connectors: true }, "apps")).toBe(true);
});

test("older names work, with a notice", () => {
  const { features, deprecations } = resolve(
    { memory_tool: true, collab: true },
    { experimental_use_unified_exec_tool: false },
  );
  expect([features.get("memories"), features.get("unified_exec")]).toEqual([true, false]);
  expect(deprecations.map(({ summary }) => summary)).toEqual([
    "`[features].collab` is deprecated. Use `[features].multi_agent` instead.",
    "`[features].experimental_use_unified_exec_tool` is deprecated. Use `[features].unified_exec` instead.",
    "`[features].memory_tool` is deprecated. Use `[features].memories` instead.",
  ]);
  expect(deprecations[0]?.details).toBe(
    "Enable it with `--enable multi_agent` or `[features].multi_agent` in config.toml. See " +
      "https://developers.openai.com/codex/config-basic#feature-flags for details.",
  );
});

test("web search and landlock have notices of their own, whatever the value", () => {
  const { deprecations } = resolve({
    web_search: false,
    web_search_cached: true,
    use_legacy_landlock: false,
  });
  expect(deprecations.map(({ summary }) => summary)).toEqual([
    "`[features].use_legacy_landlock` is deprecated and will be removed soon.",
    "`[features].web_search_cached` is deprecated because web search is enabled by default.",
    "`[features].web_search` is deprecated because web search is enabled by default.",
  ]);
});

test("unfinished ones that are on are warned about", () => {
  const warning = (features: object) => unstableFeaturesWarning(resolve(features).features, "/h/config.toml");
  expect(warning({ goals: true })).toBeUndefined();
  expect(warning({ chronicle: true, artifact: true })).toBe(
    "Under-development features enabled: artifact, chronicle. Under-development features are incomplete and may " +
      "behave unpredictably. To suppress this warning, set `suppress_unstable_features_warning = true` in /h/config.toml.",
  );
});

test("experimental ones that are on go into a request header", () => {
  expect(betaFeatures(resolve({}).features)).toEqual(["terminal_resize_reflow"]);
  expect(
    betaFeatures(resolve({ memories: true, remote_compaction_v2: true, artifact: true }).features),
  ).toEqual([...["memories", "remote_compaction_v2", "terminal_resize_reflow"]]);
});

test("names of inherited properties are no features", () => {
  expect(["toString", "constructor", "__proto__"].filter(isKnownFeature)).toEqual([]);
});
