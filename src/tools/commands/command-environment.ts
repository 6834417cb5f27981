// The environment of a tool's command: the user's after shell_environment_policy, plus what keeps programs plain and tells them where they run.

import { RUNTIME_SWITCHES } from "../../exec/executable";
import { VERSION } from "../../util/version";
import { sandboxNeeded } from "../../sandbox/policy";
import type { ToolContext } from "../tool";

/** No colours, no pagers, no locale surprises (agent.md 9). */
const PLAIN: Readonly<Record<string, string>> = {
  NO_COLOR: "1",
  TERM: "dumb",
  LANG: "C.UTF-8",
  LC_CTYPE: "C.UTF-8",
  LC_ALL: "C.UTF-8",
  COLORTERM: "",
  PAGER: "cat",
  GIT_PAGER: "cat",
  GH_PAGER: "cat",
  CODEX_CI: "1",
};

export function commandEnvironment(context: ToolContext, callId: string): Readonly<Record<string, string>> {
  const env: Record<string, string> = {
    ...context.environment,
    ...PLAIN,
    CODEX_SESSION_ID: context.threadId,
    CODEX_TOOL_CALL_ID: callId,
    CODEX_VERSION: VERSION,
    CODEX_APPLY_PATCH_PRESERVE_LINE_ENDINGS: "1",
  };
  if (networkRestricted(context)) env.CODEX_SANDBOX_NETWORK_DISABLED = "1";
  if (process.platform === "darwin" && sandboxNeeded(context.profile)) env.CODEX_SANDBOX = "seatbelt";
  for (const name of RUNTIME_SWITCHES) delete env[name];
  return env;
}

function networkRestricted({ profile }: ToolContext): boolean {
  return profile.type !== "disabled" && profile.network === "restricted";
}
