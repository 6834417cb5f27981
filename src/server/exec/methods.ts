// The methods of the exec-server: how each reads its parameters, and what it answers (exec-server.md 4 to 7).

import { userShell } from "../../exec/shell";
import { unit } from "../rpc/decode";
import { runSandboxed, type HelperPlace } from "./file-helper";
import { fileOperation } from "./file-methods";
import { httpParams, type HttpRequests } from "./http";
import { readParams, signalParams, startParams, terminateParams, writeParams } from "./processes";
import { METHOD_NOT_FOUND, RpcFailure, type Answer } from "../rpc/message";
import { restrictsFiles } from "./sandbox-context";
import type { Session } from "./sessions";

/** What a method has of its connection. */
export type Context = {
  readonly session: Session;
  readonly http: HttpRequests;
  readonly helper: HelperPlace;
  /** Comes with the end of the connection. */
  readonly signal: AbortSignal;
};

/** A request whose parameters are right. `family` is how it is named to a client that has not introduced itself. */
export type Prepared = {
  readonly family: string;
  readonly run: (context: Context) => Promise<Answer>;
};

/** @throws RpcFailure for an unknown method, and for parameters that are not its own */
export function prepare(method: string, params: unknown): Prepared {
  const found = METHODS.get(method)?.(params) ?? prepareFile(method, params);
  if (found !== undefined) return found;
  throw new RpcFailure(METHOD_NOT_FOUND, `exec-server stub does not implement \`${method}\` yet`);
}

const METHODS: ReadonlyMap<string, (params: unknown) => Prepared> = new Map([
  [
    "process/start",
    methodOf("exec", startParams, async (given, { session }) => {
      const { begin } = await session.processes.start(given);
      return { result: { processId: given.processId }, after: begin };
    }),
  ],
  [
    "process/read",
    methodOf("exec", readParams, async (given, { session, signal }) => ({
      result: await session.processes.read(given, signal),
    })),
  ],
  [
    "process/write",
    methodOf("exec", writeParams, async (given, { session, signal }) => ({
      result: { status: await session.processes.write(given, signal) },
    })),
  ],
  [
    "process/terminate",
    methodOf("exec", terminateParams, async ({ processId }, { session }) => ({
      result: { running: session.processes.terminate(processId) },
    })),
  ],
  [
    "process/signal",
    methodOf("exec", signalParams, async ({ processId }, { session }) => {
      session.processes.interrupt(processId);
      return { result: {} };
    }),
  ],
  [
    "environment/info",
    methodOf("environment info", unit, async () => {
      const { name, path } = userShell(process.env);
      return { result: { shell: { name, path } } };
    }),
  ],
  ["http/request", methodOf("http", httpParams, (given, { http, signal }) => http.request(given, signal))],
]);

function methodOf<T>(
  family: string,
  decode: (params: unknown) => T,
  run: (given: T, context: Context) => Promise<Answer>,
): (params: unknown) => Prepared {
  return (params) => {
    const given = decode(params);
    return { family, run: (context) => run(given, context) };
  };
}

function prepareFile(method: string, params: unknown): Prepared | undefined {
  const operation = fileOperation(method, params);
  if (operation === undefined) return undefined;
  const { sandbox } = operation;
  const sandboxed = sandbox !== undefined && restrictsFiles(sandbox);
  return {
    family: "filesystem",
    run: async ({ helper }) => ({
      result: sandboxed ? await runSandboxed(method, params, sandbox, helper) : await operation.run(),
    }),
  };
}
