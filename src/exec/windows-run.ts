// Runs a command on Windows: in a job, which ends with this process and takes every process of the command along.

import { statSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { terminate, type CommandSpec, type ExitStatus, type RunningCommand } from "./command";
import type { TokenConfinement } from "./confinement";
import { findProgram } from "./executable";
import { commandFailure, directoryFailure, neverStarted } from "./start-failure";
import {
  addressOf,
  commandLine,
  environmentBlock,
  handleOf,
  place,
  succeeded,
  valueOf,
  wide,
  windows,
  WindowsError,
  type Handle,
} from "./windows-api";
import { openHandles, type OpenHandles } from "./windows-streams";
import { restrictedStart, type RestrictedStart } from "./windows-token";

/** Between looks at a process, from its start and later: the system tells no event loop that a process has ended. */
const FIRST_LOOKS_MS = 2;
const LATER_LOOKS_MS = 10;
const FIRST_LOOKS = 50;

const CREATE_SUSPENDED = 0x4;
const CREATE_UNICODE_ENVIRONMENT = 0x400;
const EXTENDED_STARTUPINFO_PRESENT = 0x8_0000;
const CREATE_NO_WINDOW = 0x800_0000;
const STARTF_USESTDHANDLES = 0x100;
const STARTUP_BYTES = 112;
const ATTRIBUTE_HANDLE_LIST = 0x2_0002n;

const JOB_EXTENDED_LIMITS = 9;
const JOB_LIMITS_BYTES = 144;
const KILL_ON_JOB_CLOSE = 0x2000;
const BREAKAWAY_OK = 0x800;
const PROCESS_SET_QUOTA_AND_TERMINATE = 0x101;
const KILLED = 1;

/** Whatever keeps it from running is its exit status. */
export function spawnOnWindows(spec: CommandSpec, confinement?: TokenConfinement): RunningCommand {
  const directory = statSync(spec.cwd, { throwIfNoEntry: false });
  if (directory?.isDirectory() !== true) {
    const { ENOENT, ENOTDIR } = constants.errno;
    return neverStarted(spec, directoryFailure(spec.cwd, directory === undefined ? ENOENT : ENOTDIR));
  }
  const program = findProgram(spec.argv[0] ?? "", spec);
  if (typeof program !== "string") return neverStarted(spec, program);
  const restricted = confinement === undefined ? undefined : restrictedStart(confinement);
  if (restricted !== undefined && "type" in restricted) return neverStarted(spec, restricted);
  const streams = openHandles(spec);
  try {
    const started = start(program, spec, streams.child, restricted);
    return running(started, spec, streams, () => restricted?.close());
  } catch (error) {
    restricted?.close();
    void streams.stop();
    if (!(error instanceof Error)) throw error;
    const reason = `Failed to execute ${spec.argv[0]}: ${error.message}`;
    return neverStarted(spec, {
      ...commandFailure(spec.argv[0] ?? "", constants.errno.EACCES),
      message: reason,
    });
  } finally {
    streams.closeChildEnds();
  }
}

/**
 * For a process that somebody else has started: from now on it and what it starts end with this process.
 * @returns ends what is left of it
 */
export function adoptProcess(pid: number): () => void {
  const api = windows();
  const job = makeJob(BREAKAWAY_OK);
  const handle = api.OpenProcess(PROCESS_SET_QUOTA_AND_TERMINATE, 0, pid);
  if (handle !== 0n) {
    api.AssignProcessToJobObject(job, handle);
    api.CloseHandle(handle);
  }
  return () => void api.CloseHandle(job);
}

type Started = { readonly pid: number; readonly handle: Handle; readonly job: Handle };

/** Suspended until it is in its job, so that nothing it starts can be outside. */
function start(
  program: string,
  spec: CommandSpec,
  streams: readonly Handle[],
  restricted: RestrictedStart | undefined,
): Started {
  const api = windows();
  const line = wide(commandLine(program, spec.argv.slice(1)));
  const isBatch = /\.(bat|cmd)$/i.test(program);
  const path = isBatch ? join(process.env["SystemRoot"] ?? "C:\\Windows", "System32", "cmd.exe") : program;
  const startup = startupInfo(streams, restricted?.desktop);
  const shares = [spec.stdin, spec.stdout, spec.stderr].includes("inherit");
  const flags =
    CREATE_SUSPENDED |
    CREATE_UNICODE_ENVIRONMENT |
    EXTENDED_STARTUPINFO_PRESENT |
    (shares ? 0 : CREATE_NO_WINDOW);
  const environment = environmentBlock({ ...restricted?.environment, ...spec.env }, process.env);
  const made = Buffer.alloc(24);
  const rest = [null, null, 1, flags, environment, wide(spec.cwd), startup.info, made] as const;
  const job = makeJob(restricted === undefined ? BREAKAWAY_OK : 0);
  try {
    const result =
      restricted === undefined
        ? api.CreateProcessW(wide(path), line, ...rest)
        : api.CreateProcessAsUserW(restricted.token, wide(path), line, ...rest);
    succeeded("starting it", result);
    const [handle, thread] = [made.readBigUInt64LE(0), made.readBigUInt64LE(8)];
    try {
      succeeded("putting it into a job", api.AssignProcessToJobObject(job, handle));
      if (api.ResumeThread(thread) === 0xffff_ffff) throw new WindowsError("resuming it", api.GetLastError());
    } catch (error) {
      api.TerminateProcess(handle, KILLED);
      api.CloseHandle(handle);
      throw error;
    } finally {
      api.CloseHandle(thread);
    }
    return { pid: made.readUInt32LE(16), handle, job };
  } catch (error) {
    api.CloseHandle(job);
    throw error;
  } finally {
    startup.free();
  }
}

/** STARTUPINFOEX with the streams, which are all that the command inherits. */
function startupInfo(
  streams: readonly Handle[],
  desktop: string | undefined,
): { readonly info: Buffer; readonly free: () => void } {
  const api = windows();
  const size = place();
  api.InitializeProcThreadAttributeList(null, 1, 0, size);
  const list = Buffer.alloc(Number(valueOf(size)));
  succeeded("preparing it", api.InitializeProcThreadAttributeList(list, 1, 0, size));
  const handles = BigUint64Array.from(new Set(streams));
  succeeded(
    "preparing its streams",
    api.UpdateProcThreadAttribute(
      list,
      0,
      ATTRIBUTE_HANDLE_LIST,
      handles,
      BigInt(handles.byteLength),
      null,
      null,
    ),
  );
  const name = desktop === undefined ? undefined : wide(desktop);
  const info = Buffer.alloc(STARTUP_BYTES);
  info.writeUInt32LE(STARTUP_BYTES, 0);
  if (name !== undefined) info.writeBigUInt64LE(addressOf(name), 16);
  info.writeUInt32LE(STARTF_USESTDHANDLES, 60);
  for (const [index, handle] of streams.entries()) info.writeBigUInt64LE(handle, 80 + index * 8);
  info.writeBigUInt64LE(addressOf(list), 104);
  // The list and what it names must live until the process is made: the closure holds on to them.
  const held = [list, handles, name];
  return { info, free: () => void (held.length > 0 && api.DeleteProcThreadAttributeList(list)) };
}

function makeJob(more: number): Handle {
  const api = windows();
  const job = handleOf("making a job", api.CreateJobObjectW(null, null));
  const limits = Buffer.alloc(JOB_LIMITS_BYTES);
  limits.writeUInt32LE(KILL_ON_JOB_CLOSE | more, 16);
  succeeded(
    "limiting a job",
    api.SetInformationJobObject(job, JOB_EXTENDED_LIMITS, limits, JOB_LIMITS_BYTES),
  );
  return job;
}

function running(
  { pid, handle, job }: Started,
  spec: CommandSpec,
  streams: OpenHandles,
  close: () => void,
): RunningCommand {
  const api = windows();
  let ended = false;
  const kill = (signal: NodeJS.Signals = "SIGKILL") => {
    // Control-C at a shared console has reached the command already.
    if (ended || (signal === "SIGINT" && spec.stdin === "inherit")) return;
    api.TerminateJobObject(job, KILLED);
  };
  // What the command left behind goes with its job.
  const endJob = () => {
    if (ended) return;
    kill();
    ended = true;
    api.CloseHandle(job);
    close();
  };
  const exited = endOf(handle).then((code): ExitStatus => {
    api.CloseHandle(handle);
    if (spec.leftovers !== "until disposed") endJob();
    return { type: "exited", code };
  });
  return {
    pid,
    exited,
    kill,
    stdout: streams.stdout,
    stderr: streams.stderr,
    write: streams.write,
    closeStdin: streams.closeStdin,
    terminate: (graceMs) => terminate({ kill, exited }, graceMs),
    resize: () => undefined,
    async [Symbol.asyncDispose]() {
      kill();
      await exited;
      endJob();
      await streams.stop();
    },
  };
}

/** Of its process; as a signed number, which is how codes of failures are usually written. */
async function endOf(handle: Handle): Promise<number> {
  const api = windows();
  for (let looks = 0; api.WaitForSingleObject(handle, 0) !== 0; looks++) {
    await Bun.sleep(looks < FIRST_LOOKS ? FIRST_LOOKS_MS : LATER_LOOKS_MS);
  }
  const code = Buffer.alloc(4);
  api.GetExitCodeProcess(handle, code);
  return code.readInt32LE(0);
}
