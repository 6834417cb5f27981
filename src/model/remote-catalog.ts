// The models that a server lists for a login: kept in `models_cache.json`, over the bundled catalog (config.md 18.4).

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { baseUrlFor } from "../auth/credentials";
import type { LoginSession } from "../auth/session";
import type { Config } from "../config/config";
import { extraCertificates } from "../util/certificates";
import { replaceFile } from "../util/replace-file";
import { VERSION } from "../util/version";
import { BUNDLED_CATALOG, type Catalog, type CatalogEntry } from "./catalog";
import { clientHeaders, credentialHeaders } from "./headers";
import { boundedText } from "./transport";
import { originatorFor, type Client } from "./user-agent";

export type RemoteCatalogOptions = {
  readonly config: Pick<Config, "codexHome" | "provider">;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Value of the `originator` header, before its override. */
  readonly originator: string;
  /** The program in front, when it is another one than we. */
  readonly client?: Client | undefined;
  readonly login: LoginSession;
  /** Of a ChatGPT account: a list with something to choose replaces the bundled catalog. */
  readonly isAccount: boolean;
  /** Ends the wait before its time. */
  readonly giveUp?: AbortSignal | undefined;
};

/** How long anybody waits for a list, the renewal of the login included. */
const ANSWER_MS = 5000;
const FRESH_MS = 300_000;
/** Bytes of a list: some hundred models with their instructions. */
const LIST_BYTES = 8_388_608;
/** As far as the umask lets it. */
const FILE_MODE = 0o666;

/** `models_cache.json`. */
type Cache = {
  readonly fetched_at: string;
  readonly client_version: string;
  readonly etag: string | null;
  readonly models: Catalog;
};

/**
 * The catalog for a login: the list of the last five minutes, or else what the server answers now. Where there is neither,
 * or what there is cannot be used, it is the bundled one. Never rejects, and takes at most `ANSWER_MS`.
 */
export async function remoteCatalog(options: RemoteCatalogOptions): Promise<Catalog> {
  const cached = readCache(options);
  if (cached !== undefined && isFresh(cached)) return combined(cached.models, options);
  const models = await refresh(options);
  return models === undefined ? BUNDLED_CATALOG : combined(models, options);
}

/**
 * A response came with the version that the list has now: the kept one is young again, or a new one takes its place.
 * Never rejects.
 */
export async function renewCatalog(options: RemoteCatalogOptions, etag: string): Promise<void> {
  const cached = readCache(options);
  if (cached?.etag === etag && cached.client_version === VERSION) writeCache(options, cached.models, etag);
  else await refresh(options);
}

