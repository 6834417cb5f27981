// What the turns of a thread use: the model and who may do what, as configured and as a front end has changed it since.

import type { LoginSession } from "../auth/session";
import type { Config } from "../config/config";
import { RESERVED_PROVIDERS } from "../config/providers";
import {
  BUNDLED_CATALOG,
  defaultModel,
  modelInfo,
  readCatalog,
  type Catalog,
  type ModelInfo,
} from "../model/catalog";
import { credentialSource } from "../model/credential-source";
import type { PermissionProfile, SandboxPolicy } from "../protocol/policy";
import type { ListedModel, NamedProfile, PickerModel, ThreadSettings } from "../protocol/thread";
import type { TurnContext } from "../protocol/rollout";
import type { ClientProgram } from "./thread-options";
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
  /** The models to choose from, the default first among its equals. */
  readonly models: () => readonly PickerModel[];
};

/** Who asks for the catalog: a program with a login. */
export type CatalogAsker = {
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly originator: string;
  readonly client?: ClientProgram | undefined;
  readonly honoursApiKeyVariable: boolean;
  /** Ends the wait for a server's list. */
  readonly giveUp?: AbortSignal | undefined;
};

/**
 * The catalog in force: that of `model_catalog_json`; with a ChatGPT login or a provider's own command, what the server
 * lists (config.md 18.4); else the bundled one.
 * @throws UserError for a file that cannot be used; a server that does not answer is no error
 */
export async function modelCatalog(
  asker: CatalogAsker,
  login: LoginSession = credentialSource(asker),
): Promise<Catalog> {
  const { toml } = asker.config;
  if (toml.model_catalog_json !== undefined) return readCatalog(toml.model_catalog_json);
  const isAccount = await isListedFor(asker, login);
  if (isAccount === undefined) return BUNDLED_CATALOG;
  const { remoteCatalog } = await import("../model/remote-catalog");
  return remoteCatalog({ ...asker, login, isAccount });
}

/** A response has named the version of the list that the server has now. Never rejects. */
export async function catalogAnnounced(
  asker: CatalogAsker,
  login: LoginSession,
  etag: string,
): Promise<void> {
  if (asker.config.toml.model_catalog_json !== undefined) return;
  const isAccount = await isListedFor(asker, login);
  if (isAccount === undefined) return;
  const { renewCatalog } = await import("../model/remote-catalog");
  await renewCatalog({ ...asker, login, isAccount }, etag);
}

/** Whether a list may be asked for, and then if for an account. Undefined: there is none for this login. */
async function isListedFor({ config }: CatalogAsker, login: LoginSession): Promise<boolean | undefined> {
  const { id } = config.provider;
  if (id !== "openai" && RESERVED_PROVIDERS.includes(id)) return undefined; // a server on this machine
  const kind = await login.kind();
  return kind === "other" ? undefined : kind === "account";
}

/** The models to choose from, the default first among its equals. */
export function pickerModels(config: Config, catalog: Catalog): readonly PickerModel[] {
  return allModels(config, catalog).filter(({ hidden }) => !hidden);
}

/** The same with those that are hidden. */
export function allModels(config: Config, catalog: Catalog): readonly ListedModel[] {
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
    models: () => pickerModels(configured, catalog),
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
