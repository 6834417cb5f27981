// `--oss`: sees to it that the model server of this machine runs and has the model, before a session begins (agent.md 19).

import type { Config } from "../../config/config";
import { lmStudioReady } from "./lm-studio";
import { LOCAL_MODELS } from "./local-models";
import { ollamaReady } from "./ollama";
import type { Progress } from "./pull-progress";

/**
 * Downloads the model if it is missing. A provider of the user's own is their business.
 * @throws UserError when the server cannot be used, with what to do about it
 */
export async function localServerReady(
  config: Pick<Config, "modelProviderId" | "provider" | "model">,
  progress: Progress,
): Promise<void> {
  const { modelProviderId, provider } = config;
  const model = config.model ?? LOCAL_MODELS.get(modelProviderId) ?? "";
  if (modelProviderId === "ollama") await ollamaReady(provider.baseUrl, model, progress);
  if (modelProviderId === "lmstudio") await lmStudioReady(provider.baseUrl, model, progress);
}
