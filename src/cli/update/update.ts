// `codex update`: brings the newest release by the way this one came (login-notify.md 9.2).

import { findCodexHome } from "../../config/home";
import type { ExitStatus } from "../../exec/command";
import { spawnCommand } from "../../exec/spawn";
import { UserError } from "../../util/user-error";
import { writeOutput } from "../output";
import { ownInstallMethod, shownCommand } from "./install-method";
import { releasesUrl } from "./release-channel";

/** @throws UserError when nobody knows how, or the command fails */
export async function run(): Promise<number> {
  const method = ownInstallMethod(findCodexHome(process.env), process.env);
  if (method.type === "other") throw unknownMethod();
  const shown = shownCommand(method.update);
  await writeOutput(1, `\nUpdating Codex via \`${shown}\`...\n`);
  const status = shownStatus(await runAttached(onWindows(method.update)));
  if (status !== "0") throw new UserError(`\`${shown}\` failed with status ${status}`);
  await writeOutput(1, "\n🎉 Update ran successfully! Please restart Codex.\n");
  return 0;
}

/** On our terminal, in our session, so that Ctrl-C reaches it. */
async function runAttached(argv: readonly string[]): Promise<ExitStatus> {
  await using command = spawnCommand({
    argv,
    cwd: process.cwd(),
    env: definedVariables(process.env),
    confinement: { type: "none" },
    session: "ours",
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  });
  return await command.exited;
}

function shownStatus(status: ExitStatus): string {
  switch (status.type) {
    case "exited":
      return String(status.code);
    case "signaled":
      return `signal ${status.signal}`;
    case "failed":
      return status.message;
    default:
      return status satisfies never;
  }
}

function definedVariables(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}

/** npm and bun are scripts there, which only the command interpreter starts. */
function onWindows(command: readonly string[]): readonly string[] {
  return process.platform === "win32" && command[0] !== "powershell" ? ["cmd", "/C", ...command] : command;
}

function unknownMethod(): UserError {
  const releases = releasesUrl();
  const where =
    releases === undefined ? "from where you got it; this build names no release page" : `from ${releases}`;
  return new UserError(`Could not detect the Codex installation method. Please update manually, ${where}.`);
}
