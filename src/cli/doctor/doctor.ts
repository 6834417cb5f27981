// `codex doctor`: looks at everything that a turn needs, changes nothing, and says what to do about what is not well (cli.md 10).

import { realpathSync } from "node:fs";
import { findCodexHome } from "../../config/home";
import { messageOf } from "../../util/user-error";
import type { Invocation } from "../grammar/spec";
import { loadedConfig } from "../loaded-config";
import { writeOutput } from "../output";
import { wantsColour } from "../style";
import { isTerminal } from "../terminal";
import { runChecks, type Subject } from "./check";
import { CONFIGURATION_CHECKS } from "./configuration-checks";
import { CONNECTIVITY_CHECKS } from "./connectivity-checks";
import { ENVIRONMENT_CHECKS } from "./environment-checks";
import { humanReport, jsonReport, overallStatus } from "./report";
import { UPDATE_CHECKS } from "./update-checks";

const CHECKS = [...ENVIRONMENT_CHECKS, ...CONFIGURATION_CHECKS, ...UPDATE_CHECKS, ...CONNECTIVITY_CHECKS];

/** Exit code 1 when a check fails. @throws UserError when there is no home folder to look at */
export async function run(invocation: Invocation): Promise<number> {
  const switches = invocation.levels.at(-1)?.switches ?? new Set();
  const items = await runChecks(CHECKS, await subjectOf(invocation));
  if (switches.has("json")) {
    await writeOutput(1, jsonReport(items, new Date()));
  } else {
    const coloured = wantsColour(
      switches.has("no-color") ? "never" : "auto",
      process.env,
      await isTerminal(1),
    );
    const report = humanReport(items, {
      colours: coloured ? "always" : "never",
      marks: switches.has("ascii") ? "ascii" : "unicode",
      detail: switches.has("all") ? "all" : switches.has("summary") ? "summary" : "usual",
    });
    await writeOutput(1, report);
  }
  return overallStatus(items) === "fail" ? 1 : 0;
}

async function subjectOf(invocation: Invocation): Promise<Subject> {
  const config = await loadedConfig(invocation).catch((error: unknown) => ({
    type: "invalid" as const,
    message: messageOf(error),
  }));
  return { env: process.env, codexHome: findCodexHome(process.env), cwd: realpathSync("."), config };
}
