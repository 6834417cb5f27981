// Reads where `codex exec-server` is to listen (exec-server.md 1).

import { isIP } from "node:net";
import type { Address } from "../../server/rpc/websocket";
import { UserError } from "../../util/user-error";

export type Transport = { readonly type: "stdio" } | ({ readonly type: "websocket" } & Address);

const SCHEME = "ws://";
const LARGEST_PORT = 65_535;

/** @throws UserError for anything but `ws://IP:PORT`, `stdio` and `stdio://` */
export function readAddress(url: string): Transport {
  if (url === "stdio" || url === "stdio://") return { type: "stdio" };
  if (!url.startsWith(SCHEME)) {
    throw new UserError(`unsupported --listen URL \`${url}\`; expected \`ws://IP:PORT\` or \`stdio\``);
  }
  const [, bracketed, plain, port = ""] =
    /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(url.slice(SCHEME.length)) ?? [];
  const hostname = bracketed ?? plain ?? "";
  const version = bracketed === undefined ? 4 : 6;
  if (isIP(hostname) !== version || Number(port) > LARGEST_PORT) {
    throw new UserError(`invalid websocket --listen URL \`${url}\`; expected \`ws://IP:PORT\``);
  }
  return { type: "websocket", hostname, port: Number(port) };
}

/** As it stands in an address: `[::1]`. */
export function inBrackets(hostname: string): string {
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}

export function isLoopback(hostname: string): boolean {
  return hostname === "::1" || hostname.startsWith("127.");
}
