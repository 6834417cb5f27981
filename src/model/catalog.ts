// What is known of each model: windows, limits, what it can do; with the user's overrides applied (config.md 18).

import { readFile } from "node:fs/promises";
import { UserError, messageOf } from "../util/user-error";
import bundled from "./models.json" with { type: "json" };

export type TruncationPolicy = { readonly mode: "bytes" | "tokens"; readonly limit: number };

export type ReasoningSummary = "auto" | "concise" | "detailed" | "none";

/** A model as the rest of the program sees it. Windows and limits are in tokens. */
export type ModelInfo = {
  /** As requested; also what is sent. Its facts may come from a shorter slug. */
  readonly slug: string;
  readonly displayName: string;
  /** One line for pickers; empty when there is none. */
  readonly description: string;
  /** What a catalog of the user's brings; undefined for ours. */
  readonly instructions: ModelInstructions | undefined;
  /** Whether its tone can be chosen. */
  readonly supportsPersonality: boolean;
  /** False when the catalog knows no such model and the facts are guesses: worth a warning. */
  readonly known: boolean;
  readonly visibility: "list" | "hide" | "none";
  /** Ascending; the default model is the first listed one. */
  readonly priority: number;
  readonly efforts: readonly { readonly effort: string; readonly description: string }[];
  /** The effort sent when the user sets none. */
  readonly defaultReasoningLevel: string | undefined;
  /** False: the request says `"reasoning": null`, whatever the user's effort is. */
  readonly supportsReasoning: boolean;
  readonly defaultReasoningSummary: ReasoningSummary;
  readonly supportsVerbosity: boolean;
  readonly defaultVerbosity: string | undefined;
  readonly shellType: string;
  readonly hasApplyPatch: boolean;
  readonly webSearchTypes: "text" | "text_and_image";
  readonly supportsParallelToolCalls: boolean;
  readonly supportsSearchTool: boolean;
  readonly supportsImageDetailOriginal: boolean;
  readonly supportsImages: boolean;
  readonly truncation: TruncationPolicy;
  readonly contextWindow: number;
  readonly maxContextWindow: number;
  /** What is reported as usable: the window less a reserve (95 % of it). */
  readonly usableContextWindow: number;
  /** History is compacted when it reaches this (agent.md 12). */
  readonly autoCompactLimit: number;
  readonly serviceTiers: readonly string[];
  readonly extraTools: readonly string[];
};

/** Base instructions, in which `{{ personality }}` stands for one of the texts. */
export type ModelInstructions = {
  readonly text: string;
  readonly personalities: Readonly<Record<string, string>>;
};

/** A catalog entry as written in JSON; what is absent has the default of config.md 18.1. */
export type CatalogEntry = {
  readonly slug: string;
  readonly display_name: string;
  readonly description?: string | null;
  readonly base_instructions?: string | null;
  readonly model_messages?: {
    readonly instructions_template?: string | null;
    readonly instructions_variables?: Readonly<Record<string, string>> | null;
  } | null;
  readonly visibility: string;
  readonly priority: number;
  readonly supported_reasoning_levels: readonly (
    string | { readonly effort: string; readonly description?: string }
  )[];
  readonly default_reasoning_level?: string | null;
  readonly supports_reasoning_summaries: boolean;
  readonly default_reasoning_summary?: string;
  readonly support_verbosity: boolean;
  readonly default_verbosity: string | null;
  readonly shell_type: string;
  readonly apply_patch_tool_type: string | null;
  readonly web_search_tool_type?: string;
  readonly supports_parallel_tool_calls: boolean;
  readonly supports_search_tool?: boolean;
  readonly supports_image_detail_original?: boolean;
  readonly input_modalities?: readonly string[];
  readonly truncation_policy: { readonly mode: string; readonly limit: number };
  readonly context_window?: number | null;
  readonly max_context_window?: number | null;
  readonly effective_context_window_percent?: number;
  readonly auto_compact_token_limit?: number | null;
  readonly service_tiers?: readonly (string | { readonly id: string })[];
  readonly experimental_supported_tools: readonly string[];
};

