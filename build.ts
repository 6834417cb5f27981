// Builds dist/codex, or the file named after it, for this system: lazy commands, bytecode, nothing autoloaded.
import type { BunPlugin } from "bun";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";

/**
 * How much later than usual functions are compiled to machine code. Compiling starts two threads and pays off in long
 * calculations only: sessions of 300 turns take as long without it and 8 MiB less, a sandboxed command takes 2 ms less.
 */
const JIT_RELUCTANCE = 20;

const outfile = process.argv[2] ?? "dist/codex";

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

/**
 * The client of the model's API makes an object for each of its resources, from audio to webhooks, and brings all their
 * code. We post requests with it and nothing else: each resource becomes an empty class.
 */
const postOnly: BunPlugin = {
  name: "post-only",
  setup(build) {
    const transpiler = new Bun.Transpiler({ loader: "js" });
    build.onLoad({ filter: /[\\/]openai[\\/]resources[\\/](?!index\.mjs).*\.mjs$/ }, async ({ path }) => {
      const { exports } = transpiler.scan(await Bun.file(path).text());
      return { contents: exports.map((name) => `export class ${name} {}`).join("\n"), loader: "js" };
    });
  },
};

mkdirSync(dirname(outfile), { recursive: true });
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
    jitPolicy: JIT_RELUCTANCE,
  },
  minify: true,
  bytecode: true,
  format: "esm",
  splitting: true,
  plugins: [validateWithoutEval, postOnly],
});
for (const log of result.logs) console.error(String(log));
if (!result.success) process.exit(1);
console.error(`built ${outfile} in ${Math.round(performance.now() - started)} ms`);
