// Which facts a model name gets (config.md 18).

import { describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BUNDLED_CATALOG, defaultModel, modelInfo, readCatalog } from "../../src/model/catalog";
import { CATALOG_ENTRY } from "../support/catalog-entry";

describe("the bundled catalog", () => {
  test("has the newer models and the older ones they replace, each once", () => {
    const slugs = BUNDLED_CATALOG.map((entry) => entry.slug);
    expect(slugs).toContainValues([
      "gpt-6.1-sol",
      "gpt-5.5",
      "gpt-5.4",
      "gpt-5.4-mini",
      "gpt-5.3-codex",
      "gpt-5.2",
    ]);
    expect(new Set(slugs).size).toBe(slugs.length);
    expect(new Set(BUNDLED_CATALOG.map((entry) => entry.priority)).size).toBe(slugs.length);
  });

  test("offers its first listed model by default", () => {
    expect(defaultModel()).toBe("gpt-6.1-sol");
  });

  test("is the same in every fact that matters for the models of 0.139", () => {
    for (const slug of ["gpt-5.5", "gpt-5.4", "gpt-5.4-mini", "gpt-5.3-codex", "gpt-5.2"]) {
      expect(modelInfo(slug)).toMatchObject({
        known: true,
        contextWindow: 272_000,
        usableContextWindow: 258_400,
        autoCompactLimit: 244_800,
        maxContextWindow: slug === "gpt-5.4" ? 1_000_000 : 272_000,
        defaultReasoningLevel: "medium",
        supportsReasoning: true,
        defaultReasoningSummary: slug === "gpt-5.2" ? "auto" : "none",
        supportsVerbosity: true,
        defaultVerbosity: slug === "gpt-5.4-mini" ? "medium" : "low",
        hasApplyPatch: true,
        supportsParallelToolCalls: true,
        supportsSearchTool: true,
        supportsImages: true,
        supportsImageDetailOriginal: slug !== "gpt-5.2",
        truncation: { mode: slug === "gpt-5.2" ? "bytes" : "tokens", limit: 10_000 },
      });
    }
  });
});

describe("a lookup", () => {
  const NAMES: readonly (readonly [string, string | null])[] = [
    ["gpt-5.2-codex", "gpt-5.2"],
    ["gpt-5.4-foo", "gpt-5.4"],
    ["gpt-5.4-mini-2026", "GPT-5.4-Mini"],
    ["custom/gpt-5.4-foo", "gpt-5.4"],
    ["my_ns-1/gpt-5.5", "GPT-5.5"],
    ["a/b/gpt-5.5", null],
    ["a.b/gpt-5.5", null],
    ["/gpt-5.5", null],
    ["gpt-5", null],
    ["llama", null],
    ["", null],
  ];
  for (const [name, found] of NAMES) {
    test(`of ${JSON.stringify(name)} finds ${found ?? "nothing"}, and keeps the name`, () => {
      const info = modelInfo(name);
      expect([info.slug, info.known]).toEqual([name, found !== null]);
      expect(info.displayName).toBe(found ?? name);
    });
  }

  test("of an unknown model gives cautious guesses", () => {
    expect(modelInfo("llama")).toMatchObject({
      visibility: "none",
      defaultReasoningLevel: undefined,
      supportsReasoning: false,
      supportsVerbosity: false,
      hasApplyPatch: false,
      supportsParallelToolCalls: false,
      supportsSearchTool: false,
      supportsImages: true,
      webSearchTypes: "text",
      truncation: { mode: "bytes", limit: 10_000 },
      contextWindow: 272_000,
      usableContextWindow: 258_400,
    });
  });
});

describe("the user's settings", () => {
  const info = (
    slug: string,
    toml: Parameters<typeof modelInfo>[1] & object extends { toml: infer T } ? T : never,
  ) => modelInfo(slug, { toml });

  test("set the window, up to the model's greatest", () => {
    expect(info("gpt-5.4", { model_context_window: 500_000 })).toMatchObject({
      contextWindow: 500_000,
      usableContextWindow: 475_000,
      autoCompactLimit: 450_000,
    });
    expect(info("gpt-5.5", { model_context_window: 500_000 }).contextWindow).toBe(272_000);
    expect(info("llama", { model_context_window: 8_000 }).contextWindow).toBe(8_000);
  });

  test("lower the point of compaction but never raise it beyond 90 %", () => {
    expect(info("gpt-5.5", { model_auto_compact_token_limit: 1_000 }).autoCompactLimit).toBe(1_000);
    expect(info("gpt-5.5", { model_auto_compact_token_limit: 900_000 }).autoCompactLimit).toBe(244_800);
  });

  test("limit tool output in tokens, whatever the model counts", () => {
    expect(info("gpt-5.5", { tool_output_token_limit: 50 }).truncation).toEqual({
      mode: "tokens",
      limit: 50,
    });
    expect(info("gpt-5.2", { tool_output_token_limit: 50 }).truncation).toEqual({
      mode: "bytes",
      limit: 200,
    });
  });

  test("switch reasoning on for a model that is not known to have it", () => {
    expect(info("llama", { model_supports_reasoning_summaries: true })).toMatchObject({
      supportsReasoning: true,
      defaultReasoningSummary: "auto",
    });
  });
});

describe("a catalog of the user's own", () => {
  const read = async (content: string | null) => {
    const folder = await mkdtemp(join(tmpdir(), "catalog-"));
    const path = join(folder, "models.json");
    try {
      if (content !== null) await writeFile(path, content);
      return { path, result: await readCatalog(path).catch((error: Error) => error) };
    } finally {
      await rm(folder, { recursive: true });
    }
  };

  test("replaces the bundled one; an entry with just the required fields works", async () => {
    const { result } = await read(JSON.stringify({ models: [CATALOG_ENTRY] }));
    if (result instanceof Error) throw result;
    expect(defaultModel(result)).toBe("mine");
    expect(modelInfo("mine-2", undefined, result)).toMatchObject({
      displayName: "Mine",
      efforts: [{ effort: "low" }],
      contextWindow: 272_000,
      supportsImages: true,
    });
    expect(modelInfo("gpt-5.5", undefined, result).known).toBe(false);
  });

  test("that is unreadable, not a catalog or empty is refused with its path", async () => {
    const message = async (content: string | null) => {
      const { path, result } = await read(content);
      return result instanceof Error ? result.message.replace(path, "P") : "no error";
    };
    expect(await message("{")).toStartWith("failed to parse model_catalog_json path `P` as JSON: ");
    expect(await message(null)).toStartWith("failed to parse model_catalog_json path `P` as JSON: ");
    expect(await message("[]")).toBe(
      "failed to parse model_catalog_json path `P` as JSON: missing field `models`",
    );
    expect(await message('{"models":[{"slug":"x"}]}')).toBe(
      "failed to parse model_catalog_json path `P` as JSON: missing field `display_name`",
    );
    expect(await message('{"models":[]}')).toBe(
      "model_catalog_json path `P` must contain at least one model",
    );
  });
});
