// `codex exec-server`: runs commands and changes files for a client, over a WebSocket or stdin and stdout (cli.md 7.3).

import { findCodexHome } from "../../config/home";
import { sessionLayer } from "../../config/overrides";
import { connect, type Service } from "../../server/exec/connection";
import { openSessions } from "../../server/exec/sessions";
import { serveStdio } from "../../server/rpc/stdio";
import { listen, type Address, type Listener } from "../../server/rpc/websocket";
import type { Wire } from "../../server/rpc/wire";
import { messageOf, UserError } from "../../util/user-error";
import type { Invocation } from "../grammar/spec";
import { loadedConfig } from "../loaded-config";
import { writeOutput } from "../output";
import { inBrackets, isLoopback, readAddress } from "./address";

/**
 * Over stdin and stdout it ends with its input; a WebSocket is served until a signal comes.
 * @throws UserError for an address that cannot be had
 */
export async function run(invocation: Invocation): Promise<number> {
  const { levels } = invocation;
  const last = (name: string) => levels.at(-1)?.values.get(name)?.at(-1);
  if (last("remote") !== undefined) {
    throw new UserError("this version cannot register as a remote environment; use --listen");
  }
  const transport = readAddress(last("listen") ?? "ws://127.0.0.1:0");
  if (levels.some(({ switches }) => switches.has("strict-config"))) await loadedConfig(invocation);
  await using sessions = openSessions();
  const { env } = process;
  const helper = { codexHome: findCodexHome(env), env, allowLandlock: allowsLandlock(invocation) };
  const service: Service = { sessions, helper };
  if (transport.type === "websocket") return await serveWebSocket(transport, service);
  await serveStdio({ input: Bun.stdin.stream(), write: (line) => writeOutput(1, line) }, served(service));
  return 0;
}

async function serveWebSocket(address: Address, service: Service): Promise<number> {
  using listener = bound(address, service);
  const { hostname } = address;
  if (!isLoopback(hostname)) {
    await writeOutput(2, `warning: whoever can reach ${hostname} can run commands here: there is no login\n`);
  }
  await writeOutput(1, `ws://${inBrackets(hostname)}:${listener.port}\n`);
  return await new Promise<never>(() => {}); // until a signal ends the process
}

function bound(address: Address, service: Service): Listener {
  try {
    return listen(address, served(service));
  } catch (error) {
    const inUse = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
    const reason = inUse ? "the port is in use" : messageOf(error);
    throw new UserError(`cannot listen on ${inBrackets(address.hostname)}:${address.port}: ${reason}`);
  }
}

function served(service: Service) {
  return {
    name: "exec-server",
    health: ["/readyz"],
    connect: (wire: Wire) => connect(service, wire),
  };
}

/** From the command line alone: what config.toml says is for sessions. */
function allowsLandlock({ levels }: Invocation): boolean {
  const every = (name: string) => levels.flatMap((level) => level.values.get(name) ?? []);
  const { sandbox_linux: table } = sessionLayer(every("config"), every("enable"), every("disable"));
  return (
    typeof table === "object" && table !== null && "allow_landlock" in table && table.allow_landlock === true
  );
}
