// Lets the user edit the draft in an editor of their own (tui.md 2).

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { splitWords } from "../../util/shell-words";
import { UserError } from "../../util/user-error";
import { runOnTerminal, type Environment, type ProgramPlace } from "./lent-program";
import type { Screen } from "../terminal/screen";

/** What an editor gives back beyond this is refused. */
const DRAFT_BYTES = 8 * 1_048_576;

/**
 * The text after editing, without blanks at its end.
 * @throws UserError when there is no editor, or it fails
 */
export async function editExternally(
  screen: Screen,
  text: string,
  { cwd, env, signal }: ProgramPlace,
): Promise<string> {
  const argv = editorOf(env);
  const folder = mkdtempSync(join(tmpdir(), "codex-draft-"));
  const file = join(folder, "draft.md");
  try {
    writeFileSync(file, text, { mode: 0o600 });
    const exit = await runOnTerminal(screen, [...argv, file], { cwd, env, signal });
    if (exit.type === "failed") throw new UserError(`Failed to open the editor: ${exit.message}`);
    if (exit.type === "signaled" || exit.code !== 0) {
      throw new UserError(`The editor ${argv[0] ?? ""} did not end well; the draft is as it was.`);
    }
    if (statSync(file).size > DRAFT_BYTES) throw new UserError("The edited draft is too large.");
    return readFileSync(file, "utf8").trimEnd();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function editorOf(env: Environment): readonly string[] {
  const line = [env["VISUAL"], env["EDITOR"]].find((value) => value !== undefined && value.trim() !== "");
  const argv = line === undefined ? [] : (splitWords(line) ?? [line]);
  if (argv.length > 0) return argv;
  throw new UserError("Cannot open external editor: set $VISUAL or $EDITOR before starting Codex.");
}
