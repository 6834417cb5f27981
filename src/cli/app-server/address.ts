// Reads where `codex app-server` is to listen (app-server.md 1).

import { UserError } from "../../util/user-error";
import { readAddress as readWebSocketAddress } from "../exec-server/address";

export type AppAddress =
  | { readonly type: "stdio" }
  /** Nothing is listened to. */
  | { readonly type: "off" }
  /** `path` is empty for the usual one. */
  | { readonly type: "unix"; readonly path: string }
  | { readonly type: "websocket"; readonly hostname: string; readonly port: number };

/** @throws UserError for anything else */
export function readAddress(url: string): AppAddress {
  if (url === "stdio://" || url === "off") return { type: url === "off" ? "off" : "stdio" };
  if (url.startsWith("unix://")) return { type: "unix", path: url.slice("unix://".length) };
  if (url.startsWith("ws://")) {
    const read = readWebSocketAddress(url);
    if (read.type === "websocket") return read;
  }
  throw new UserError(
    `unsupported --listen URL \`${url}\`; expected \`stdio://\`, \`unix://\`, \`unix://PATH\`, \`ws://IP:PORT\` or \`off\``,
  );
}
