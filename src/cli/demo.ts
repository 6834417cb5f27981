// `codex demo`: the real agent, wire protocol, sandbox and patches, with a scripted model in place of a real one.

import { openThread } from "../agent/thread";
import type { Config } from "../config/config";
import { loadConfig } from "../config/load";
import { NO_RULES } from "../rules/match";
import { createDemoPlace, type DemoPlace } from "./demo/place";
import { startDemoServer } from "./demo/model-server";
import { FAILURE_PREFIX, PROMPT } from "./demo/script";
import { humanFrontEnd } from "./exec/front-end";
import { dieBy, listenForInterrupts } from "./exec/interrupts";
import { runTurn, type TurnEnd } from "./exec/run";
import { writeOutputNow } from "./output";
import { UserError } from "../util/user-error";
import { isTerminal } from "./terminal";

const INTRODUCTION = `This is a demo with a scripted model: it needs no key and no network. All else is real: the requests over
HTTP, the shell commands and the patch in the sandbox, and what they print.

`;

/** Exit code 0 when the story ended well and the sandbox held, else 1. */
export async function run(): Promise<number> {
  if (process.platform === "win32") {
    throw new UserError(
      "The scripted commands of the demo are for a POSIX shell; run it in WSL, on Linux or on macOS.",
    );
  }
  const end = await tellStory();
  return end.type === "killed" ? dieBy(end.signal) : end.exitCode;
}

type StoryEnd =
  | { readonly type: "told"; readonly exitCode: number }
  | { readonly type: "killed"; readonly signal: NodeJS.Signals };

/** When this returns, the server, the folder and the commands are gone, and signals do again what they do by default. */
async function tellStory(): Promise<StoryEnd> {
  using server = startDemoServer();
  using place = createDemoPlace();
  using interrupts = listenForInterrupts();
  const { env } = process;
  const config = await demoConfig(server.url, place);
  await using thread = await openThread({
    config,
    env,
    originator: "codex_exec",
    source: "exec",
    honoursApiKeyVariable: false,
    ephemeral: false,
    rules: NO_RULES,
  });
  const frontEnd = humanFrontEnd(thread, {
    config,
    prompt: PROMPT,
    colour: "auto",
    env,
    stdoutIsTerminal: await isTerminal(1),
    stderrIsTerminal: await isTerminal(2),
  });
  writeOutputNow(2, INTRODUCTION);
  const end = await runTurn((options) => thread.run([{ type: "text", text: PROMPT }], options), {
    frontEnd,
    notices: [],
    interrupts,
  });
  const fatal = interrupts.fatal();
  if (fatal !== undefined) return { type: "killed", signal: fatal };
  if (end.type === "interrupted") return { type: "told", exitCode: 1 };
  const complaints = [...complaintsAbout(end), ...place.complaints()];
  writeOutputNow(2, verdict(complaints));
  return { type: "told", exitCode: complaints.length === 0 ? 0 : 1 };
}

function complaintsAbout(end: TurnEnd): readonly string[] {
  const lastMessage = end.type === "completed" ? end.lastMessage : null;
  const told = lastMessage !== null && !lastMessage.startsWith(FAILURE_PREFIX);
  return told ? [] : ["the scripted model did not reach its last message"];
}

/** Only the workspace may be written, so that the temporary folder around it counts as outside. */
function demoConfig(url: string, place: DemoPlace): Promise<Config> {
  return loadConfig({
    codexHome: place.codexHome,
    cwd: place.workspace,
    env: {},
    overrides: [
      "model_provider=demo",
      `model_providers.demo={name="scripted model", base_url=${JSON.stringify(url)}}`,
      "sandbox_workspace_write.exclude_slash_tmp=true",
      "sandbox_workspace_write.exclude_tmpdir_env_var=true",
      // What Landlock leaves open in a workspace does no harm in this one.
      "sandbox_linux.allow_landlock=true",
    ],
    enable: [],
    disable: [],
    flags: { sandboxMode: "workspace-write", approvalPolicy: "never" },
  });
}

function verdict(complaints: readonly string[]): string {
  return complaints.length === 0
    ? "\nDemo passed: the check was fixed, and the sandbox refused the write outside the workspace.\n"
    : `\nDemo FAILED: ${complaints.join("; ")}.\n`;
}
