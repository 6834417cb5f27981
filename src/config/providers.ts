// Model providers: the built-in ones, those of `[model_providers]`, and which one a session talks to (config.md 8).

import { UserError } from "../util/user-error";
import { VERSION } from "../util/version";
import type { ProviderInfo } from "./config";
import type { Environment } from "./home";
import type { ConfigToml } from "./schema";

type ProviderToml = NonNullable<ConfigToml["model_providers"]>[string];

export const OPENAI_BASE_URL = "https://api.openai.com/v1";
export const RESERVED_PROVIDERS = ["openai", "ollama", "lmstudio"];
export const BEDROCK = "amazon-bedrock";

const REQUEST_MAX_RETRIES = 4;
const STREAM_MAX_RETRIES = 5;
const MOST_RETRIES = 100;
const STREAM_IDLE_TIMEOUT_MS = 300_000;
const AUTH_TIMEOUT_MS = 5000;
const AUTH_REFRESH_MS = 300_000;
const OSS_PORTS = { ollama: 11_434, lmstudio: 1234 };
const AZURE_HOSTS = [
  ...["openai.azure.", "cognitiveservices.azure.", "aoai.azure."],
  ...["azure-api.", "azurefd.", "windows.net/openai"],
];

/**
 * The provider of a session.
 * @param id from a flag or `model_provider`; `openai` when undefined
 * @throws UserError for an id that names no provider
 */
export function resolveProvider(
  id: string | undefined,
  toml: ConfigToml,
  env: Environment,
  cwd: string,
): ProviderInfo {
  const name = id ?? "openai";
  if (name === "openai") return openai(toml.openai_base_url);
  if (name === "ollama" || name === "lmstudio") return openSource(name, env);
  if (name === "ollama-chat") {
    throw new UserError(
      "`ollama-chat` is no longer supported.\n" +
        "How to fix: replace `ollama-chat` with `ollama` in `model_provider`, `oss_provider`, or `--local-provider`.\n" +
        "More info: https://github.com/openai/codex/discussions/7782",
    );
  }
  if (name === BEDROCK) {
    throw new UserError(
      "Model provider `amazon-bedrock` is not available in this version.\n" +
        "How to fix: set `model_provider` to `openai` or to one of your `[model_providers]`.",
    );
  }
  const providers = toml.model_providers ?? {};
  const provider = Object.hasOwn(providers, name) ? providers[name] : undefined;
  if (provider === undefined) throw new UserError(`Model provider \`${name}\` not found`);
  return custom(name, provider, cwd);
}

/**
 * What `[model_providers]` may not say.
 * @returns the reference's text for the first fault, without a position; undefined when all is well
 */
export function providersFault(providers: Readonly<Record<string, unknown>>): string | undefined {
  const reserved = Object.keys(providers)
    .filter((id) => RESERVED_PROVIDERS.includes(id))
    .toSorted();
  const [first] = reserved;
  if (first !== undefined) {
    const ids = reserved.map((id) => `\`${id}\``).join(", ");
    return (
      `model_providers contains reserved built-in provider IDs: ${ids}. Built-in providers cannot be overridden. ` +
      `Rename your custom provider (for example, \`${first}-custom\`).`
    );
  }
  for (const [id, provider] of Object.entries(providers).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    // The schema has been held against this table before; only its own rules are left.
    const fault = providerFault(id, provider as ProviderToml);
    if (fault !== undefined) return `model_providers.${id}: ${fault}`;
  }
  return undefined;
}

/** Fields that amazon-bedrock does not take; its own fault has another form than those of other providers. */
export function bedrockFault(provider: ProviderToml | undefined): string | undefined {
  const others = Object.keys(provider ?? {}).filter((key) => key !== "aws");
  return others.length === 0
    ? undefined
    : "model_providers.amazon-bedrock only supports changing `aws.profile` and `aws.region`; other non-default provider fields are not supported";
}

