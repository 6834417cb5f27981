// Asks for the model and how hard it thinks, and keeps the choice (tui.md 6.1).

import type { Config } from "../../config/config";
import { editConfigFile, type ConfigEdit } from "../../config/edit";
import { tryLock } from "../../exec/libc";
import type { PickerModel, ThreadSettings } from "../../protocol/thread";
import { BACK_FOOTER, type Choice } from "../questions/choice";
import { choose } from "../questions/choose";
import type { Screen } from "../terminal/screen";
import type { Theme } from "../terminal/theme";

export type ModelPickerOptions = {
  readonly screen: Screen;
  readonly theme: Theme;
  readonly models: readonly PickerModel[];
  /** In force now. */
  readonly settings: ThreadSettings;
};

export type PickedModel = {
  readonly model: string;
  readonly effort: string | undefined;
  /** In plan mode an effort may be meant for that mode alone. */
  readonly scope: "plan" | "everywhere";
};

const EFFORT_NAMES: Readonly<Record<string, string>> = {
  none: "None",
  minimal: "Minimal",
  low: "Low",
  medium: "Medium",
  high: "High",
  xhigh: "Extra high",
};

/** Esc in the second list goes back to the first. */
export async function pickModel(options: ModelPickerOptions): Promise<PickedModel | "cancelled"> {
  const { screen, theme, models, settings } = options;
  for (;;) {
    const model = await choose<PickerModel>({
      screen,
      theme,
      title: "Select Model and Effort",
      subtitle: "Access legacy models by running codex -m <model_name> or in your config.toml",
      options: models.map((one) => ({
        value: one,
        label: marked(one.displayName, one.slug === settings.model, one.isDefault),
        ...(one.description === "" ? {} : { hint: one.description }),
      })),
      ...initial(models.find(({ slug }) => slug === settings.model)),
      footer: BACK_FOOTER,
    });
    if (model === "cancelled") return "cancelled";
    const effort = await pickEffort(model, options);
    if (effort === "cancelled") continue;
    const scope = await pickScope(effort.effort, options);
    if (scope !== "cancelled") return { model: model.slug, effort: effort.effort, scope };
  }
}

/**
 * Writes the choice to the file that holds such settings: the profile's where one is active, else the user's.
 * @throws UserError when it cannot be written; the choice can still be used
 */
export function saveModel(config: Pick<Config, "activeConfigPath">, picked: PickedModel): void {
  const { model, effort, scope } = picked;
  const key = scope === "plan" ? "plan_mode_reasoning_effort" : "model_reasoning_effort";
  const edits: readonly ConfigEdit[] = [
    { type: "set", path: ["model"], value: model },
    effort === undefined ? { type: "delete", path: [key] } : { type: "set", path: [key], value: effort },
  ];
  editConfigFile(config.activeConfigPath, edits, { tryLock });
}

/** `Model changed to gpt-5.5 medium` */
export function modelNotice({ model, effort, scope }: PickedModel): string {
  const plan = scope === "plan" ? " in plan mode" : "";
  return `Model changed to ${model}${effort === undefined ? "" : ` ${effort}${plan}`}`;
}

/** Of a model with one effort there is nothing to ask. */
async function pickEffort(
  model: PickerModel,
  { screen, theme, settings }: ModelPickerOptions,
): Promise<{ readonly effort: string | undefined } | "cancelled"> {
  const { efforts, defaultEffort } = model;
  if (efforts.length < 2) return { effort: efforts[0]?.effort };
  const isCurrent = model.slug === settings.model;
  const now = settings.effort ?? defaultEffort;
  const values = efforts.map(({ effort, description }): Choice<{ readonly effort: string }> => ({
    value: { effort },
    label: marked(EFFORT_NAMES[effort] ?? effort, isCurrent && effort === now, effort === defaultEffort),
    ...(description === "" ? {} : { hint: description }),
  }));
  return await choose({
    screen,
    theme,
    title: `Select Reasoning Level for ${model.displayName}`,
    options: values,
    ...initial(values.find(({ value }) => value.effort === (isCurrent ? now : defaultEffort))?.value),
    footer: BACK_FOOTER,
  });
}

async function pickScope(
  effort: string | undefined,
  { screen, theme, settings }: ModelPickerOptions,
): Promise<PickedModel["scope"] | "cancelled"> {
  if (settings.collaborationMode !== "plan" || effort === undefined) return "everywhere";
  return await choose<PickedModel["scope"]>({
    screen,
    theme,
    title: `Where does ${EFFORT_NAMES[effort] ?? effort} reasoning apply?`,
    options: [
      { value: "plan", label: "Plan mode only" },
      { value: "everywhere", label: "All modes" },
    ],
    footer: BACK_FOOTER,
  });
}

function marked(name: string, isCurrent: boolean, isDefault: boolean): string {
  return `${name}${isDefault ? " (default)" : ""}${isCurrent ? " (current)" : ""}`;
}

function initial<T>(value: T | undefined): { readonly initial?: T } {
  return value === undefined ? {} : { initial: value };
}
