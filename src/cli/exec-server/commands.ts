// The flags of `codex exec-server`, for the command table (cli.md 7.3).

import { STRICT_CONFIG } from "../grammar/shared-flags";
import type { CommandSpec } from "../grammar/spec";

export const EXEC_SERVER: CommandSpec = {
  name: "exec-server",
  about:
    "Run commands and change files for other programs, over a WebSocket or stdin and stdout (experimental)",
  rootFlags: ["strict-config"],
  flags: [
    STRICT_CONFIG,
    {
      name: "listen",
      value: { name: "URL", defaultValue: "ws://127.0.0.1:0" },
      conflicts: ["remote"],
      help: "Where to listen: `ws://IP:PORT`, or `stdio`. Port 0 takes a free one and prints it",
    },
    {
      name: "remote",
      value: { name: "URL" },
      hidden: true,
      requires: ["environment-id"],
      help: "Register as a remote environment; not in this version",
    },
    { name: "environment-id", value: { name: "ID" }, hidden: true, help: "For `--remote`" },
    { name: "name", value: { name: "NAME" }, hidden: true, help: "For `--remote`" },
    {
      name: "use-agent-identity-auth",
      hidden: true,
      requires: ["remote"],
      help: "For `--remote`",
    },
  ],
  positionals: [],
  commands: [],
  load: () => import("./serve"),
};
