// The models to choose from: model/list (app-server.md 9).

import { allModels, modelCatalog } from "../../agent/settings";
import type { ListedModel } from "../../protocol/thread";
import { configFor } from "../app-threads/open-thread";
import { boolean, optional, string, struct, withDefault } from "../rpc/decode";
import { method, type Method } from "./app";
import { pageOf, u32 } from "./params";

const NO_EFFORT = "none";
/** The tier that clients know by the name of its speed. */
const FAST = { id: "priority", name: "Fast", speed: "fast" };

export const MODEL_METHODS: readonly (readonly [string, Method])[] = [
  method(
    "model/list",
    struct("ModelListParams", {
      cursor: optional(string),
      limit: optional(u32),
      includeHidden: withDefault(boolean, false),
    }),
    async ({ includeHidden, ...page }, { app, client }) => {
      const config = await configFor({}, app.place);
      const { env } = app.place;
      const { info } = client;
      const asker = { config, env, originator: info.name, client: info, honoursApiKeyVariable: false };
      const models = allModels(config, await modelCatalog(asker));
      const shown = models.filter(({ hidden }) => includeHidden || !hidden).map(modelOut);
      return pageOf(shown, page, "models");
    },
  ),
];

function modelOut(model: ListedModel): object {
  const { slug, serviceTiers } = model;
  return {
    id: slug,
    model: slug,
    upgrade: null,
    upgradeInfo: null,
    availabilityNux: null,
    displayName: model.displayName,
    description: model.description,
    hidden: model.hidden,
    supportedReasoningEfforts: model.efforts.map(({ effort, description }) => ({
      reasoningEffort: effort,
      description,
    })),
    defaultReasoningEffort: model.defaultEffort ?? NO_EFFORT,
    inputModalities: model.acceptsImages ? ["text", "image"] : ["text"],
    supportsPersonality: model.supportsPersonality,
    additionalSpeedTiers: serviceTiers.includes(FAST.id) ? [FAST.speed] : [],
    serviceTiers: serviceTiers.map((id) => ({
      id,
      name: id === FAST.id ? FAST.name : id,
      description: "",
    })),
    defaultServiceTier: null,
    isDefault: model.isDefault,
  };
}