/** Asks the server and keeps what it answers. Undefined: that is nothing to use. */
async function refresh(options: RemoteCatalogOptions): Promise<Catalog | undefined> {
  const deadline = AbortSignal.timeout(ANSWER_MS);
  const signal = options.giveUp === undefined ? deadline : AbortSignal.any([deadline, options.giveUp]);
  if (signal.aborted) return undefined;
  const late = new Promise<undefined>((resolve) => {
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
  try {
    const answer = await Promise.race([ask(options, signal), late]);
    if (answer === undefined) return undefined;
    writeCache(options, answer.models, answer.etag);
    return answer.models;
  } catch {
    return undefined; // the list is a courtesy: what the server has against it shows in the turn, if it matters there
  }
}

async function ask(
  options: RemoteCatalogOptions,
  signal: AbortSignal,
): Promise<{ readonly models: Catalog; readonly etag: string | null } | undefined> {
  const { config, env, login } = options;
  const { provider } = config;
  const credential = await login.current();
  if (credential?.type !== "bearer") return undefined;
  const originator = originatorFor(options.originator, env);
  const client = options.client ?? { name: options.originator, version: VERSION };
  const url = listUrl(baseUrlFor(provider, credential), provider.queryParams);
  const response = await fetch(url, {
    headers: {
      accept: "application/json",
      ...credentialHeaders(credential),
      ...clientHeaders({ provider, env, originator, client }),
    },
    signal,
    redirect: "error",
    ...(await extraCertificates(env)),
  });
  if (!response.ok) {
    await response.body?.cancel();
    return undefined;
  }
  const models = listIn(record(JSON.parse(await boundedText(response, LIST_BYTES))));
  return models && { models, etag: response.headers.get("etag") };
}

function listUrl(base: string, query: Readonly<Record<string, string>>): URL {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/models`;
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  url.searchParams.set("client_version", VERSION);
  return url;
}

/** With an account, a list that has something to choose stands alone; any other is laid over the bundled one. */
function combined(listed: Catalog, { isAccount }: RemoteCatalogOptions): Catalog {
  if (isAccount && listed.some(({ visibility }) => visibility === "list")) return listed;
  const known = new Set(BUNDLED_CATALOG.map(({ slug }) => slug));
  const bySlug = new Map(listed.map((entry) => [entry.slug, entry]));
  return [
    ...BUNDLED_CATALOG.map((entry) => bySlug.get(entry.slug) ?? entry),
    ...listed.filter(({ slug }) => !known.has(slug)),
  ];
}

function isFresh({ fetched_at, client_version }: Cache): boolean {
  const age = Date.now() - Date.parse(fetched_at);
  return client_version === VERSION && age >= 0 && age < FRESH_MS;
}

/** Undefined for a file that is not there or not of its form: the next list takes its place. */
function readCache({ config }: RemoteCatalogOptions): Cache | undefined {
  try {
    const cache = record(JSON.parse(readFileSync(cacheFile(config), "utf8")));
    const { fetched_at, client_version, etag = null } = cache;
    const models = listIn(cache);
    if (models === undefined || !isText(fetched_at) || !isText(client_version) || !isTextOrNull(etag))
      return undefined;
    return { fetched_at, client_version, etag, models };
  } catch {
    return undefined;
  }
}

function writeCache({ config }: RemoteCatalogOptions, models: Catalog, etag: string | null): void {
  const cache = {
    fetched_at: new Date().toISOString(),
    ...(etag !== null && { etag }),
    client_version: VERSION,
    models,
  };
  try {
    replaceFile(cacheFile(config), `${JSON.stringify(cache, null, 2)}\n`, FILE_MODE);
  } catch {
    return; // a CODEX_HOME that cannot be written: the next start asks again
  }
}

function cacheFile({ codexHome }: Pick<Config, "codexHome">): string {
  return join(codexHome, "models_cache.json");
}

/** The models of a list; undefined when one of them is not of the form that the rest of the program counts on. */
function listIn({ models }: Fields): Catalog | undefined {
  return isListOf(isEntry)(models) ? models : undefined;
}

function isEntry(value: unknown): value is CatalogEntry {
  const entry = record(value);
  return Object.entries(ENTRY).every(([field, isRight]) => isRight(entry[field]));
}

/** What each field of an entry may be (config.md 18.1). */
const ENTRY: { readonly [F in keyof Required<CatalogEntry>]: (value: unknown) => boolean } = {
  slug: (value) => isText(value) && value !== "",
  display_name: isText,
  description: optional(isText),
  base_instructions: optional(isText),
  model_messages: optional(isMessages),
  visibility: isText,
  priority: Number.isFinite,
  supported_reasoning_levels: isListOf((value) => isText(value) || isText(record(value)["effort"])),
  default_reasoning_level: optional(isText),
  supports_reasoning_summaries: isBoolean,
  default_reasoning_summary: optional(isText),
  support_verbosity: isBoolean,
  default_verbosity: isTextOrNull,
  shell_type: isText,
  apply_patch_tool_type: isTextOrNull,
  web_search_tool_type: optional(isText),
  supports_parallel_tool_calls: isBoolean,
  supports_search_tool: optional(isBoolean),
  supports_image_detail_original: optional(isBoolean),
  input_modalities: optional(isListOf(isText)),
  truncation_policy: (value) => isText(record(value)["mode"]) && Number.isFinite(record(value)["limit"]),
  context_window: optional(Number.isFinite),
  max_context_window: optional(Number.isFinite),
  effective_context_window_percent: optional(Number.isFinite),
  auto_compact_token_limit: optional(Number.isFinite),
  service_tiers: optional(isListOf((value) => isText(value) || isText(record(value)["id"]))),
  experimental_supported_tools: isListOf(isText),
};

function isMessages(value: unknown): boolean {
  const { instructions_template: template, instructions_variables: variables } = record(value);
  const isTable = (given: unknown) => Object.values(record(given)).every(isText);
  return optional(isText)(template) && optional(isTable)(variables);
}

type Fields = Readonly<Record<string, unknown>>;

function record(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {}; // whose fields may be anything
}

function optional(is: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => value === undefined || value === null || is(value);
}

function isListOf<T>(is: ((value: unknown) => value is T) | ((value: unknown) => boolean)) {
  return (value: unknown): value is readonly T[] => Array.isArray(value) && value.every(is);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || isText(value);
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === "boolean";
}
