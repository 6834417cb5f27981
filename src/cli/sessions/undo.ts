// `codex undo`: puts back the files that the last turn in this folder has changed; `--redo` takes that back.

import { relative } from "node:path";
import type { UndoResult } from "../../protocol/thread";
import { confine } from "../../sandbox/confine";
import { redoLastTurn, undoLastTurn, type UndoOptions } from "../../tools/checkpoint/undo";
import type { Invocation } from "../grammar/spec";
import { loadedConfig } from "../loaded-config";
import { writeOutput } from "../output";

/** Exit code 1 when there is nothing to put back. */
export async function run(invocation: Invocation): Promise<number> {
  const config = await loadedConfig(invocation);
  const { codexHome, cwd } = config;
  const options: UndoOptions = {
    ...{ codexHome, cwd, env: process.env },
    confine: (profile) =>
      confine(profile, {
        ...{ cwd, codexHome, env: process.env },
        windows: config.toml.windows,
        allowLandlock: config.toml.sandbox_linux?.allow_landlock,
      }),
    unconfined: config.sandboxPolicy.type === "danger-full-access",
  };
  const redo = invocation.levels.at(-1)?.switches.has("redo") === true;
  const result = redo ? redoLastTurn(options) : await undoLastTurn(options);
  if (result.type !== "restored") {
    await writeOutput(2, `${result.reason}\n`);
    return 1;
  }
  await writeOutput(1, report(result, cwd, redo));
  return 0;
}

function report(
  { files, notRestored, gap }: UndoResult & { readonly type: "restored" },
  cwd: string,
  redo: boolean,
): string {
  const count = `${files.length} ${files.length === 1 ? "file" : "files"}`;
  const head = redo ? `Brought back ${count}:` : `Put back ${count} to before the last turn:`;
  const shown = (path: string) => (path.startsWith(`${cwd}/`) ? relative(cwd, path) : path);
  const left = notRestored.map(({ path, reason }) => `  ${shown(path)}: ${reason}`);
  return [
    ...(files.length === 0 ? ["No file was put back."] : [head, ...files.map((path) => `  ${shown(path)}`)]),
    ...(left.length === 0 ? [] : ["Left as they are:", ...left]),
    ...(gap === undefined ? [] : [gap]),
    ...(redo || files.length === 0 ? [] : ["`codex undo --redo` takes this back."]),
    "",
  ].join("\n");
}
