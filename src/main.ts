// Picks what this process is: an embedded tool by argv[0] or hidden flag, else a command of the table. The only process.exit.

import { embeddedTool, type EmbeddedTool } from "./cli/embedded-tools";
import type { ParsedArgv } from "./cli/grammar/spec";
import { printProvenance, printVersion } from "./cli/version";

const USAGE_EXIT_CODE = 2;

process.exit(await main(process.argv.slice(2)));

/** Runs the process to its end. Resolves to the exit code; what was thrown has been printed. */
async function main(argv: readonly string[]): Promise<number> {
  try {
    return await dispatch(argv);
  } catch (error) {
    return await report(error);
  }
}

/** Every branch imports only what it runs: this is what keeps `--version` at a few milliseconds. */
async function dispatch(argv: readonly string[]): Promise<number> {
  const tool = embeddedTool(process.argv0, argv);
  if (tool !== undefined) return await runEmbeddedTool(tool);
  if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
    printVersion("codex-cli");
    return 0;
  }
  if (argv.length === 2 && argv[0] === "--version" && argv[1] === "--verbose") {
    printProvenance("codex-cli");
    return 0;
  }
  const [only] = argv;
  if (argv.length === 1 && (only === "--help" || only === "-h")) {
    const { printRootHelp } = await import("./cli/grammar/root-help");
    if (await printRootHelp(only)) return 0;
  }
  const [{ CODEX }, { parseArgv }] = await Promise.all([import("./cli/table"), import("./cli/argv")]);
  return await runCommand(parseArgv(CODEX, argv));
}

async function runEmbeddedTool(tool: EmbeddedTool): Promise<number> {
  if (tool.type === "file_helper") {
    const { runFileHelper } = await import("./cli/exec-server/file-helper");
    return await runFileHelper();
  }
  const patch = await import("./cli/apply-patch");
  switch (tool.type) {
    case "apply_patch":
      return patch.runApplyPatch(tool.args);
    case "apply_patch_flag":
      return patch.runApplyPatchFlag(tool.args);
    case "patch_helper":
      return patch.runPatchHelperProcess();
  }
}

async function runCommand(parsed: ParsedArgv): Promise<number> {
  switch (parsed.type) {
    case "version":
      printVersion(parsed.name);
      return 0;
    case "help": {
      const { printHelp } = await import("./cli/help");
      await printHelp(parsed.path, parsed.detail);
      return 0;
    }
    case "incomplete": {
      const { printHelpAsError } = await import("./cli/help");
      await printHelpAsError(parsed.path);
      return USAGE_EXIT_CODE;
    }
    case "run": {
      reportStrayErrors();
      const { checkRootFlags } = await import("./cli/grammar/root-flags");
      checkRootFlags(parsed.command, parsed.invocation);
      const { enterHome } = await import("./cli/home");
      enterHome();
      const module = await parsed.command.load?.();
      if (module === undefined) throw new Error(`the command ${parsed.command.name} has no module`);
      return await module.run(parsed.invocation);
    }
  }
}

/** What is thrown where nobody waits for it ends the process too, in the same words and not the runtime's. */
function reportStrayErrors(): void {
  process.on("uncaughtException", endWith);
  process.on("unhandledRejection", endWith);
}

function endWith(thrown: unknown): void {
  void report(thrown).then((code) => process.exit(code));
}

/** A reader that went away needs no message; there may be nobody to read it either. */
async function report(error: unknown): Promise<number> {
  const { isBrokenPipe, writeOutputNow } = await import("./cli/output");
  if (isBrokenPipe(error)) return 1;
  const { describeError } = await import("./cli/error-text");
  const log = process.env["RUST_LOG"] ?? "off";
  const { text, exitCode } = describeError(error, { stack: log !== "" && log !== "off" });
  try {
    writeOutputNow(2, text);
  } catch (unwritable) {
    if (!(unwritable instanceof Error && "code" in unwritable)) throw unwritable;
  }
  return exitCode;
}
