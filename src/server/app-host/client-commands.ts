// The commands that run for one client: confined, timed, their output collected or told as it comes (app-server.md 11).

import { resolve } from "node:path";
import type { RunningCommand, TerminalSize } from "../../exec/command";
import { RUNTIME_SWITCHES } from "../../exec/executable";
import { spawnCommand, type ExitStatus } from "../../exec/spawn";
import { commandEnvironment } from "../../config/shell-environment";
import type { SandboxPolicy } from "../../protocol/policy";
import { confine } from "../../sandbox/confine";
import { profileOf } from "../../sandbox/policy";
import { configFor } from "../app-threads/open-thread";
import { folder } from "../rpc/folder";
import { INTERNAL_ERROR, RpcFailure } from "../rpc/message";
import type { Client, Place } from "../app/client";
import { refuse } from "../app/params";

export type Wished = {
  readonly argv: readonly string[];
  /** Chosen by the client; needed for anything to be done to it while it runs. */
  readonly processId: string | undefined;
  readonly cwd: string | undefined;
  readonly env: Readonly<Record<string, string | null>>;
  readonly tty?: TerminalSize;
  readonly takesInput: boolean;
  /** Output is told as it comes, and not again at the end. */
  readonly streams: boolean;
  readonly limitMs: number | undefined;
  /** Of each stream. */
  readonly capBytes: number | undefined;
  /** Undefined: as configured. */
  readonly policy: SandboxPolicy | undefined;
};

export type CommandResult = {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
};

/** Disposing of it kills all that run. */
export type ClientCommands = AsyncDisposable & {
  readonly run: (wished: Wished, place: Place) => Promise<CommandResult>;
  /** @throws RpcFailure when there is none of that name, as the next two */
  readonly write: (processId: string, bytes: Uint8Array, close: boolean) => Promise<void>;
  readonly resize: (processId: string, size: TerminalSize) => Promise<void>;
  readonly terminate: (processId: string) => Promise<void>;
};

const TIMED_OUT = 124;
/** Timers take no more; who waits so long waits for ever. */
const LONGEST_TIMER_MS = 2_147_483_647;
/** How long nothing may come once the command has ended. */
const LATE_OUTPUT_MS = 2000;
const MOST_RUNNING = 256;
/** Largest piece of output in one message. */
const CHUNK_BYTES = 65_536;

export function clientCommands(client: Client): ClientCommands {
  const running = new Set<RunningCommand>();
  /** Those that are being started too. */
  let active = 0;
  /** By the client's names, likewise. */
  const named = new Map<string, Promise<RunningCommand>>();
  const find = async (processId: string) => {
    const found = await named.get(processId);
    if (found !== undefined) return found;
    throw refuse(`no active command/exec for process id ${JSON.stringify(processId)}`);
  };
  const started = async (wished: Wished, place: Place) => {
    const command = spawnCommand(await specOf(wished, place));
    if (command.pid === -1) {
      const status = await command.exited;
      const reason = status.type === "failed" ? status.message : "it did not start";
      throw new RpcFailure(INTERNAL_ERROR, `exec failed: ${reason}`);
    }
    running.add(command);
    if (client.signal.aborted) command.kill();
    return command;
  };
  return {
    async run(wished, place) {
      const { processId } = wished;
      if (processId !== undefined && named.has(processId)) {
        throw refuse(`duplicate active command/exec process id: ${JSON.stringify(processId)}`);
      }
      if (active >= MOST_RUNNING) throw refuse(`more than ${MOST_RUNNING} commands at once`);
      active += 1;
      const starting = started(wished, place);
      if (processId !== undefined) named.set(processId, starting);
      try {
        await using command = await starting;
        try {
          return await follow(command, wished, client);
        } finally {
          running.delete(command);
        }
      } finally {
        active -= 1;
        if (processId !== undefined) named.delete(processId);
      }
    },
    async write(processId, bytes, close) {
      const command = await find(processId);
      const written = command.write(bytes);
      await Promise.race([written, command.exited]);
      if (close) command.closeStdin();
    },
    async resize(processId, size) {
      (await find(processId)).resize(size);
    },
    async terminate(processId) {
      (await find(processId)).kill();
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...running].map((command) => command[Symbol.asyncDispose]()));
    },
  };
}

