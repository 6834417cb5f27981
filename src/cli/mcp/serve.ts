// `codex mcp-server`: offers Codex to MCP clients over stdin and stdout (cli.md 7.1).

import { findCodexHome } from "../../config/home";
import { serveMcp } from "../../server/mcp/serve";
import { isBrokenPipe, writeOutput } from "../output";
import { createPathAliases } from "../path-aliases";

/** Ends with its input, or with whoever reads its output. */
export async function run(): Promise<number> {
  let written: Promise<void> = Promise.resolve();
  const gone = Promise.withResolvers<void>();
  const write = (line: string) => {
    written = written
      .then(() => writeOutput(1, line))
      .catch((error: unknown) => {
        if (!isBrokenPipe(error)) throw error;
        gone.resolve();
      });
  };
  const { env } = process;
  using aliases = createPathAliases(findCodexHome(env), process.execPath);
  const pathPrefix = aliases.type === "created" ? [aliases.folder] : [];
  await Promise.race([serveMcp({ input: Bun.stdin.stream(), write, env, pathPrefix }), gone.promise]);
  await written;
  return 0;
}