function providerFault(id: string, provider: ProviderToml): string | undefined {
  if (id === BEDROCK) return undefined;
  if (provider.aws !== undefined) return "provider aws is only supported for `amazon-bedrock`";
  if ((provider.name ?? "").trim() === "") return "provider name must not be empty";
  if (provider.auth === undefined) return undefined;
  if (provider.auth.command.trim() === "") return "provider auth.command must not be empty";
  const conflicts = [
    ...(provider.env_key === undefined ? [] : ["env_key"]),
    ...(provider.experimental_bearer_token === undefined ? [] : ["experimental_bearer_token"]),
    ...(provider.requires_openai_auth === true ? ["requires_openai_auth"] : []),
  ];
  return conflicts.length === 0 ? undefined : `provider auth cannot be combined with ${conflicts.join(", ")}`;
}

function openai(baseUrl: string | undefined): ProviderInfo {
  return {
    ...provider("openai", "OpenAI", baseUrl),
    httpHeaders: { version: VERSION },
    envHttpHeaders: { "OpenAI-Organization": "OPENAI_ORGANIZATION", "OpenAI-Project": "OPENAI_PROJECT" },
    requiresOpenaiAuth: true,
  };
}

function openSource(id: "ollama" | "lmstudio", env: Environment): ProviderInfo {
  const port = env["CODEX_OSS_PORT"]?.trim();
  const local = `http://localhost:${port && /^\d+$/.test(port) ? port : OSS_PORTS[id]}/v1`;
  return provider(id, "gpt-oss", env["CODEX_OSS_BASE_URL"]?.trim() || local);
}

function custom(id: string, toml: ProviderToml, cwd: string): ProviderInfo {
  const base = provider(id, toml.name ?? id, toml.base_url);
  return {
    ...base,
    envKey: toml.env_key,
    envKeyInstructions: toml.env_key_instructions,
    experimentalBearerToken: toml.experimental_bearer_token,
    queryParams: toml.query_params ?? {},
    httpHeaders: toml.http_headers ?? {},
    envHttpHeaders: toml.env_http_headers ?? {},
    requestMaxRetries: Math.min(toml.request_max_retries ?? REQUEST_MAX_RETRIES, MOST_RETRIES),
    streamMaxRetries: Math.min(toml.stream_max_retries ?? STREAM_MAX_RETRIES, MOST_RETRIES),
    streamIdleTimeoutMs: toml.stream_idle_timeout_ms ?? STREAM_IDLE_TIMEOUT_MS,
    requiresOpenaiAuth: toml.requires_openai_auth ?? false,
    auth: toml.auth && {
      command: toml.auth.command,
      args: toml.auth.args ?? [],
      timeoutMs: toml.auth.timeout_ms ?? AUTH_TIMEOUT_MS,
      refreshIntervalMs: toml.auth.refresh_interval_ms ?? AUTH_REFRESH_MS,
      cwd: toml.auth.cwd ?? cwd,
    },
  };
}

function provider(id: string, name: string, baseUrl: string | undefined): ProviderInfo {
  const url = baseUrl || OPENAI_BASE_URL;
  return {
    id,
    name,
    baseUrl: url.replace(/\/+$/, ""),
    baseUrlIsDefault: !baseUrl,
    envKey: undefined,
    envKeyInstructions: undefined,
    experimentalBearerToken: undefined,
    queryParams: {},
    httpHeaders: {},
    envHttpHeaders: {},
    requestMaxRetries: REQUEST_MAX_RETRIES,
    streamMaxRetries: STREAM_MAX_RETRIES,
    streamIdleTimeoutMs: STREAM_IDLE_TIMEOUT_MS,
    requiresOpenaiAuth: false,
    isAzure: name.toLowerCase() === "azure" || AZURE_HOSTS.some((part) => url.toLowerCase().includes(part)),
    auth: undefined,
  };
}
