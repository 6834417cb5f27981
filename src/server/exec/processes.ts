// The processes of one session, by the names that its client gives them (exec-server.md 4).

import { resolve } from "node:path";
import { commandEnvironment } from "../../config/shell-environment";
import { RUNTIME_SWITCHES } from "../../exec/executable";
import { spawnCommand, type CommandSpec } from "../../exec/spawn";
import {
  base64,
  boolean,
  count,
  list,
  map,
  oneOf,
  optional,
  required,
  string,
  struct,
  withDefault,
} from "../rpc/decode";
import { followProcess, type ClientProcess, type Notify } from "./process";
import { INTERNAL_ERROR, INVALID_PARAMS, INVALID_REQUEST, RpcFailure } from "../rpc/message";
import type { ReadResult } from "./transcript";

/** After its end a process can be read this long, and its name is taken. */
const KEPT_MS = 30_000;
/** What processes that have ended may keep together; the oldest are forgotten early. */
const KEPT_BYTES = 67_108_864;
const RUNNING = 512;
const TERMINAL = { rows: 24, columns: 80 };

const envPolicy = struct("ExecEnvPolicy", {
  inherit: required(oneOf("core", "all", "none")),
  ignoreDefaultExcludes: required(boolean),
  exclude: required(list(string)),
  set: required(map(string)),
  includeOnly: required(list(string)),
});
export const startParams = struct("ExecParams", {
  processId: required(string),
  argv: required(list(string)),
  cwd: required(string),
  envPolicy: optional(envPolicy),
  env: required(map(string)),
  tty: required(boolean),
  pipeStdin: withDefault(boolean, false),
  arg0: optional(string),
});
export const readParams = struct("ReadParams", {
  processId: required(string),
  afterSeq: withDefault(count, 0),
  maxBytes: withDefault(count, Number.POSITIVE_INFINITY),
  waitMs: withDefault(count, 0),
});
export const writeParams = struct("WriteParams", { processId: required(string), chunk: required(base64) });
export const terminateParams = struct("TerminateParams", { processId: required(string) });
export const signalParams = struct("SignalParams", {
  processId: required(string),
  signal: required(oneOf("interrupt")),
});

/** Disposing of it kills all that run. */
export type Processes = AsyncDisposable & {
  /** `begin` lets its messages flow: after the answer. @throws RpcFailure when it cannot be started */
  readonly start: (params: ReturnType<typeof startParams>) => Promise<{ readonly begin: () => void }>;
  readonly read: (params: ReturnType<typeof readParams>, signal: AbortSignal) => Promise<ReadResult>;
  readonly write: (params: ReturnType<typeof writeParams>, signal: AbortSignal) => Promise<string>;
  readonly terminate: (processId: string) => boolean;
  readonly interrupt: (processId: string) => void;
};

export function createProcesses(notify: Notify): Processes {
  const table = new Map<string, ClientProcess>();
  const timers = new Map<string, NodeJS.Timeout>();
  const closed = () => [...table].filter(([, { transcript }]) => transcript.closed());
  const forget = (processId: string) => {
    clearTimeout(timers.get(processId));
    timers.delete(processId);
    table.delete(processId);
  };
  const keepAWhile = (processId: string) => {
    timers.set(processId, setTimeout(() => forget(processId), KEPT_MS).unref());
    let bytes = 0;
    for (const [name, { transcript }] of closed().toReversed()) {
      bytes += transcript.keptBytes();
      if (bytes > KEPT_BYTES) forget(name);
    }
  };
  let disposed = false;
  return {
    async start(params) {
      const { processId } = params;
      if (params.argv.length === 0) throw new RpcFailure(INVALID_PARAMS, "argv must not be empty");
      if (table.has(processId)) {
        throw new RpcFailure(INVALID_REQUEST, `process ${processId} already exists`);
      }
      if (table.size - closed().length >= RUNNING) {
        throw new RpcFailure(INTERNAL_ERROR, `more than ${RUNNING} processes at once`);
      }
      const spec = commandOf(params);
      const command = spawnCommand(spec);
      if (command.pid === -1) {
        const status = await command.exited;
        throw new RpcFailure(INTERNAL_ERROR, status.type === "failed" ? reasonIn(status.message) : "");
      }
      const started = followProcess(processId, command, spec, notify);
      table.set(processId, started);
      const begin = () =>
        void started.run().then(() => {
          if (!disposed) keepAWhile(processId);
        });
      return { begin };
    },
    async read({ processId, ...request }, signal) {
      const found = table.get(processId);
      if (found === undefined) throw new RpcFailure(INVALID_REQUEST, `unknown process id ${processId}`);
      return await found.transcript.read(request, signal);
    },
    async write({ processId, chunk }, signal) {
      return (await table.get(processId)?.write(chunk, signal)) ?? "unknownProcess";
    },
    terminate: (processId) => table.get(processId)?.terminate() ?? false,
    interrupt: (processId) => table.get(processId)?.interrupt(),
    async [Symbol.asyncDispose]() {
      disposed = true;
      for (const timer of timers.values()) clearTimeout(timer);
      await Promise.all([...table.values()].map((process) => process[Symbol.asyncDispose]()));
      table.clear();
    },
  };
}

function commandOf(params: ReturnType<typeof startParams>): CommandSpec {
  return {
    argv: params.argv,
    cwd: resolve(params.cwd),
    env: { ...inherited(params.envPolicy), ...params.env },
    confinement: { type: "none" },
    stdin: params.pipeStdin ? "pipe" : "null",
    stdout: "pipe",
    stderr: "pipe",
    leftovers: "until disposed",
    ...(params.arg0 !== undefined && { arg0: params.arg0 }),
    ...(params.tty && { tty: TERMINAL }),
  };
}

function inherited(policy: ReturnType<typeof envPolicy> | undefined): Readonly<Record<string, string>> {
  if (policy === undefined) return {};
  const { inherit, ignoreDefaultExcludes, exclude, set, includeOnly } = policy;
  const toml = {
    inherit,
    ignore_default_excludes: ignoreDefaultExcludes,
    exclude: [...exclude],
    set: { ...set },
    include_only: [...includeOnly],
  };
  const env = commandEnvironment(toml, process.env);
  for (const name of RUNTIME_SWITCHES) delete env[name];
  return env;
}

/** The words of the system alone, as clients know them. */
function reasonIn(message: string): string {
  return /[^:]+ \(os error \d+\)$/.exec(message)?.[0].trimStart() ?? message;
}
