// Builds dist/codex for this system with the bundler options of the design: lazy commands, bytecode, nothing autoloaded.
import type { BunPlugin } from "bun";
import { mkdirSync } from "node:fs";

const outfile = "dist/codex";

/**
 * The MCP package validates with ajv, which makes code out of schemas at run time. It also brings a validator on the
 * library that we use ourselves and that does not; this puts it in ajv's place, and half a megabyte less into the file.
 */
const validateWithoutEval: BunPlugin = {
  name: "validate-without-eval",
  setup(build) {
    build.onLoad({ filter: /@modelcontextprotocol\/sdk\/dist\/esm\/validation\/ajv-provider\.js$/ }, () => ({
      contents:
        'export { CfWorkerJsonSchemaValidator as AjvJsonSchemaValidator } from "./cfworker-provider.js";',
      loader: "js",
    }));
  },
};

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
  plugins: [validateWithoutEval],
});
for (const log of result.logs) console.error(String(log));
if (!result.success) process.exit(1);
console.error(`built ${outfile} in ${Math.round(performance.now() - started)} ms`);
