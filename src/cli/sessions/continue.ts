// `codex resume` and `codex fork`: the interface, begun with an earlier session or a copy of it (cli.md 3.3).

import type { Invocation, Level } from "../grammar/spec";
import { startPromptUi } from "../prompt-ui";
import { beginOf, selectionOf } from "./selection";

/** @throws UserError when there is no terminal, or no such session */
export function run(invocation: Invocation): Promise<number> {
  const selection = selectionOf(invocation);
  return startPromptUi(withOwnImages(invocation), {
    prompt: selection.prompt,
    begin: (config) => beginOf(selection, config),
  });
}

/** Images named behind the word `resume` stand in place of those before it (cli.md 3.2). */
function withOwnImages(invocation: Invocation): Invocation {
  const [root, ...own] = invocation.levels;
  if (!own.some(({ values }) => values.has("image"))) return invocation;
  const rest: Level = { ...root, values: new Map([...root.values].filter(([name]) => name !== "image")) };
  return { ...invocation, levels: [rest, ...own] };
}
