// What the turns of a thread use: the model and who may do what, as configured and as a front end has changed it since.

import type { Config } from "../config/config";
import {
  BUNDLED_CATALOG,
  defaultModel,
  modelInfo,
  readCatalog,
  type Catalog,
  type ModelInfo,
} from "../model/catalog";
import type { PermissionProfile, SandboxPolicy } from "../protocol/policy";
import type { ListedModel, NamedProfile, PickerModel, ThreadSettings } from "../protocol/thread";
import type { TurnContext } from "../protocol/rollout";
import { modeOf } from "./context";
import effortTexts from "./efforts.md" with { type: "text" };

/** Effort in plan mode unless `plan_mode_reasoning_effort` says otherwise (config.md 7.1). */
const PLAN_EFFORT = "medium";

export type Settings = {
  /** What the next turn will use. */
  readonly next: () => ThreadSettings;
  /** Counts from the next turn on. */
  readonly change: (change: Partial<ThreadSettings>) => void;
  /** A turn begins: what was `next` is in force. */
  readonly adopt: () => void;
  /** In force, as are all that follow. */
  readonly current: () => ThreadSettings;
  /** The configuration with the settings in the places where it has them. */
  readonly config: () => Config;
  /** The same for what the next turn will use. */
  readonly nextConfig: () => Config;
  readonly model: () => ModelInfo;
  /** What is asked of the model; undefined leaves it to the model. */
  readonly effort: () => string | undefined;
  readonly modelNamed: (slug: string) => ModelInfo;
};

/** The catalog in force: the bundled one, or that of `model_catalog_json`. @throws UserError for a file that cannot be used */
export async function modelCatalog({ toml }: Pick<Config, "toml">): Promise<Catalog> {
  return toml.model_catalog_json === undefined ? BUNDLED_CATALOG : readCatalog(toml.model_catalog_json);
}

/** The models to choose from, the default first among its equals. @throws as `modelCatalog` */
export async function pickerModels(config: Config): Promise<readonly PickerModel[]> {
  return (await allModels(config)).filter(({ hidden }) => !hidden);
}

/** The same with those that are hidden. @throws as `modelCatalog` */
export async function allModels(config: Config): Promise<readonly ListedModel[]> {
  const catalog = await modelCatalog(config);
  const first = defaultModel(catalog);
  return catalog
    .toSorted((a, b) => a.priority - b.priority)
    .map(({ slug }) => modelInfo(slug, config, catalog))
    .filter(({ visibility }) => visibility !== "none")
    .map((model) => ({
      slug: model.slug,
      displayName: model.displayName,
      description: model.description,
      isDefault: model.slug === first,
      efforts: model.efforts.map(({ effort, description }) => ({
        effort,
        description: description === "" ? effortText(effort) : description,
      })),
      defaultEffort: model.defaultReasoningLevel,
      hidden: model.visibility !== "list",
      acceptsImages: model.supportsImages,
      supportsPersonality: model.supportsPersonality,
      serviceTiers: model.serviceTiers,
    }));
}

export function threadSettings(configured: Config, catalog: Catalog): Settings {
  const { toml } = configured;
  const modelNamed = (slug: string) => modelInfo(slug, configured, catalog);
  let next: ThreadSettings = {
    model: configured.model ?? defaultModel(catalog),
    effort: toml.model_reasoning_effort,
    planEffort: toml.plan_mode_reasoning_effort ?? PLAN_EFFORT,
    approvalPolicy: configured.approvalPolicy,
    sandboxPolicy: configured.sandboxPolicy,
    permissionProfile: configuredProfile(configured),
    cwd: configured.cwd,
    summary: toml.model_reasoning_summary,
    serviceTier: toml.service_tier,
    collaborationMode: "default",
  };
  let current = next;
  let config = configured;
  /** A profile holds until another policy is chosen; that of the configuration comes back with its own. */
  const profileUnder = (policy: SandboxPolicy | undefined): NamedProfile | undefined => {
    if (policy === undefined || Bun.deepEquals(policy, next.sandboxPolicy)) return next.permissionProfile;
    return Bun.deepEquals(policy, configured.sandboxPolicy) ? configuredProfile(configured) : undefined;
  };
  let model = modelNamed(next.model);

  return {
    next: () => next,
    change(change) {
      next = { ...next, permissionProfile: profileUnder(change.sandboxPolicy), ...change };
    },
    adopt() {
      if (next === current) return;
      if (next.model !== current.model) model = modelNamed(next.model);
      config = withSettings(configured, next);
      current = next;
    },
    current: () => current,
    config: () => config,
    nextConfig: () => withSettings(configured, next),
    model: () => model,
    effort: () => (current.collaborationMode === "plan" ? planEffort(current, model) : current.effort),
    modelNamed,
  };
}

/**
 * What a turn was told, as settings; what it does not say is as in `otherwise`. Its policy counts only where it says all:
 * a profile that forbids reading, or that the configuration names now, has no policy that would do the same.
 */
export function recordedSettings(
  turn: TurnContext,
  otherwise: ThreadSettings,
  { permissionProfile }: Pick<Config, "permissionProfile">,
): ThreadSettings {
  const wholePolicy = permissionProfile === undefined && !forbidsReading(turn.permission_profile);
  return {
    ...otherwise,
    model: turn.model,
    ...(modeOf(turn) === "plan" ? { planEffort: turn.effort } : { effort: turn.effort }),
    approvalPolicy: turn.approval_policy,
    sandboxPolicy: wholePolicy ? turn.sandbox_policy : otherwise.sandboxPolicy,
    collaborationMode: modeOf(turn),
  };
}

function forbidsReading(profile: PermissionProfile | undefined): boolean {
  if (profile?.type !== "managed" || profile.file_system.type === "unrestricted") return false;
  return profile.file_system.entries.some(({ access }) => access === "deny");
}

/** A model that does not know the effort of plan mode gets its own default. */
function planEffort({ planEffort }: ThreadSettings, model: ModelInfo): string | undefined {
  const known = model.efforts.some(({ effort }) => effort === planEffort);
  return known || model.efforts.length === 0 ? planEffort : undefined;
}

function configuredProfile({ permissionProfile, toml }: Config): NamedProfile | undefined {
  if (permissionProfile === undefined) return undefined;
  return { name: toml.default_permissions ?? "", profile: permissionProfile };
}

function withSettings(configured: Config, settings: ThreadSettings): Config {
  const {
    model_reasoning_effort: _,
    model_reasoning_summary: __,
    service_tier: ___,
    ...toml
  } = configured.toml;
  const { model, effort, approvalPolicy, sandboxPolicy, permissionProfile, allowLandlock } = settings;
  const { cwd = configured.cwd, summary, serviceTier } = settings;
  return {
    ...configured,
    model,
    cwd,
    approvalPolicy,
    sandboxPolicy,
    permissionProfile: permissionProfile?.profile,
    toml: {
      ...toml,
      ...(effort !== undefined && { model_reasoning_effort: effort }),
      ...(summary !== undefined && { model_reasoning_summary: summary }),
      ...(serviceTier !== undefined && { service_tier: serviceTier }),
      ...(allowLandlock !== undefined && {
        sandbox_linux: { ...toml.sandbox_linux, allow_landlock: allowLandlock },
      }),
    },
  };
}

/** One line about an effort; empty for one that nobody described. */
function effortText(effort: string): string {
  const line = effortTexts.split("\n").find((candidate) => candidate.startsWith(`${effort}: `));
  return line?.slice(effort.length + 2) ?? "";
}
