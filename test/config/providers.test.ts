import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { configBox } from "./config-box";

async function provider(toml: string, id?: string, env: Record<string, string> = {}) {
  using box = configBox({ "home/config.toml": toml });
  return (await box.load({ flags: { modelProvider: id }, env })).provider;
}

describe("built-in providers", () => {
  test("openai is the default; an empty base URL is none", async () => {
    expect(await provider('openai_base_url = ""\n')).toMatchObject({
      ...{ id: "openai", name: "OpenAI", baseUrl: "https://api.openai.com/v1", baseUrlIsDefault: true },
      ...{
        requiresOpenaiAuth: true,
        requestMaxRetries: 4,
        streamMaxRetries: 5,
        streamIdleTimeoutMs: 300_000,
      },
      httpHeaders: { version: "0.139.0" },
    });
    expect(await provider('openai_base_url = "http://x/v1/"\n')).toMatchObject({
      ...{ baseUrl: "http://x/v1", baseUrlIsDefault: false },
    });
  });

  test("the open-source ones live on this machine, where the variables say", async () => {
    const url = async (id: string, env: Record<string, string> = {}) => (await provider("", id, env)).baseUrl;
    expect(await url("ollama")).toBe("http://localhost:11434/v1");
    expect(await url("lmstudio")).toBe("http://localhost:1234/v1");
    expect(await url("ollama", { CODEX_OSS_PORT: "99" })).toBe("http://localhost:99/v1");
    expect(await url("lmstudio", { CODEX_OSS_PORT: "99", CODEX_OSS_BASE_URL: "http://h/v1" })).toBe(
      "http://h/v1",
    );
    expect(await provider("", "ollama")).toMatchObject({ name: "gpt-oss", requiresOpenaiAuth: false });
  });
});

describe("a provider of the user's own", () => {
  test("is taken as it is written, retries up to 100", async () => {
    const own = await provider(
      'model_provider = "p"\n[model_providers.p]\nname = "P"\nbase_url = "http://x/v1"\nenv_key = "K"\n' +
        'env_key_instructions = "Get it"\nquery_params = { a = "1" }\nhttp_headers = { b = "2" }\n' +
        'env_http_headers = { c = "V" }\nrequest_max_retries = 500\nstream_max_retries = 0\nstream_idle_timeout_ms = 7\n',
    );
    expect(own).toEqual({
      ...{ id: "p", name: "P", baseUrl: "http://x/v1", baseUrlIsDefault: false, envKey: "K" },
      ...{ envKeyInstructions: "Get it", experimentalBearerToken: undefined, queryParams: { a: "1" } },
      ...{ httpHeaders: { b: "2" }, envHttpHeaders: { c: "V" }, requestMaxRetries: 100, streamMaxRetries: 0 },
      ...{ streamIdleTimeoutMs: 7, requiresOpenaiAuth: false, isAzure: false, auth: undefined },
    });
  });

  test("is at OpenAI's address unless it says another", async () => {
    expect(await provider('model_providers.p.name = "P"\n', "p")).toMatchObject({
      ...{ baseUrl: "https://api.openai.com/v1", baseUrlIsDefault: true },
    });
  });

  test("may fetch its token with a command, run beside the config file unless it says where", async () => {
    using box = configBox({
      "home/config.toml":
        '[model_providers.p]\nname = "P"\nauth = { command = "c" }\n' +
        '[model_providers.q]\nname = "Q"\nauth = { command = "c", cwd = "bin", timeout_ms = 1, refresh_interval_ms = 0 }\n',
    });
    const auth = async (id: string) => (await box.load({ flags: { modelProvider: id } })).provider.auth;
    expect(await auth("p")).toEqual({
      ...{ command: "c", args: [], timeoutMs: 5000, refreshIntervalMs: 300_000, cwd: box.home },
    });
    expect(await auth("q")).toMatchObject({ cwd: join(box.home, "bin"), timeoutMs: 1, refreshIntervalMs: 0 });
  });

  test("is Azure by its name or its address", async () => {
    const isAzure = async (name: string, url: string) =>
      (await provider(`model_providers.p = { name = "${name}", base_url = "${url}" }\n`, "p")).isAzure;
    expect(await isAzure("Azure", "http://x")).toBe(true);
    expect(await isAzure("p", "https://me.openai.azure.com/openai")).toBe(true);
    expect(await isAzure("azure-like", "http://x")).toBe(false);
  });
});
