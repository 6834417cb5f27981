// `codex` without a command name, and what it shares with `codex resume` and `codex fork`: the command line becomes options (cli.md 3.1).

import { loadConfig } from "../config/load";
import type { Config } from "../config/config";
import type { Begin, PromptUiOptions } from "../ui/options";
import { VERSION } from "../util/version";
import { UserError } from "../util/user-error";
import { checkLocalServer, readRules } from "./exec/checks";
import { loadOptions } from "./exec/config";
import { execFlags, type ExecFlags } from "./exec/flags";
import type { Invocation, Level } from "./grammar/spec";
import { writeOutputNow } from "./output";
import { createPathAliases } from "./path-aliases";
import { refuseRemote } from "./sessions/remote";
import { isTerminal } from "./terminal";

export function run(invocation: Invocation): Promise<number> {
  const prompt = invocation.levels[0].words.get("PROMPT")?.at(-1);
  return startPromptUi(invocation, { prompt, begin: () => Promise.resolve({ type: "new" }) });
}

export type PromptUiTask = {
  readonly prompt: string | undefined;
  /** Asked when the configuration is known. */
  readonly begin: (config: Config) => Promise<Begin>;
};

/**
 * Refuses where there is no terminal, loads the configuration, and runs the interface to its end.
 * @returns the exit code
 * @throws UserError
 */
export async function startPromptUi(invocation: Invocation, task: PromptUiTask): Promise<number> {
  refuseRemote(invocation);
  await requireTerminal();
  const { env } = process;
  const flags = uiFlags(invocation);
  const approvalPolicy = approvalFlag(invocation.levels, flags);
  const options = await loadOptions(flags, env, approvalPolicy);
  const config = await loadConfig(options);
  const rules = (loaded: Config) => readRules(flags, loaded);
  rules(config);
  await checkLocalServer(flags, config);
  using aliases = createPathAliases(config.codexHome, process.execPath);
  const ui: PromptUiOptions = {
    env,
    config,
    reload: (cwd) => loadConfig(cwd === undefined ? options : { ...options, cwd }),
    readRules: rules,
    pathPrefix: aliases.type === "created" ? [aliases.folder] : [],
    prompt: task.prompt?.replace(/\r\n?/g, "\n"),
    images: flags.images,
    begin: await task.begin(config),
    given: {
      model: flags.model !== undefined,
      approvalPolicy: approvalPolicy !== undefined || flags.bypass,
      sandbox: flags.sandboxMode !== undefined || flags.bypass,
      cwd: flags.cd !== undefined,
    },
    ...(await newerVersion(config)),
    warnings:
      aliases.type === "unavailable"
        ? [`proceeding, even though we could not create PATH aliases: ${aliases.reason}`]
        : [],
  };
  const { runPromptUi } = await import("../ui/start");
  return await runPromptUi(ui);
}

/** What an earlier check has found; the next one is made beside the session (login-notify.md 9.1). */
async function newerVersion(config: Config): Promise<Pick<PromptUiOptions, "newer" | "news">> {
  const none = { newer: undefined, news: undefined };
  if (config.toml.check_for_update_on_startup === false) return none;
  const { checkLatestVersion, isCheckDue, isNewer, knownVersion } = await import("./update/latest-version");
  const { codexHome } = config;
  if (isCheckDue(config, new Date())) void checkLatestVersion(codexHome, process.env, new Date());
  const known = knownVersion(codexHome);
  if (known === undefined || known.dismissed === known.latest || !isNewer(known.latest, VERSION)) return none;
  const { latest } = known;
  const { offeredUpdate } = await import("./update/offer");
  const news = `Update available: ${VERSION} -> ${latest}. Run \`codex update\` to install it.`;
  return { newer: offeredUpdate(codexHome, latest, process.env), news };
}

/** With `--search` as the configuration value that it stands for. */
function uiFlags(invocation: Invocation): ExecFlags {
  const flags = execFlags(invocation);
  const search = invocation.levels.some((level) => level.switches.has("search"));
  return search ? { ...flags, overrides: [...flags.overrides, 'web_search="live"'] } : flags;
}

type Policy = Parameters<typeof loadOptions>[2];

function approvalFlag(levels: readonly Level[], flags: ExecFlags): Policy {
  const fullAuto = flags.fullAuto || levels.some((level) => level.switches.has("full-auto"));
  const said = levels.map((level) => level.values.get("ask-for-approval")?.at(-1));
  const policy = said.findLast((value) => value !== undefined);
  return (policy ?? (fullAuto ? "on-request" : undefined)) as Policy; // one of the flag's choices
}

const DUMB = 'TERM is set to "dumb".';

/** @throws UserError */
async function requireTerminal(): Promise<void> {
  const [stdin, stdout, stderr] = await Promise.all([isTerminal(0), isTerminal(1), isTerminal(2)]);
  if (process.env["TERM"] === "dumb") {
    if (!stdin || !stderr) {
      throw new UserError(
        `ERROR: ${DUMB} Refusing to start the interactive TUI because no terminal is available for a confirmation ` +
          "prompt (stdin/stderr is not a TTY). Run in a supported terminal or unset TERM.",
        { prefixed: false },
      );
    }
    writeOutputNow(2, `WARNING: ${DUMB} Codex's interactive TUI may not work in this terminal.\n`);
    if (!(await confirmed("Continue anyway? [y/N]: "))) {
      throw new UserError(
        `ERROR: ${DUMB} Refusing to start the interactive TUI. Run in a supported terminal or unset TERM.`,
        { prefixed: false },
      );
    }
  }
  if (!stdin) throw new UserError("stdin is not a terminal");
  if (!stdout) throw new UserError("stdout is not a terminal");
}

async function confirmed(question: string): Promise<boolean> {
  const { createInterface } = await import("node:readline/promises");
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(question)).trim());
  } finally {
    lines.close();
    process.stdin.pause();
  }
}
