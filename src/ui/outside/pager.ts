// Shows a long text in the user's pager, on the terminal that is ours otherwise.

import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { splitWords } from "../../util/shell-words";
import { runOnTerminal, type ProgramPlace } from "./lent-program";
import type { Screen } from "../terminal/screen";

/** Understands colours, leaves what it showed on the screen, and can be left with q. */
const DEFAULT_PAGER: readonly string[] = ["less", "-R"];

/** Resolves to false when there is no pager that could be run. */
export async function page(
  screen: Screen,
  pieces: Iterable<string>,
  { cwd, env, signal }: ProgramPlace,
): Promise<boolean> {
  const named = env["PAGER"]?.trim() ?? "";
  const argv = named === "" ? DEFAULT_PAGER : (splitWords(named) ?? [named]);
  const folder = mkdtempSync(join(tmpdir(), "codex-page-"));
  const file = join(folder, "transcript");
  try {
    writePieces(file, pieces);
    const pagerEnv = { ...env, LESS: env["LESS"] ?? "-R" };
    const exit = await runOnTerminal(screen, [...argv, file], { cwd, env: pagerEnv, signal });
    return exit.type !== "failed";
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writePieces(file: string, pieces: Iterable<string>): void {
  const fd = openSync(file, "wx", 0o600);
  try {
    for (const piece of pieces) writeSync(fd, piece);
  } finally {
    closeSync(fd);
  }
}
