// Runs commands from within a program of 150 MB, sandboxed and bare in turn, and prints what one takes: `bun in-session.ts PAIRS`.

import { spawnCommand } from "../src/exec/spawn";
import type { Confinement } from "../src/exec/confinement";
import { confine } from "../src/sandbox/confine";
import { profileOf } from "../src/sandbox/policy";
import { sandboxBox, type Box } from "../test/support/harness";
import { boxEnvironment } from "./box-environment";
import { median } from "./row";

/** The size of a program in a long session: what a clone has to copy page tables of. */
const PROGRAM_BYTES = 150 * 1_048_576;
const WARM_UP_PAIRS = 5;
/** Less than a page, so that every page is touched. */
const STRIDE_BYTES = 1024;

export type InSession = {
  readonly overheadMs: number;
  readonly bareMs: number;
  readonly programBytes: number;
};

if (import.meta.main) {
  const pairs = Number(process.argv[2]);
  await using box = await sandboxBox();
  const confinement = workspaceWrite(box);
  await times(box, confinement, WARM_UP_PAIRS);
  const ballast = grow();
  const { overheads, bare } = await times(box, confinement, pairs);
  const programBytes = process.memoryUsage.rss();
  if (ballast[0] !== 1) throw new Error("the ballast is not what it was");
  const result: InSession = { overheadMs: median(overheads), bareMs: median(bare), programBytes };
  console.log(JSON.stringify(result));
}

/** In milliseconds, pair by pair. */
async function times(
  box: Box,
  confinement: Confinement,
  pairs: number,
): Promise<{ readonly overheads: readonly number[]; readonly bare: readonly number[] }> {
  const overheads: number[] = [];
  const bare: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const sandboxedMs = await timeOf(box, confinement);
    const bareMs = await timeOf(box, { type: "none" });
    overheads.push(sandboxedMs - bareMs);
    bare.push(bareMs);
  }
  return { overheads, bare };
}

function workspaceWrite(box: Box): Confinement {
  const place = { cwd: box.workspace, codexHome: box.codexHome, env: boxEnvironment(box), addDirs: [] };
  const profile = profileOf(
    {
      type: "workspace-write",
      writable_roots: [],
      network_access: false,
      exclude_tmpdir_env_var: false,
      exclude_slash_tmp: false,
    },
    place,
  );
  const confinement = confine(profile, place);
  if (confinement.type === "refused") throw new Error(`${confinement.reason} ${confinement.fix}`);
  return confinement;
}

/** Memory of our own up to the size asked for. */
function grow(): Uint8Array {
  const ballast = new Uint8Array(Math.max(STRIDE_BYTES, PROGRAM_BYTES - process.memoryUsage.rss()));
  for (let at = 0; at < ballast.length; at += STRIDE_BYTES) ballast[at] = 1;
  return ballast;
}

/** Milliseconds from the call to the exit, the output read as the tools do. */
async function timeOf(box: Box, confinement: Confinement): Promise<number> {
  const started = performance.now();
  await using command = spawnCommand({
    argv: ["/bin/true"],
    cwd: box.workspace,
    env: boxEnvironment(box),
    confinement,
    stdin: "null",
    stdout: "pipe",
    stderr: "stdout",
  });
  for await (const _ of command.stdout ?? []); // nothing is printed, but the end must be seen
  const status = await command.exited;
  if (status.type !== "exited" || status.code !== 0) throw new Error(`true ended: ${JSON.stringify(status)}`);
  return performance.now() - started;
}