export type Catalog = readonly CatalogEntry[];

/** The part of a loaded configuration that changes what is known of a model. */
export type ModelOverrides = {
  readonly toml: {
    readonly model_context_window?: number | undefined;
    readonly model_auto_compact_token_limit?: number | undefined;
    readonly tool_output_token_limit?: number | undefined;
    readonly model_supports_reasoning_summaries?: boolean | undefined;
  };
};

export const BUNDLED_CATALOG: Catalog = bundled.models;

/** Bytes of text to a token, for limits (agent.md 8.1). */
const BYTES_PER_TOKEN = 4;
const COMPACT_PERCENT = 90;
const REQUIRED_FIELDS = [
  "slug",
  "display_name",
  "visibility",
  "priority",
  "supported_reasoning_levels",
  "supports_reasoning_summaries",
  "support_verbosity",
  "default_verbosity",
  "shell_type",
  "apply_patch_tool_type",
  "supports_parallel_tool_calls",
  "truncation_policy",
  "experimental_supported_tools",
] as const;

/** The first listed model by priority. A catalog that lists none gives its very first. */
export function defaultModel(catalog: Catalog = BUNDLED_CATALOG): string {
  const ordered = catalog.toSorted((a, b) => a.priority - b.priority);
  const first = ordered.find((entry) => entry.visibility === "list") ?? ordered[0];
  if (first === undefined) throw new Error("a catalog holds at least one model");
  return first.slug;
}

/**
 * The facts of a model: the longest slug that is a prefix of the name, then the same without one leading `namespace/`,
 * then cautious guesses; at last the user's overrides (config.md 18.3).
 */
export function modelInfo(
  slug: string,
  overrides?: ModelOverrides,
  catalog: Catalog = BUNDLED_CATALOG,
): ModelInfo {
  const bare = /^[A-Za-z0-9_-]+\/([^/]+)$/.exec(slug)?.[1];
  const entry =
    longestPrefix(slug, catalog) ?? (bare === undefined ? undefined : longestPrefix(bare, catalog));
  return described(slug, entry ?? guessed(slug), entry !== undefined, overrides?.toml ?? {});
}

/**
 * Reads a file that replaces the bundled catalog (`model_catalog_json`).
 * @param path absolute
 * @throws UserError when it cannot be read, is not a catalog, or is empty
 */
export async function readCatalog(path: string): Promise<Catalog> {
  const refuse = (reason: string, cause?: unknown) =>
    new UserError(`failed to parse model_catalog_json path \`${path}\` as JSON: ${reason}`, { cause });
  let models: unknown;
  try {
    models = (JSON.parse(await readFile(path, "utf8")) as { models?: unknown } | null)?.models;
  } catch (error) {
    throw refuse(messageOf(error), error);
  }
  if (!Array.isArray(models)) throw refuse("missing field `models`");
  if (models.length === 0) {
    throw new UserError(`model_catalog_json path \`${path}\` must contain at least one model`);
  }
  for (const model of models) {
    const missing = REQUIRED_FIELDS.find((field) => !(field in Object(model)));
    if (missing !== undefined) throw refuse(`missing field \`${missing}\``);
  }
  return models as Catalog; // every field that is read without a default was found above
}

function longestPrefix(name: string, catalog: Catalog): CatalogEntry | undefined {
  return catalog
    .filter((entry) => name.startsWith(entry.slug))
    .reduce<CatalogEntry | undefined>(
      (best, entry) => (best === undefined || entry.slug.length > best.slug.length ? entry : best),
      undefined,
    );
}

