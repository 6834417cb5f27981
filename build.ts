// Builds dist/codex for this system with the bundler options of the design: lazy commands, bytecode, nothing autoloaded.
import { mkdirSync } from "node:fs";

const outfile = "dist/codex";

mkdirSync("dist", { recursive: true });
const started = performance.now();
const result = await Bun.build({
  entrypoints: ["src/main.ts"],
  compile: {
    outfile,
    autoloadBunfig: false,
    autoloadDotenv: false,
    autoloadTsconfig: false,
    autoloadPackageJson: false,
    execArgv: ["--use-system-ca"],
  },
  minify: true,
  bytecode: true,
  format: "esm",
  splitting: true,
});
for (const log of result.logs) console.error(String(log));
if (!result.success) process.exit(1);
console.error(`built ${outfile} in ${Math.round(performance.now() - started)} ms`);
