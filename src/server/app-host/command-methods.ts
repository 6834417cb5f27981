// Commands of a client's own, without a thread: command/exec and what is done to one that runs (app-server.md 11).

import { decodeBase64 } from "../rpc/base64";
import { boolean, list, optional, required, string, struct, withDefault, type Decode } from "../rpc/decode";
import { isRecord } from "../rpc/message";
import { method, type Call, type Method } from "../app/app";
import type { Client } from "../app/client";
import { clientCommands, type ClientCommands } from "./client-commands";
import { anything, refuse, refuseValue, sandboxPolicy, u16, u64 } from "../app/params";

const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_OUTPUT_BYTES = 1_048_576;

const size = struct("CommandExecTerminalSize", { rows: required(u16), cols: required(u16) });
/** Null takes a variable away. */
const environment: Decode<Readonly<Record<string, string | null>>> = (value) =>
  Object.fromEntries(
    Object.entries(isRecord(value) ? value : anyMap(value)).map(([name, text]) => [
      name,
      text === null ? null : string(text),
    ]),
  );
const anyMap = struct("CommandExecParams", {});

const execParams = struct("CommandExecParams", {
  command: required(list(string)),
  processId: optional(string),
  tty: withDefault(boolean, false),
  streamStdin: withDefault(boolean, false),
  streamStdoutStderr: withDefault(boolean, false),
  outputBytesCap: optional(u64),
  disableOutputCap: withDefault(boolean, false),
  disableTimeout: withDefault(boolean, false),
  timeoutMs: optional(u64),
  cwd: optional(string),
  env: optional(environment),
  size: optional(size),
  sandboxPolicy: optional(sandboxPolicy),
  permissionProfile: optional(anything),
});

export const COMMAND_METHODS: readonly (readonly [string, Method])[] = [
  method(
    "command/exec",
    execParams,
    async (given, { app, client }) => {
      checkOptions(given);
      const limitMs = given.disableTimeout ? undefined : (given.timeoutMs ?? DEFAULT_TIMEOUT_MS);
      const capBytes = given.disableOutputCap ? undefined : (given.outputBytesCap ?? DEFAULT_OUTPUT_BYTES);
      return await commandsOf(client).run(
        {
          argv: given.command,
          processId: given.processId,
          cwd: given.cwd,
          env: given.env ?? {},
          ...(given.tty && { tty: { rows: given.size?.rows ?? 24, columns: given.size?.cols ?? 80 } }),
          takesInput: given.tty || given.streamStdin,
          streams: given.tty || given.streamStdoutStderr,
          limitMs,
          capBytes,
          policy: given.sandboxPolicy,
        },
        app.place,
      );
    },
    { experimental: ["permissionProfile"] },
  ),
  method(
    "command/exec/write",
    struct("CommandExecWriteParams", {
      processId: required(string),
      deltaBase64: optional(string),
      closeStdin: withDefault(boolean, false),
    }),
    async ({ processId, deltaBase64, closeStdin }, { client }) => {
      if (deltaBase64 === undefined && !closeStdin) {
        throw refuseValue("command/exec/write requires deltaBase64 or closeStdin");
      }
      const decoded = decodeBase64(deltaBase64 ?? "");
      if (decoded.type === "invalid") throw refuseValue(`invalid deltaBase64: ${decoded.reason}`);
      await commandsOf(client).write(processId, decoded.bytes, closeStdin);
      return {};
    },
    { key: inOrder },
  ),
  method(
    "command/exec/resize",
    struct("CommandExecResizeParams", { processId: required(string), size: required(size) }),
    async ({ processId, size: { rows, cols } }, { client }) => {
      await commandsOf(client).resize(processId, { rows, columns: cols });
      return {};
    },
    { key: inOrder },
  ),
  method(
    "command/exec/terminate",
    struct("CommandExecTerminateParams", { processId: required(string) }),
    async ({ processId }, { client }) => {
      await commandsOf(client).terminate(processId);
      return {};
    },
  ),
];

/** Names are the client's own: nobody waits for a command of another one. */
function inOrder({ processId }: { readonly processId: string }, { client }: Call): string {
  return `command ${processId} of ${client.id}`;
}

function commandsOf(client: Client): ClientCommands {
  return client.own("commands", () => clientCommands(client));
}

function checkOptions(given: ReturnType<typeof execParams>): void {
  const { processId, timeoutMs, outputBytesCap } = given;
  if (given.command.length === 0) throw refuse("command must not be empty");
  if (given.permissionProfile !== undefined) {
    throw refuse("`permissionProfile` of command/exec is not in this version: use `sandboxPolicy`");
  }
  if (given.size !== undefined && !given.tty) throw refuseValue("command/exec size requires tty: true");
  if (timeoutMs !== undefined && given.disableTimeout) {
    throw refuseValue("command/exec cannot set both timeoutMs and disableTimeout");
  }
  if (outputBytesCap !== undefined && given.disableOutputCap) {
    throw refuseValue("command/exec cannot set both outputBytesCap and disableOutputCap");
  }
  const streams = given.tty || given.streamStdin || given.streamStdoutStderr;
  if (streams && processId === undefined) {
    throw refuse("command/exec tty or streaming requires a client-supplied processId");
  }
}
