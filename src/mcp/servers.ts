// The MCP servers of a thread: all started at once, each ready or failed in its time, all let go together (mcp.md 3).

import type { Config } from "../config/config";
import { UserError } from "../util/user-error";
import type { McpConnection } from "./connection";
import { unlessAborted } from "./deadline";
import type { StartFailure } from "./failure";
import { mcpNamespaces, type McpNamespace } from "./names";
import { connectionPool } from "./pool";
import { serverConfigs } from "./server-config";
import { tokenStore } from "./token-store";

/** How long a request waits for a list that a server has said is new. */
const NEW_LIST_MS = 2000;

export type McpServers = AsyncDisposable & {
  /** Resolves when every server is ready or has failed, or with the signal. */
  readonly settled: (signal: AbortSignal) => Promise<void>;
  /** From now on nobody waits for those that are starting; what they offer is there when they are ready. */
  readonly goOnWithout: () => void;
  /** Sentences about the servers that are not there, each handed out once. */
  readonly takeFailures: () => readonly string[];
  /** What the model may call now, in a stable order. */
  readonly namespaces: () => readonly McpNamespace[];
  /** How the start of each went, or goes, by name. */
  readonly starts: ReadonlyMap<string, ServerStart>;
  /** Connections that are ready, by name. */
  readonly ready: () => readonly McpConnection[];
};

export type ServerStart = {
  readonly status: "starting" | "ready" | "failed";
  /** Why it failed. */
  readonly error: string | undefined;
  /** The whole sentence about that, as `takeFailures` has it. */
  readonly message: string | undefined;
  /** Resolves when it no longer is `starting`, or matters to nobody. */
  readonly over: Promise<void>;
};

export type StartOptions = {
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
};

/**
 * Starts every enabled server that no other thread has started. Returns when the required ones are ready.
 * @throws UserError when a required one is not; then none is held
 */
export async function startMcpServers({ config, env }: StartOptions): Promise<McpServers> {
  const configs = serverConfigs(config.toml.mcp_servers).filter(({ enabled }) => enabled);
  const tokens = tokenStore(config.codexHome, config.toml.mcp_oauth_credentials_store ?? "auto");
  const starts = configs.map((server) => {
    const lease = connectionPool().lease(
      {
        config: server,
        env,
        cwd: config.cwd,
        tokens,
        elicitationModes: config.features.get("auth_elicitation") === true,
      },
      [config.codexHome, config.toml.mcp_oauth_credentials_store],
    );
    return { server, ...lease, lease };
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
  const disposed = Promise.withResolvers<undefined>();
  /** Settled with `all`, or before. */
  const awaited = Promise.withResolvers<void>();
  void all.then(() => awaited.resolve(), awaited.reject);
  const states = new Map(
    starts.map(({ server, outcome }) => [server.name, startState(outcome, disposed.promise)] as const),
  );
  const prefixed = config.features.get("non_prefixed_mcp_tool_names") !== true;
  const servers: McpServers = {
    async settled(signal) {
      await unlessAborted(awaited.promise, signal);
      const refreshed = Promise.all(ready.map((connection) => connection.settled()));
      await unlessAborted(Promise.race([refreshed, Bun.sleep(NEW_LIST_MS)]), signal);
    },
    goOnWithout: () => awaited.resolve(),
    takeFailures: () => failures.splice(0).map(({ message }) => message),
    starts: states,
    ready: () => ready.toSorted((a, b) => (a.config.name < b.config.name ? -1 : 1)),
    namespaces: () => mcpNamespaces(servers.ready(), { prefixed }),
    async [Symbol.asyncDispose]() {
      disposed.resolve(undefined);
      await Promise.all(starts.map(({ lease }) => lease[Symbol.asyncDispose]()));
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

function startState(outcome: Promise<StartFailure | undefined>, disposed: Promise<undefined>): ServerStart {
  let failure: StartFailure | undefined;
  let status: ServerStart["status"] = "starting";
  const ended = outcome.then((result) => {
    failure = result;
    status = result === undefined ? "ready" : "failed";
  });
  return {
    over: Promise.race([ended, disposed]),
    get status() {
      return status;
    },
    get error() {
      return failure?.cause;
    },
    get message() {
      return failure?.message;
    },
  };
}

function requiredError(failures: readonly StartFailure[]): UserError {
  const list = failures.map(({ server, cause }) => `${server}: ${cause}`).join("; ");
  return new UserError(
    "thread/start: thread/start failed: error creating thread: Fatal error: Failed to initialize session: " +
      `required MCP servers failed to initialize: ${list} (code -32603)`,
  );
}
