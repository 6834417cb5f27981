// Applies a patch in a process of its own, this executable inside the sandbox, fed over stdin.

import type { Confinement } from "../exec/confinement";
import { selfCommand } from "../exec/executable";
import { spawnCommand } from "../exec/spawn";
import { failedOutcome, type PatchOutcome } from "../patch/apply";
import { readPatchOutcome, type PatchRequest } from "../patch/patch-process";
import type { ToolContext } from "./tool";

/** A patch that takes longer is stuck on something that is not ours, such as a dead network file system. */
const HELPER_DEADLINE_MS = 120_000;
/** After an interrupt, to come to an end: a file of which half is written helps nobody. */
const FINISH_MS = 2_000;
const KILL_GRACE_MS = 50;

/** One process for the whole patch, fed over stdin, with no environment but what it needs. An interrupt lets it finish. */
export async function runPatchHelper(
  request: PatchRequest,
  confinement: Confinement,
  context: Pick<ToolContext, "environment" | "signal">,
): Promise<PatchOutcome> {
  await using helper = spawnCommand({
    ...selfCommand(["--codex-run-as-patch-helper"], context.environment),
    cwd: request.cwd,
    confinement,
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
  });
  const kill = () => void helper.terminate(KILL_GRACE_MS);
  let deadline = setTimeout(kill, HELPER_DEADLINE_MS);
  const hurry = () => {
    clearTimeout(deadline);
    deadline = setTimeout(kill, FINISH_MS);
  };
  context.signal.addEventListener("abort", hurry, { once: true });
  try {
    const output = Promise.all([readAll(helper.stdout), readAll(helper.stderr)]);
    await helper.write(new TextEncoder().encode(JSON.stringify(request)));
    helper.closeStdin();
    const status = await helper.exited;
    const [stdout, stderr] = await output;
    if (status.type === "exited" && status.code === 0) return readPatchOutcome(stdout);
    const reason = status.type === "failed" ? status.message : stderr || "the patch helper was stopped";
    return failedOutcome(reason.trimEnd(), []);
  } finally {
    clearTimeout(deadline);
    context.signal.removeEventListener("abort", hurry);
  }
}

async function readAll(stream: ReadableStream<Uint8Array> | null): Promise<string> {
  return stream === null ? "" : await new Response(stream).text();
}
