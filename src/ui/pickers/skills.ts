// The skills menu: what there is, and which are on (tui.md 3).

import type { Config, TomlTable } from "../../config/config";
import { editConfigFile, type ConfigEdit } from "../../config/edit";
import { valueAt } from "../../config/toml-text";
import { tryLock } from "../../exec/libc";
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
  config: Pick<Config, "userConfigPath">,
  skills: readonly Skill[],
  enabled: readonly Skill[],
): void {
  const wanted = new Set(enabled.map(({ path }) => path));
  const changed = skills.filter(({ path, enabled: isOn }) => wanted.has(path) !== isOn);
  if (changed.length === 0) return;
  const isOfChanged = (entry: SkillEntry) =>
    changed.some(({ path, name }) => entry.path === path || entry.name === name);
  const off = changed.filter(({ path }) => !wanted.has(path)).map(({ path }) => ({ path, enabled: false }));
  const path = ["skills", "config"];
  const edits = (current: TomlTable): readonly ConfigEdit[] => {
    const entries = [...entriesIn(current).filter((entry) => !isOfChanged(entry)), ...off];
    return [
      { type: "delete", path },
      ...(entries.length === 0 ? [] : [{ type: "set", path, value: entries } as const]),
    ];
  };
  editConfigFile(config.userConfigPath, edits, { tryLock });
}

type SkillEntry = { readonly path?: string; readonly name?: string };

/** What another session has switched off meanwhile stays off. */
function entriesIn(current: TomlTable): readonly SkillEntry[] {
  const entries = valueAt(current, ["skills", "config"]);
  return Array.isArray(entries) ? (entries as readonly SkillEntry[]) : []; // The file was checked when it was loaded.
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
