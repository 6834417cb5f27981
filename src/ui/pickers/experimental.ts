// Check boxes for the experimental features, kept in config.toml for the next conversation (tui.md 3).

import type { Config } from "../../config/config";
import { editConfigFile, type ConfigEdit } from "../../config/edit";
import { tryLock } from "../../exec/libc";
import { FEATURES } from "../../config/features";
import { chooseMany } from "../questions/choose-many";
import type { Screen } from "../terminal/screen";
import type { Theme } from "../terminal/theme";

export type ExperimentalOptions = {
  readonly screen: Screen;
  readonly theme: Theme;
  readonly config: Pick<Config, "features" | "activeConfigPath">;
};

const LISTED = FEATURES.filter(({ stage }) => stage === "experimental");

/**
 * Writes what was changed to `[features]`.
 * @returns the names of the features that were switched, or `cancelled`
 * @throws UserError when the file cannot be changed
 */
export async function pickExperimental({
  screen,
  theme,
  config,
}: ExperimentalOptions): Promise<readonly string[] | "cancelled"> {
  const isOn = (name: string) => config.features.get(name) === true;
  const wanted = await chooseMany<string>({
    screen,
    theme,
    title: "Experimental features",
    subtitle: "Changes are saved to config.toml and count from the next conversation on.",
    options: LISTED.map(({ name }) => ({ value: name, label: name.replaceAll("_", " ") })),
    checked: LISTED.map(({ name }) => name).filter(isOn),
    footer: "Press space to select or enter to save for next conversation",
  });
  if (wanted === "cancelled") return "cancelled";
  const changed = LISTED.filter(({ name }) => wanted.includes(name) !== isOn(name));
  const edits = changed.map(({ name }): ConfigEdit => ({
    type: "set",
    path: ["features", name],
    value: wanted.includes(name),
  }));
  if (edits.length > 0) editConfigFile(config.activeConfigPath, edits, { tryLock });
  return changed.map(({ name }) => name);
}
