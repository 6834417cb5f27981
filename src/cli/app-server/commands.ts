// The flags of `codex app-server`, for the command table (app-server.md 1).

import { STRICT_CONFIG } from "../grammar/shared-flags";
import type { CommandSpec } from "../grammar/spec";

export const APP_SERVER: CommandSpec = {
  name: "app-server",
  about: "Serve editors and other programs over JSON-RPC (experimental)",
  rootFlags: ["strict-config"],
  flags: [
    STRICT_CONFIG,
    {
      name: "listen",
      value: { name: "URL", defaultValue: "stdio://" },
      conflicts: ["stdio"],
      help: "Where to listen: `stdio://`, `unix://PATH`, `ws://IP:PORT`, or `off`",
    },
    { name: "stdio", help: "The same as `--listen stdio://`" },
    { name: "analytics-default-enabled", hidden: true, help: "Without effect: nothing is reported" },
  ],
  positionals: [],
  commands: [],
  load: () => import("./serve"),
};
