// The MCP servers of a thread: all started at once, each ready or failed in its time, all ended together (mcp.md 3).

import type { Config } from "../config/config";
import { UserError } from "../util/user-error";
import { McpConnection } from "./connection";
import {
  loginNeeded,
  requestFailure,
  spawnFailure,
  startFailure,
  startTimeout,
  type StartFailure,
} from "./failure";
import { mcpNamespaces, type McpNamespace } from "./names";
import { tokenStore } from "./token-store";
import { isServerName, serverConfigs, startupTimeoutMs, type McpServerConfig } from "./server-config";

/** How long a request waits for a list that a server has said is new. */
const NEW_LIST_MS = 2000;

export type McpServers = AsyncDisposable & {
  /** Resolves when every server is ready or has failed, or with the signal. */
  readonly settled: (signal: AbortSignal) => Promise<void>;
  /** Sentences about the servers that are not there, each handed out once. */
  readonly takeFailures: () => readonly string[];
  /** What the model may call now, in a stable order. */
  readonly namespaces: () => readonly McpNamespace[];
  /** How the start of each went, or goes, by name. */
  readonly starts: ReadonlyMap<string, ServerStart>;
  /** Connections that are ready, by name. */
  readonly ready: () => readonly McpConnection[];
  /** Tools allowed for as long as the session lasts: `SERVER/TOOL`. */
  readonly allowed: Set<string>;
};

export type ServerStart = {
  readonly status: "starting" | "ready" | "failed";
  /** Why it failed. */
  readonly error: string | undefined;
  /** Resolves when it no longer is `starting`. */
  readonly over: Promise<void>;
};

export type StartOptions = {
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
};

/**
 * Starts every enabled server. Returns when the required ones are ready.
 * @throws UserError when a required one is not; then none is left running
 */
export async function startMcpServers({ config, env }: StartOptions): Promise<McpServers> {
  const configs = serverConfigs(config.toml.mcp_servers).filter(({ enabled }) => enabled);
  const tokens = tokenStore(config.codexHome, config.toml.mcp_oauth_credentials_store ?? "auto");
  const ending = new AbortController();
  const starts = configs.map((server) => {
    const connection = new McpConnection({
      config: server,
      env,
      cwd: config.cwd,
      tokens,
      elicitationModes: config.features.get("auth_elicitation") === true,
    });
    return { server, connection, outcome: start(server, connection, ending.signal) };
  });
  const ready: McpConnection[] = [];
  const failures: StartFailure[] = [];
  const all = Promise.all(
    starts.map(async ({ connection, outcome }) => {
      const failure = await outcome;
      if (failure === undefined) ready.push(connection);
      else failures.push(failure);
      return failure;
    }),
  );
  const states = new Map(starts.map(({ server, outcome }) => [server.name, startState(outcome)] as const));
  const prefixed = config.features.get("non_prefixed_mcp_tool_names") !== true;
  const servers: McpServers = {
    allowed: new Set(),
    async settled(signal) {
      await unlessAborted(all, signal);
      const refreshed = Promise.all(ready.map((connection) => connection.settled()));
      await unlessAborted(Promise.race([refreshed, Bun.sleep(NEW_LIST_MS)]), signal);
    },
    takeFailures: () => failures.splice(0).map(({ message }) => message),
    starts: states,
    ready: () => ready.toSorted((a, b) => (a.config.name < b.config.name ? -1 : 1)),
    namespaces: () => mcpNamespaces(servers.ready(), { prefixed }),
    async [Symbol.asyncDispose]() {
      ending.abort();
      await Promise.all(starts.map(({ connection }) => connection[Symbol.asyncDispose]()));
      await all;
    },
  };
  const required = await Promise.all(
    starts.filter(({ server }) => server.required).map((one) => one.outcome),
  );
  const missing = required.filter((failure) => failure !== undefined);
  if (missing.length === 0) return servers;
  await servers[Symbol.asyncDispose]();
  throw requiredError(missing);
}

function startState(outcome: Promise<StartFailure | undefined>): ServerStart {
  let failure: StartFailure | undefined;
  let status: ServerStart["status"] = "starting";
  const over = outcome.then((result) => {
    failure = result;
    status = result === undefined ? "ready" : "failed";
  });
  return {
    over,
    get status() {
      return status;
    },
    get error() {
      return failure?.cause;
    },
  };
}

/** Undefined when the server is ready. It never rejects. */
async function start(
  server: McpServerConfig,
  connection: McpConnection,
  signal: AbortSignal,
): Promise<StartFailure | undefined> {
  if (!isServerName(server.name)) {
    const problem = `Invalid MCP server name '${server.name}': must match pattern ^[a-zA-Z0-9_-]+$`;
    return startFailure(server.name, problem);
  }
  try {
    await connection.start(signal);
    return undefined;
  } catch (error) {
    await connection[Symbol.asyncDispose]();
    return failureOf(server, error, connection);
  }
}

const REQUEST_TIMEOUT = -32_001;
const CONNECTION_CLOSED = -32_000;

function failureOf(server: McpServerConfig, error: unknown, { report }: McpConnection): StartFailure {
  const { name } = server;
  const told = { report: report?.status?.type === "failed" ? undefined : report };
  if (!(error instanceof Error)) return startFailure(name, String(error), told);
  const notSpawned = spawnFailure(report?.status);
  if (notSpawned !== undefined) return startFailure(name, notSpawned);
  if (error.name === "AuthRequiredError") return loginNeeded(name);
  const code = error.name === "McpError" && "code" in error ? error.code : undefined;
  if (code === REQUEST_TIMEOUT || error.message.startsWith("timed out awaiting")) {
    return startTimeout(name, startupTimeoutMs(server), { report });
  }
  const closed = code === CONNECTION_CLOSED && error.message.endsWith("Connection closed");
  const reason = closed ? "connection closed: initialize response" : requestFailure(error).split("\n")[0];
  const isSetting = report === undefined && /^(Environment variable|`)/.test(error.message);
  return startFailure(
    name,
    isSetting ? error.message : `handshaking with MCP server failed: ${reason}`,
    told,
  );
}

function requiredError(failures: readonly StartFailure[]): UserError {
  const list = failures.map(({ server, cause }) => `${server}: ${cause}`).join("; ");
  return new UserError(
    "thread/start: thread/start failed: error creating thread: Fatal error: Failed to initialize session: " +
      `required MCP servers failed to initialize: ${list} (code -32603)`,
  );
}

async function unlessAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = () => resolve();
  signal.addEventListener("abort", stop, { once: true });
  try {
    await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
