// `fs/readFile` of files of many megabytes, compiled: every byte comes, and the server does not hold them several times.

import { describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Box } from "../../support/harness";
import { greet, socketServer, stdioServer, type Client } from "./client";

/** Not a multiple of three, nor of a chunk. */
const BYTES = 67_108_865;
const ENCODED = Math.ceil(BYTES / 3) * 4;
/** What the server may take in addition, as a multiple of the base64; a frame of text has to be a string as well. */
const MOST_TIMES = 2.6;
const MOST_TIMES_FRAMED = 3.8;

type Server = AsyncDisposable & { readonly client: Client; readonly pid: number; readonly box: Box };

const SERVERS: Readonly<Record<string, () => Promise<Server>>> = {
  "stdin and stdout": async () => {
    const server = await stdioServer();
    return { ...server, client: server };
  },
  "a WebSocket": async () => {
    const server = await socketServer();
    return { ...server, client: await server.connect() };
  },
};

const SANDBOX = {
  permissions: {
    type: "managed",
    file_system: {
      type: "restricted",
      entries: [{ path: { type: "special", value: { kind: "root" } }, access: "read" }],
    },
    network: "restricted",
  },
  windowsSandboxLevel: "disabled",
  windowsSandboxPrivateDesktop: false,
  useLegacyLandlock: false,
};

describe.skipIf(process.platform !== "linux")("a large file", () => {
  for (const [over, start] of Object.entries(SERVERS)) {
    for (const place of ["outside the sandbox", "in the sandbox"]) {
      const most = over === "a WebSocket" && place === "in the sandbox" ? MOST_TIMES_FRAMED : MOST_TIMES;
      test(`over ${over}, ${place}, takes no more than ${most} times its base64`, async () => {
        await using server = await start();
        await greet(server.client);
        const path = join(server.box.home, "large");
        const bytes = Buffer.alloc(BYTES, Buffer.from(Array.from({ length: 251 }, (_, index) => index)));
        writeFileSync(path, bytes);
        const sandbox = place === "in the sandbox" ? { ...SANDBOX, cwd: server.box.home } : null;
        const before = peak(server.pid);
        const { result } = await server.client.ask("fs/readFile", { path, sandbox });
        const taken = peak(server.pid) - before;
        expect(Buffer.from(String(result?.dataBase64), "base64").equals(bytes)).toBe(true);
        expect(taken / ENCODED).toBeLessThan(most);
      });
    }
  }
});

/** The most memory that a process has had, in bytes. */
function peak(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
}
