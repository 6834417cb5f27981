// What the composer of a session is given: commands, history, keys, and how to tell an image.

import type { Skill } from "../protocol/thread";
import { COMMANDS } from "./commands/table";
import type { ComposerSources } from "./composer/actions";
import { openPromptHistory, type PromptHistoryFile } from "./composer/prompt-history";
import { imagePath } from "./files/image-path";
import { createKeymap } from "./keymap/keymap";
import type { PromptUiOptions } from "./options";

/** Asked whenever it is needed. */
export type SessionFacts = { readonly cwd: () => string; readonly skills: () => readonly Skill[] };

/** @throws UserError for key bindings that make no sense */
export function composerParts(
  { config, env }: Pick<PromptUiOptions, "config" | "env">,
  facts: SessionFacts,
  plain: boolean,
): { readonly sources: ComposerSources; readonly history: PromptHistoryFile } {
  const { toml, codexHome } = config;
  const history = openPromptHistory({
    codexHome,
    persistence: toml.history?.persistence,
    maxBytes: toml.history?.max_bytes,
  });
  const isWsl = (env["WSL_DISTRO_NAME"] ?? "") !== "";
  const sources: ComposerSources = {
    commands: COMMANDS,
    skills: facts.skills,
    history,
    keymap: createKeymap(toml.tui?.keymap),
    imagePath: (text) => imagePath(text, { cwd: facts.cwd(), isWsl }),
    pasteBurst: !plain && toml.disable_paste_burst !== true,
    firstHint: Math.floor(Math.random() * 8),
    isWsl,
    vim: toml.tui?.vim_mode_default ?? false,
  };
  return { sources, history };
}
