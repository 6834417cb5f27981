// The sockets that `codex app-server` listens at: of this machine, for its user alone, or of an address (app-server.md 1).

import { chmodSync, mkdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { connect } from "node:net";
import { findCodexHome } from "../../config/home";
import { listen, type Listener, type Served } from "../../server/rpc/websocket";
import { messageOf, UserError } from "../../util/user-error";
import { inBrackets, isLoopback } from "../exec-server/address";
import type { AppAddress } from "./address";

const FOLDER_MODE = 0o700;
const SOCKET_MODE = 0o600;

export type OpenSocket = Disposable & {
  /** Lines for whoever started it. */
  readonly greeting: string;
};

/** @throws UserError when the address cannot be had */
export async function openSocket(
  address: Extract<AppAddress, { type: "unix" | "websocket" }>,
  served: Served,
): Promise<OpenSocket> {
  if (address.type === "unix") return await openUnix(address.path, served);
  const { hostname, port } = address;
  const where = `${inBrackets(hostname)}:${port}`;
  const listener = bound(where, () => listen({ hostname, port }, served));
  const warning = isLoopback(hostname)
    ? ""
    : `warning: whoever can reach ${hostname} can use this server as you: there is no login\n`;
  return {
    greeting: `${warning}listening on: ws://${inBrackets(hostname)}:${listener.port}\n`,
    [Symbol.dispose]: () => listener[Symbol.dispose](),
  };
}

/** In a folder of its user's where none is named. A socket that nobody serves any more is replaced. */
async function openUnix(given: string, served: Served): Promise<OpenSocket> {
  const path =
    given === "" ? join(findCodexHome(process.env), "app-server-control", "app-server-control.sock") : given;
  mkdirSync(dirname(path), { recursive: true, ...(given === "" && { mode: FOLDER_MODE }) });
  const found = statSync(path, { throwIfNoEntry: false });
  if (found !== undefined) {
    if (!found.isSocket()) throw new UserError(`cannot listen on ${path}: it is there, and no socket`);
    if (await isServed(path)) throw new UserError(`cannot listen on ${path}: another server does`);
    rmSync(path);
  }
  const listener = bound(path, () => listen({ path }, served));
  chmodSync(path, SOCKET_MODE);
  return {
    greeting: `listening on: unix://${path}\n`,
    [Symbol.dispose]() {
      listener[Symbol.dispose]();
      rmSync(path, { force: true });
    },
  };
}

function bound(where: string, open: () => Listener): Listener {
  try {
    return open();
  } catch (error) {
    const inUse = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
    throw new UserError(`cannot listen on ${where}: ${inUse ? "it is in use" : messageOf(error)}`);
  }
}

function isServed(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(path);
  socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
  return promise.finally(() => socket.destroy());
}