async function specOf(wished: Wished, place: Place): Promise<Parameters<typeof spawnCommand>[0]> {
  const cwd = wished.cwd === undefined ? place.cwd : folder(resolve(place.cwd, wished.cwd));
  const config = await configFor({ cwd }, place);
  const where = { cwd, codexHome: config.codexHome, env: place.env, addDirs: [] };
  const { policy = config.sandboxPolicy } = wished;
  const own = wished.policy === undefined ? config.permissionProfile : undefined;
  const { toml } = config;
  const confinement = confine(own ?? profileOf(policy, where), {
    ...where,
    windows: toml.windows,
    allowLandlock: toml.sandbox_linux?.allow_landlock,
    nestedSandboxes: toml.sandbox_linux?.nested_sandboxes,
    loopback: toml.sandbox_workspace_write?.loopback_access,
  });
  if (confinement.type === "refused") {
    throw new RpcFailure(INTERNAL_ERROR, `exec failed: ${confinement.reason} ${confinement.fix}`);
  }
  const env = commandEnvironment(toml.shell_environment_policy ?? {}, place.env);
  for (const [name, value] of Object.entries(wished.env)) {
    if (value === null) delete env[name];
    else env[name] = value;
  }
  for (const name of RUNTIME_SWITCHES) delete env[name];
  return {
    argv: wished.argv,
    cwd,
    env,
    confinement,
    stdin: wished.takesInput ? "pipe" : "null",
    stdout: "pipe",
    stderr: "pipe",
    ...(wished.tty !== undefined && { tty: wished.tty }),
  };
}

async function follow(command: RunningCommand, wished: Wished, client: Client): Promise<CommandResult> {
  let timedOut = false;
  const stop = () => {
    timedOut = true;
    command.kill();
  };
  const { limitMs = Infinity } = wished;
  const timer = limitMs > LONGEST_TIMER_MS ? undefined : setTimeout(stop, limitMs);
  try {
    const progress: Progress = { pieces: 0, untold: 0 };
    const output = Promise.all([
      read("stdout", command.stdout, wished, client, progress),
      read("stderr", command.stderr, wished, client, progress),
    ]);
    const [status, [stdout, stderr]] = await Promise.all([
      command.exited,
      output,
      command.exited.then(() => endSilence(output, progress, command)),
    ]);
    if (status.type === "failed") throw new RpcFailure(INTERNAL_ERROR, `exec failed: ${status.message}`);
    return { exitCode: timedOut ? TIMED_OUT : exitCodeOf(status), stdout, stderr };
  } finally {
    clearTimeout(timer);
  }
}

type Progress = {
  /** Read until now, of both streams. */
  pieces: number;
  /** Those that the client has no room for yet. */
  untold: number;
};

/** A process that has left the group of a command which has ended may hold its output: once that is silent it is over. */
async function endSilence(
  output: Promise<unknown>,
  progress: Progress,
  command: RunningCommand,
): Promise<void> {
  for (;;) {
    const { pieces } = progress;
    const isOver = await Promise.race([output.then(() => true), Bun.sleep(LATE_OUTPUT_MS).then(() => false)]);
    if (isOver) return;
    if (progress.pieces === pieces && progress.untold === 0) await command[Symbol.asyncDispose]();
  }
}

/** What is told as it comes is not given again. Output beyond the limit is read and forgotten. */
async function read(
  stream: "stdout" | "stderr",
  source: ReadableStream<Uint8Array> | null,
  { processId, streams, capBytes = Infinity }: Wished,
  client: Client,
  progress: Progress,
): Promise<string> {
  const kept: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of source ?? []) {
    progress.pieces += 1;
    if (bytes >= capBytes) continue;
    const wanted = chunk.subarray(0, Math.min(chunk.byteLength, capBytes - bytes));
    bytes += wanted.byteLength;
    if (!streams) {
      kept.push(wanted.slice());
      continue;
    }
    for (let at = 0; at < wanted.byteLength; at += CHUNK_BYTES) {
      const piece = wanted.subarray(at, at + CHUNK_BYTES);
      const capReached = bytes >= capBytes && at + CHUNK_BYTES >= wanted.byteLength;
      const deltaBase64 = Buffer.from(piece).toString("base64");
      progress.untold += 1;
      await client.notify("command/exec/outputDelta", { processId, stream, deltaBase64, capReached });
      progress.untold -= 1;
    }
  }
  return Buffer.concat(kept).toString("utf8");
}

function exitCodeOf(status: Exclude<ExitStatus, { type: "failed" }>): number {
  return status.type === "exited" ? status.code : 128 + status.signal;
}
