// Where a test uses the interface: a scripted server, a workspace that is trusted, and a terminal.

import { join } from "node:path";
import { mockProvider, sandboxBox, type Box } from "../support/harness";
import { startResponsesServer, type ResponsesServer, type Script } from "../support/responses-server";
import { openTmux, type Tmux, type TmuxOptions } from "./tmux";

export type Place = AsyncDisposable & {
  readonly box: Box;
  readonly terminal: Tmux;
  readonly server: ResponsesServer;
};

export type PlaceOptions = TmuxOptions & {
  /** Default true. */
  readonly trusted?: boolean;
  /** Lines before the tables of `config.toml`, and tables. */
  readonly config?: string;
  readonly more?: string;
};

export async function place(script: Script, options: PlaceOptions = {}): Promise<Place> {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await startResponsesServer(script));
  const box = stack.use(await sandboxBox());
  const trust = `[projects."${box.workspace}"]\ntrust_level = "trusted"\n`;
  const tables = [mockProvider(server.url), options.more ?? "", options.trusted === false ? "" : trust];
  box.write(join(box.codexHome, "config.toml"), `${options.config ?? ""}\n${tables.join("\n")}`);
  const terminal = stack.use(await openTmux(box, options));
  const all = stack.move();
  return { box, terminal, server, [Symbol.asyncDispose]: () => all.disposeAsync() };
}
