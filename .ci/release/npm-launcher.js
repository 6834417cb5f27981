#!/usr/bin/env node
// Starts the executable that came with the package for this system, and ends as it ends.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";

const NAME = "@PACKAGE@";

const executable = find();
if (executable === undefined) {
  console.error(
    `codex: there is no package for ${systemName()} beside ${NAME}. Install again without --omit=optional, ` +
      `and delete package-lock.json if it was made on another system.`,
  );
  process.exit(1);
}

const byBun = /\bbun\//.test(process.env.npm_config_user_agent ?? "") || process.versions.bun !== undefined;
const child = spawn(executable, process.argv.slice(2), {
  stdio: "inherit",
  env: { ...process.env, [byBun ? "CODEX_MANAGED_BY_BUN" : "CODEX_MANAGED_BY_NPM"]: "1" },
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => {
  console.error(`codex: cannot start ${executable}: ${error.message}`);
  process.exit(1);
});
child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));

function find() {
  const require = createRequire(import.meta.url);
  const file = process.platform === "win32" ? "codex.exe" : "codex";
  for (const name of candidates()) {
    try {
      const path = require.resolve(`${NAME}-${name}/${file}`);
      if (existsSync(path)) return path;
    } catch (error) {
      if (error.code !== "MODULE_NOT_FOUND") throw error;
    }
  }
  return undefined;
}

/** Where both forms for Linux are there, the one for this C library comes first. */
function candidates() {
  const name = systemName();
  if (process.platform !== "linux") return [name];
  const musl = !process.report?.getReport().header.glibcVersionRuntime;
  return musl ? [`${name}-musl`, name] : [name, `${name}-musl`];
}

function systemName() {
  const system = process.platform === "win32" ? "windows" : process.platform;
  return `${system}-${process.arch}`;
}
