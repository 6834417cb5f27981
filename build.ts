// Builds the executable, for this system or for all of them: lazy commands, bytecode, nothing autoloaded.
import type { BunPlugin } from "bun";
import { chmodSync, mkdirSync, renameSync } from "node:fs";
import { dirname } from "node:path";
import { withoutGap } from "./.ci/release/elf-gap";
import { executableFile, TARGETS, type Target } from "./.ci/release/targets";

/**
 * How much later than usual functions are compiled to machine code. Compiling starts two threads and pays off in long
 * calculations only: sessions of 300 turns take as long without it and 8 MiB less, a sandboxed command takes 2 ms less.
 */
const JIT_RELUCTANCE = 20;

/** Functions within functions within functions are compiled when they are called: a tenth of a megabyte for nothing else. */
const BYTECODE_DEPTH = 3;

const USAGE = `Usage: bun build.ts [FILE]          this system's executable, as dist/codex or FILE
       bun build.ts --target NAME   that of another system, below dist/
       bun build.ts --all           a whole release below dist/: every system, archives, sums, packages
`;

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
 * code, pages of lists and logins of machines. We post requests with it and nothing else: each becomes an empty class.
 */
const postOnly: BunPlugin = {
  name: "post-only",
  setup(build) {
    const transpiler = new Bun.Transpiler({ loader: "js" });
    const others =
      /[\\/]openai[\\/](resources[\\/](?!index\.mjs).*|core[\\/]pagination|auth[\\/]workload-identity-auth)\.mjs$/;
    build.onLoad({ filter: others }, async ({ path }) => {
      const { exports } = transpiler.scan(await Bun.file(path).text());
      return { contents: exports.map((name) => `export class ${name} {}`).join("\n"), loader: "js" };
    });
  },
};

/**
 * Logins by certificates, which the client of the model's API brings too and nobody can switch on here: no identity is one, so
 * what asks further is never reached.
 */
const withoutCertificates: BunPlugin = {
  name: "without-certificates",
  setup(build) {
    build.onLoad(
      { filter: /[\\/]openai[\\/]internal[\\/]auth[\\/]x509-workload-identity-auth\.mjs$/ },
      () => ({
        contents: `const no = () => false;
          export { no as isX509WorkloadIdentity, no as assertX509RequestOptions, no as snapshotX509RequestOptions };
          export class X509WorkloadIdentityAuth {}`,
        loader: "js",
      }),
    );
  },
};

/** The same client sends files. Nobody can ask for that here either: what looks for files finds none, and the rest is never reached. */
const withoutUploads: BunPlugin = {
  name: "without-uploads",
  setup(build) {
    const transpiler = new Bun.Transpiler({ loader: "js" });
    build.onLoad(
      {
        filter: /[\\/]openai[\\/]internal[\\/](uploads|to-file)\.mjs$/,
      },
      async ({ path }) => {
        const { exports } = transpiler.scan(await Bun.file(path).text());
        return { contents: exports.map((name) => `export function ${name}() {}`).join("\n"), loader: "js" };
      },
    );
  },
};

/** What the MCP package takes its schemas from can also write them as JSON Schema, which it is never asked for. */
const withoutSchemaWriter: BunPlugin = {
  name: "without-schema-writer",
  setup(build) {
    const transpiler = new Bun.Transpiler({ loader: "js" });
    build.onLoad(
      { filter: /[\\/]zod[\\/]v4[\\/]core[\\/](json-schema-processors|to-json-schema)\.js$/ },
      async ({ path }) => {
        const { exports } = transpiler.scan(await Bun.file(path).text());
        return {
          contents: exports.map((name) => `export const ${name} = () => () => {};`).join("\n"),
          loader: "js",
        };
      },
    );
  },
};

/**
 * Where the sandbox's helper is compiled by this build, or not needed, the executable does without its C text. Only Linux on other
 * processors than this one compiles it itself.
 */
const withoutHelperText: BunPlugin = {
  name: "without-helper-text",
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/]exec[\\/]linux-[a-z-]+\.c$/ }, () => ({
      contents: "",
      loader: "text",
    }));
  },
};

/** What `codex --version --verbose` tells, and where updates are; the same in every build of a commit. */
const commit = git("rev-parse", "HEAD") ?? "unknown";
const committed = Number(git("show", "-s", "--format=%ct", "HEAD") ?? "0");
const releases = process.env["CODEX_RELEASES_URL"];
const npmPackage = process.env["CODEX_NPM_PACKAGE"] ?? "codex";

await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<void> {
  const [first = "dist/codex", name] = args;
  if (first === "--all" && args.length === 1) return await release();
  if (first === "--target" && args.length === 2) {
    const target = TARGETS.find((each) => each.name === name);
    if (target !== undefined) return await compile(target, `dist/${executableFile(target)}`);
    console.error(`There is no target ${name}; there are ${TARGETS.map((each) => each.name).join(", ")}`);
    process.exit(2);
  }
  if (!first.startsWith("-") && args.length <= 1) return await compile(undefined, first);
  console.error(USAGE);
  process.exit(2);
}

/** @param target undefined for this system */
async function compile(target: Target | undefined, outfile: string): Promise<void> {
  mkdirSync(dirname(outfile), { recursive: true });
  const started = performance.now();
  const { system, processor } = target ?? { system: process.platform, processor: process.arch };
  const isAlike = process.platform === "linux" && processor === process.arch;
  const plugins = [
    validateWithoutEval,
    postOnly,
    withoutCertificates,
    withoutUploads,
    withoutSchemaWriter,
    ...(system === "linux" && !isAlike ? [] : [withoutHelperText]),
  ];
  const result = await Bun.build({
    entrypoints: ["src/main.ts"],
    compile: {
      outfile,
      ...(target !== undefined && { target: target.runtime }),
      autoloadBunfig: false,
      autoloadDotenv: false,
      autoloadTsconfig: false,
      autoloadPackageJson: false,
      execArgv: ["--use-system-ca"],
      jitPolicy: JIT_RELUCTANCE,
    },
    define: {
      BUILD: JSON.stringify({ commit, committed, target: target?.name ?? "this system" }),
      RELEASES: JSON.stringify({ url: releases, npmPackage }),
    },
    minify: true,
    bytecode: true,
    bytecodeDepth: BYTECODE_DEPTH,
    format: "esm",
    splitting: true,
    plugins,
  });
  for (const log of result.logs) console.error(String(log));
  if (!result.success) process.exit(1);
  await closeGap(outfile);
  console.error(`built ${outfile} in ${Math.round(performance.now() - started)} ms`);
}

async function closeGap(executable: string): Promise<void> {
  const whole = Buffer.from(await Bun.file(executable).arrayBuffer());
  const smaller = withoutGap(whole);
  if (smaller === whole) return;
  const partial = `${executable}.partial`;
  await Bun.write(partial, smaller);
  chmodSync(partial, 0o755);
  renameSync(partial, executable);
}

async function release(): Promise<void> {
  const { makeRelease } = await import("./.ci/release/release");
  const log = (line: string) => console.error(line);
  await makeRelease({ root: import.meta.dir, commit, committed, releases, npmPackage, compile, log });
}

/** Undefined outside a checkout. */
function git(...args: readonly string[]): string | undefined {
  if (Bun.which("git") === null) return undefined;
  const { stdout, success } = Bun.spawnSync(["git", "-C", import.meta.dir, ...args], { stderr: "ignore" });
  return success ? stdout.toString().trim() : undefined;
}
