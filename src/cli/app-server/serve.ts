// `codex app-server`: serves editors and other programs, over stdin and stdout, a socket of this machine or a WebSocket (app-server.md 1).

import { realpathSync } from "node:fs";
import { findCodexHome } from "../../config/home";
import { loadConfig } from "../../config/load";
import { sessionLayer } from "../../config/overrides";
import type { Place } from "../../server/app/client";
import { appServer, type AppServer } from "../../server/app/serve";
import { serveStdio } from "../../server/rpc/stdio";
import { listFiles } from "../../ui/files/file-list";
import { rankPath } from "../../ui/files/path-match";
import type { Invocation } from "../grammar/spec";
import { writeOutput, writeOutputNow } from "../output";
import { createPathAliases } from "../path-aliases";
import { readAddress } from "./address";

const NAME = "app-server";

/**
 * Over stdin and stdout it ends with its input; sockets are served until a signal comes.
 * @throws UserError for an address that cannot be had, and for a faulty command line
 */
export async function run(invocation: Invocation): Promise<number> {
  const { levels } = invocation;
  const last = (name: string) => levels.at(-1)?.values.get(name)?.at(-1);
  const address = readAddress(last("listen") ?? "stdio://");
  const { env } = process;
  const codexHome = findCodexHome(env);
  using aliases = createPathAliases(codexHome, process.execPath);
  const place: Place = {
    env,
    codexHome,
    cwd: realpathSync("."),
    projectFiles: { list: listFiles, rank: rankPath },
    pathPrefix: aliases.type === "created" ? [aliases.folder] : [],
    commandLine: commandLineOf(invocation),
  };
  if (place.commandLine.strict === true) {
    await loadConfig({ ...place, ...place.commandLine, flags: {} });
  }
  await using server = appServer(place, (line) => writeOutputNow(2, `${line}\n`));
  switch (address.type) {
    case "stdio":
      await serveStdio(
        { input: Bun.stdin.stream(), write: (line) => writeOutput(1, line) },
        { name: NAME, connect: server.connect },
      );
      return 0;
    case "off":
      return await untilSignalled();
    default:
      return await serveSockets(address, server);
  }
}

async function serveSockets(
  address: Exclude<ReturnType<typeof readAddress>, { type: "stdio" | "off" }>,
  server: AppServer,
): Promise<number> {
  const { openSocket } = await import("./sockets");
  using socket = await openSocket(address, { name: NAME, health: ["/readyz", "/healthz"], ...server });
  await writeOutput(2, socket.greeting);
  return await untilSignalled();
}

/** Never resolves: a signal ends the process, and all that it has started. */
async function untilSignalled(): Promise<number> {
  return await new Promise<never>(() => {});
}

/** @throws UserError for faulty overrides */
function commandLineOf({ levels }: Invocation): Place["commandLine"] {
  const every = (name: string) => levels.flatMap((level) => level.values.get(name) ?? []);
  const overrides = { overrides: every("config"), enable: every("enable"), disable: every("disable") };
  sessionLayer(overrides.overrides, overrides.enable, overrides.disable);
  return { ...overrides, strict: levels.some(({ switches }) => switches.has("strict-config")) };
}