/** A model that nobody described: no reasoning, no patches, no parallel calls, small outputs. */
function guessed(slug: string): CatalogEntry {
  return {
    slug,
    display_name: slug,
    visibility: "none",
    priority: 99,
    supported_reasoning_levels: [],
    supports_reasoning_summaries: false,
    support_verbosity: false,
    default_verbosity: null,
    shell_type: "default",
    apply_patch_tool_type: null,
    supports_parallel_tool_calls: false,
    truncation_policy: { mode: "bytes", limit: 10_000 },
    context_window: 272_000,
    experimental_supported_tools: [],
  };
}

function described(
  slug: string,
  entry: CatalogEntry,
  known: boolean,
  overrides: ModelOverrides["toml"],
): ModelInfo {
  const maxWindow = entry.max_context_window ?? entry.context_window ?? 272_000;
  const window = Math.min(overrides.model_context_window ?? entry.context_window ?? maxWindow, maxWindow);
  const compactAt = overrides.model_auto_compact_token_limit ?? entry.auto_compact_token_limit ?? Infinity;
  const supportsReasoning =
    overrides.model_supports_reasoning_summaries === true || entry.supports_reasoning_summaries;
  return {
    slug,
    displayName: known ? entry.display_name : slug,
    description: entry.description ?? "",
    instructions: instructionsOf(entry),
    supportsPersonality: hasPersonality(entry, known),
    known,
    visibility: entry.visibility === "list" || entry.visibility === "hide" ? entry.visibility : "none",
    priority: entry.priority,
    efforts: entry.supported_reasoning_levels.map((level) =>
      typeof level === "string"
        ? { effort: level, description: "" }
        : { effort: level.effort, description: level.description ?? "" },
    ),
    defaultReasoningLevel: entry.default_reasoning_level ?? undefined,
    supportsReasoning,
    defaultReasoningSummary: summaryOf(entry.default_reasoning_summary),
    supportsVerbosity: entry.support_verbosity,
    defaultVerbosity: entry.default_verbosity ?? undefined,
    shellType: entry.shell_type,
    hasApplyPatch: entry.apply_patch_tool_type !== null,
    webSearchTypes: entry.web_search_tool_type === "text_and_image" ? "text_and_image" : "text",
    supportsParallelToolCalls: entry.supports_parallel_tool_calls,
    supportsSearchTool: entry.supports_search_tool ?? false,
    supportsImageDetailOriginal: entry.supports_image_detail_original ?? false,
    supportsImages: entry.input_modalities?.includes("image") ?? true,
    truncation: truncationOf(entry, overrides.tool_output_token_limit),
    contextWindow: window,
    maxContextWindow: maxWindow,
    usableContextWindow: Math.floor((window * (entry.effective_context_window_percent ?? 95)) / 100),
    autoCompactLimit: Math.min(compactAt, Math.floor((window * COMPACT_PERCENT) / 100)),
    serviceTiers: (entry.service_tiers ?? []).map((tier) => (typeof tier === "string" ? tier : tier.id)),
    extraTools: entry.experimental_supported_tools,
  };
}

/** The oldest of the bundled ones has no choice of tone. */
const WITHOUT_PERSONALITY = "gpt-5.2";

function hasPersonality(entry: CatalogEntry, known: boolean): boolean {
  if (instructionsOf(entry) !== undefined) return Boolean(entry.model_messages?.instructions_template);
  return known && entry.slug !== WITHOUT_PERSONALITY;
}

function instructionsOf({ base_instructions, model_messages }: CatalogEntry): ModelInstructions | undefined {
  const text = model_messages?.instructions_template || base_instructions?.trim();
  return text ? { text, personalities: model_messages?.instructions_variables ?? {} } : undefined;
}

function truncationOf(entry: CatalogEntry, tokens: number | undefined): TruncationPolicy {
  const mode = entry.truncation_policy.mode === "bytes" ? "bytes" : "tokens";
  if (tokens === undefined) return { mode, limit: entry.truncation_policy.limit };
  return { mode, limit: mode === "bytes" ? tokens * BYTES_PER_TOKEN : tokens };
}

function summaryOf(value: string | undefined): ReasoningSummary {
  return value === "concise" || value === "detailed" || value === "none" ? value : "auto";
}
