// Refuses options of the root level that would have no effect on the command they stand before (cli.md 4.1 and 12).

import { UserError } from "../../util/user-error";
import type { CommandSpec, Invocation } from "./spec";

const PROFILE_COMMANDS =
  "codex, codex exec, codex review, codex resume, codex archive, codex unarchive, codex fork, codex mcp, codex sandbox";

/** @throws UserError, exit code 1: these are run-time errors, not usage errors, in the reference. */
export function checkRootFlags(command: CommandSpec, invocation: Invocation): void {
  const root = invocation.levels[0];
  if (invocation.path.length === 0) return;
  const name = `codex ${invocation.path.join(" ")}`;
  const accepted = command.rootFlags ?? [];
  const remote = root.values.get("remote")?.at(-1);
  if (remote !== undefined && !accepted.includes("remote")) {
    throw new UserError(
      `\`--remote ${remote}\` is only supported for interactive TUI commands, not \`${name}\``,
    );
  }
  if (root.values.has("profile") && !accepted.includes("profile")) {
    const list = PROFILE_COMMANDS.split(", ").map((each) => `\`${each}\``);
    throw new UserError(`--profile only applies to runtime commands: ${list.join(", ")}.`);
  }
  if (root.switches.has("strict-config") && !accepted.includes("strict-config")) {
    throw new UserError(`\`--strict-config\` is not supported for \`${name}\``);
  }
}
