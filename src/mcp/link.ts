// One handshake with a server over a transport of its kind; a server may need several, where sessions expire.

import { resolve } from "node:path";
import type { JsonSchemaValidator, jsonSchemaValidator } from "@modelcontextprotocol/sdk/validation/types.js";
import { once } from "../util/once";
import { VERSION } from "../util/version";
import type { AnswerElicitation } from "./elicitation";
import { defaultsOf, elicitationOf } from "./elicitation";
import type { HttpTransport } from "./http-transport";
import type { McpServerConfig } from "./server-config";
import { serverEnvironment } from "./server-environment";
import type { TokenStore } from "./token-store";
import { StdioTransport } from "./stdio-transport";

/** The parts of the SDK that a client needs, loaded at the first connection: runs without servers never pay for them. */
const loadSdk = once(async () => {
  const [client, types] = await Promise.all([
    import("@modelcontextprotocol/sdk/client/index.js"),
    import("@modelcontextprotocol/sdk/types.js"),
  ]);
  return { Client: client.Client, ...types };
});

type Sdk = Awaited<ReturnType<typeof loadSdk>>;

export type LinkOptions = {
  readonly config: McpServerConfig;
  /** Our own environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute: the session's folder. */
  readonly cwd: string;
  /** Logins of HTTP servers. */
  readonly tokens: TokenStore;
  /** Say that questions may be forms or addresses, as newer servers want to know. */
  readonly elicitationModes: boolean;
};

export type LinkHandlers = {
  readonly onElicitation: AnswerElicitation;
  readonly onToolsChanged: () => void;
};

export type Link = {
  readonly sdk: Sdk;
  readonly client: InstanceType<Sdk["Client"]>;
  readonly transport: StdioTransport | HttpTransport;
};

/** The transport of a server, not yet started. @throws Error for settings that rule it out */
export async function openTransport(options: LinkOptions): Promise<Link["transport"]> {
  const { config, env, cwd } = options;
  const { transport } = config;
  if (transport.type === "streamable_http") {
    const { openHttpTransport } = await import("./http-transport");
    return openHttpTransport(config.name, transport, { env, tokens: options.tokens });
  }
  const remote = transport.envVars.find(({ source }) => source === "remote");
  if (remote !== undefined) {
    throw new Error(`\`${remote.name}\` in env_vars has the source \`remote\`, but the server is local`);
  }
  return new StdioTransport({
    argv: [transport.command, ...transport.args],
    cwd: resolve(cwd, transport.cwd ?? ""),
    env: serverEnvironment(transport, env),
  });
}

/**
 * Shakes hands.
 * @param limitMs longest wait for the answer
 * @throws what the SDK throws; the transport is then being closed
 */
export async function shakeHands(
  options: LinkOptions,
  transport: Link["transport"],
  handlers: LinkHandlers,
  limits: { readonly limitMs: number; readonly signal: AbortSignal },
): Promise<Link> {
  const sdk = await loadSdk();
  const client = new sdk.Client(
    { name: "codex-mcp-client", title: "Codex", version: VERSION },
    {
      capabilities: { elicitation: options.elicitationModes ? { form: {}, url: {} } : {} },
      jsonSchemaValidator: UNCHECKED,
    },
  );
  client.setRequestHandler(sdk.ElicitRequestSchema, async (request, { signal }) => {
    const elicitation = elicitationOf(options.config.name, request.params);
    const answer = await handlers.onElicitation(elicitation, signal);
    if (answer.action !== "accept") return answer;
    if (elicitation.request.mode === "url") return { action: "accept" };
    return { action: "accept", content: { ...defaultsOf(elicitation.request.schema), ...answer.content } };
  });
  client.setNotificationHandler(sdk.ToolListChangedNotificationSchema, handlers.onToolsChanged);
  await client.connect(transport, { timeout: limits.limitMs, signal: limits.signal });
  return { sdk, client, transport };
}

/** Results go to the model as they come; checking them would need a validator that generates code. */
const UNCHECKED: jsonSchemaValidator = {
  getValidator: <T>(): JsonSchemaValidator<T> => {
    return (value) => ({ valid: true, data: value as T, errorMessage: undefined }); // The SDK names T; nothing reads it.
  },
};
