// The connections of this process: threads whose configuration is the same share one, which ends with the last of them (mcp.md 3).

import { once } from "../util/once";
import { McpConnection } from "./connection";
import {
  loginNeeded,
  requestFailure,
  spawnFailure,
  startFailure,
  startTimeout,
  type StartFailure,
} from "./failure";
import type { LinkOptions } from "./link";
import { isServerName, startupTimeoutMs, type McpServerConfig } from "./server-config";

/** A thread's share of a connection; disposing of the last one ends the server. */
export type Lease = AsyncDisposable & {
  readonly connection: McpConnection;
  /** Undefined when the server is ready. It never rejects. */
  readonly outcome: Promise<StartFailure | undefined>;
};

export type ConnectionPool = {
  /** @param place what else two threads must have in common, such as the store of their logins */
  readonly lease: (options: LinkOptions, place: readonly unknown[]) => Lease;
  /** Ends every server of this process, whoever holds it: those that do not end by themselves in `graceMs` are killed. */
  readonly endAll: (graceMs: number) => Promise<void>;
};

type Shared = {
  readonly connection: McpConnection;
  readonly outcome: Promise<StartFailure | undefined>;
  readonly ending: AbortController;
  holders: number;
};

/** One for the whole process, since front ends open threads that know nothing of each other. */
export const connectionPool = once((): ConnectionPool => {
  const shared = new Map<string, Shared>();
  /** Also those that nobody holds any more and that have not ended yet. */
  const alive = new Set<Shared>();

  const open = (key: string, options: LinkOptions): Shared => {
    const connection = new McpConnection(options);
    const ending = new AbortController();
    const outcome = start(options.config, connection, ending.signal);
    const entry = { connection, outcome, ending, holders: 0 };
    shared.set(key, entry);
    alive.add(entry);
    void outcome.then((failure) => {
      if (failure === undefined) return;
      forget(key, entry); // the next thread tries anew
      alive.delete(entry);
    });
    return entry;
  };

  const forget = (key: string, entry: Shared) => {
    if (shared.get(key) === entry) shared.delete(key);
  };

  const release = async (key: string, entry: Shared) => {
    entry.holders -= 1;
    if (entry.holders > 0) return;
    forget(key, entry);
    entry.ending.abort();
    await entry.connection[Symbol.asyncDispose]();
    await entry.outcome;
    alive.delete(entry);
  };

  return {
    lease(options, place) {
      const key = keyOf(options, place);
      const known = shared.get(key);
      const entry = known === undefined || known.connection.isOver ? open(key, options) : known;
      entry.holders += 1;
      const released = once(() => release(key, entry));
      return { connection: entry.connection, outcome: entry.outcome, [Symbol.asyncDispose]: released };
    },
    async endAll(graceMs) {
      const ended = [...alive].map((entry) => {
        entry.ending.abort();
        return entry.connection.endWithin(graceMs);
      });
      await Promise.all(ended);
    },
  };
});

/** All that a server could tell two threads apart by. Where it runs matters only to a process. */
function keyOf({ config, env, cwd, elicitationModes }: LinkOptions, place: readonly unknown[]): string {
  const settings = { ...config, toolApprovalModes: [...config.toolApprovalModes] };
  const folder = config.transport.type === "stdio" ? cwd : "";
  return Bun.SHA256.hash(JSON.stringify([settings, env, folder, elicitationModes, place]), "hex");
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
  const notSpawned = spawnFailure(server, report?.status);
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
