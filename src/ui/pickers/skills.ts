// The skills menu: what there is, and which are on (tui.md 3).

import type { Config } from "../../config/config";
import { editConfigFile } from "../../config/edit";
import type { Skill } from "../../protocol/thread";
import { BACK_FOOTER } from "../questions/choice";
import { choose } from "../questions/choose";
import { chooseMany } from "../questions/choose-many";
import { visibleLine } from "../questions/visible";
import type { Screen } from "../terminal/screen";
import type { Theme } from "../terminal/theme";

export type SkillsMenuOptions = {
  readonly screen: Screen;
  readonly theme: Theme;
  readonly skills: readonly Skill[];
};

export type SkillsMenuEnd =
  /** To be put into the composer. */
  | { readonly type: "insert"; readonly skill: Skill }
  /** The skills that are to be on from now; the others are off. */
  | { readonly type: "enable"; readonly enabled: readonly Skill[] }
  | { readonly type: "cancelled" };

/** Esc in a list goes back to the menu. */
export async function skillsMenu(options: SkillsMenuOptions): Promise<SkillsMenuEnd> {
  for (;;) {
    const picked = await choose({
      ...options,
      title: "Skills",
      subtitle: "Choose an action",
      options: [
        { value: "list", label: "List skills", hint: "Use one in your next message." },
        { value: "enable", label: "Enable/Disable Skills", hint: "Turn them on or off." },
      ],
      footer: BACK_FOOTER,
    });
    if (picked === "cancelled") return { type: "cancelled" };
    const end = picked === "list" ? await pickSkill(options) : await pickEnabled(options);
    if (end !== undefined) return end;
  }
}

/**
 * Keeps which skills are off. Only what has changed is written.
 * @throws UserError when the file cannot be changed
 */
export function saveSkills(
  config: Pick<Config, "userConfigPath" | "toml">,
  skills: readonly Skill[],
  enabled: readonly Skill[],
): void {
  const wanted = new Set(enabled.map(({ path }) => path));
  const changed = skills.filter(({ path, enabled: isOn }) => wanted.has(path) !== isOn);
  if (changed.length === 0) return;
  const isOfChanged = (entry: { path?: string; name?: string }) =>
    changed.some(({ path, name }) => entry.path === path || entry.name === name);
  const kept = (config.toml.skills?.config ?? []).filter((entry) => !isOfChanged(entry));
  const off = changed.filter(({ path }) => !wanted.has(path)).map(({ path }) => ({ path, enabled: false }));
  const entries = [...kept, ...off];
  const path = ["skills", "config"];
  editConfigFile(config.userConfigPath, [
    { type: "delete", path },
    ...(entries.length === 0 ? [] : [{ type: "set", path, value: entries } as const]),
  ]);
}

async function pickSkill(options: SkillsMenuOptions): Promise<SkillsMenuEnd | undefined> {
  const skill = await choose<Skill>({
    ...options,
    title: "Skills",
    options: options.skills
      .filter(({ enabled }) => enabled)
      .map((one) => ({ value: one, label: visibleLine(one.name), hint: visibleLine(one.description) })),
    searchable: true,
    footer: "Press enter to insert or esc to go back",
  });
  return skill === "cancelled" ? undefined : { type: "insert", skill };
}

async function pickEnabled(options: SkillsMenuOptions): Promise<SkillsMenuEnd | undefined> {
  const enabled = await chooseMany<Skill>({
    ...options,
    title: "Enable/Disable Skills",
    subtitle: "What is off is neither shown to the model nor offered behind $.",
    options: options.skills.map((one) => ({
      value: one,
      label: visibleLine(one.name),
      hint: visibleLine(one.description),
    })),
    checked: options.skills.filter((one) => one.enabled),
    searchable: true,
    footer: "Press space to toggle, enter to save or esc to go back",
  });
  return enabled === "cancelled" ? undefined : { type: "enable", enabled };
}
