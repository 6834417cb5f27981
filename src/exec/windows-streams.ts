// The streams of a command on Windows: handles that it inherits, and sockets on our side, which the event loop can wait for.

import { createServer, type Socket } from "node:net";
import type { CommandSpec, RunningCommand } from "./command";
import { handleOf, place, valueOf, wide, windows, type Handle } from "./windows-api";

const GENERIC_READ = 0x8000_0000;
const GENERIC_WRITE = 0x4000_0000;
const FILE_ATTRIBUTES = 0x180;
const SHARE_ALL = 7;
const OPEN_EXISTING = 3;
const STANDARD_HANDLES = [-10, -11, -12].map((number) => number >>> 0);
const DUPLICATE_SAME_ACCESS = 2;

export type OpenHandles = Pick<RunningCommand, "stdout" | "stderr" | "write" | "closeStdin"> & {
  /** Inheritable, for stdin, stdout and stderr. */
  readonly child: readonly Handle[];
  readonly closeChildEnds: () => void;
  readonly stop: () => Promise<void>;
};

export function openHandles(spec: CommandSpec): OpenHandles {
  const [inherited, nothing] = [standardHandle, () => openInheritable("NUL", GENERIC_READ | GENERIC_WRITE)];
  const input = spec.stdin === "pipe" ? openPipe(GENERIC_READ) : undefined;
  const output = spec.stdout === "pipe" ? openPipe(GENERIC_WRITE) : undefined;
  const errors = spec.stderr === "pipe" ? openPipe(GENERIC_WRITE) : undefined;
  const stdin = input?.child ?? (spec.stdin === "inherit" ? inherited(0) : nothing());
  const stdout = output?.child ?? inherited(1);
  const stderr = errors?.child ?? (spec.stderr === "stdout" ? stdout : inherited(2));
  const child = [stdin, stdout, stderr];
  return {
    child,
    stdout: output?.stream() ?? null,
    stderr: errors?.stream() ?? null,
    write: async (bytes) => await input?.write(bytes),
    closeStdin: () => void input?.end(),
    closeChildEnds() {
      for (const handle of new Set(child)) windows().CloseHandle(handle);
    },
    async stop() {
      await Promise.all([input?.stop(), output?.stop(), errors?.stop()]);
    },
  };
}

/** A copy that may be inherited; nothing where this process has no such stream. */
function standardHandle(index: number): Handle {
  const api = windows();
  const own = api.GetStdHandle(STANDARD_HANDLES[index] ?? 0);
  const copy = place();
  const self = api.GetCurrentProcess();
  if (own !== 0n && api.DuplicateHandle(self, own, self, copy, 0, 1, DUPLICATE_SAME_ACCESS) !== 0) {
    return valueOf(copy);
  }
  return openInheritable("NUL", GENERIC_READ | GENERIC_WRITE);
}

function openInheritable(path: string, access: number): Handle {
  const security = Buffer.alloc(24);
  security.writeUInt32LE(24, 0);
  security.writeInt32LE(1, 16);
  const share = path === "NUL" ? SHARE_ALL : 0;
  const handle = windows().CreateFileW(
    wide(path),
    (access | FILE_ATTRIBUTES) >>> 0,
    share,
    security,
    OPEN_EXISTING,
    0,
    0n,
  );
  return handleOf(`opening ${path}`, handle);
}

/** A pipe under a name that nobody can guess, of which our end is a socket that the event loop can wait for. */
function openPipe(access: number) {
  const name = `\\\\.\\pipe\\codex-${crypto.randomUUID()}`;
  const connected = Promise.withResolvers<Socket | null>();
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    socket.on("error", () => socket.destroy()); // Whoever is gone takes everything, and says no more.
    server.close();
    connected.resolve(socket);
  });
  server.listen(name);
  const child = openInheritable(name, access);
  return {
    child,
    /** Ends when every writer is gone, or with `stop`. */
    stream: () => streamOf(chunksOf(connected.promise)),
    async write(bytes: Uint8Array) {
      const socket = await connected.promise;
      if (socket === null || socket.destroyed || bytes.byteLength === 0) return;
      await new Promise<void>((done) => {
        socket.once("close", done);
        socket.write(bytes, () => {
          socket.off("close", done);
          done();
        });
      });
    },
    async end() {
      (await connected.promise)?.end();
    },
    async stop() {
      server.close();
      connected.resolve(null);
      (await connected.promise)?.destroy();
    },
  };
}

function streamOf(chunks: AsyncGenerator<Uint8Array, void>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value, done } = await chunks.next();
        if (done === true) return controller.close();
        controller.enqueue(value);
      },
      async cancel() {
        await chunks.return();
      },
    },
    { highWaterMark: 0 },
  );
}

async function* chunksOf(connected: Promise<Socket | null>): AsyncGenerator<Uint8Array, void> {
  const socket = await connected;
  if (socket === null) return;
  const ended = new Promise<null>((resolve) => socket.once("close", () => resolve(null)));
  const unread: Uint8Array[] = [];
  let arrived = Promise.withResolvers<null>();
  socket.on("data", (chunk: Buffer) => {
    unread.push(chunk);
    socket.pause();
    arrived.resolve(null);
  });
  for (;;) {
    socket.resume();
    if (unread.length === 0) await Promise.race([arrived.promise, ended]);
    arrived = Promise.withResolvers();
    const chunk = unread.shift();
    if (chunk === undefined) return;
    yield chunk;
  }
}
