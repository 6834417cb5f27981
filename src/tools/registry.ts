// All model tools, in the order in which they are advertised (agent.md 4.1).

import type { Config } from "../config/config";
import type { ModelInfo } from "../model/catalog";
import type { ToolCallItem } from "../protocol/response-items";
import { applyPatch } from "./apply-patch";
import { execCommand } from "./exec-command";
import { requestUserInput } from "./request-user-input";
import { shellCommand } from "./shell-command";
import type { Tool, ToolSpec } from "./tool";
import { updatePlan } from "./update-plan";
import { viewImage } from "./view-image";
import { webSearchSpec } from "./web-search";
import { writeStdin } from "./write-stdin";

const TOOLS: readonly Tool[] = [
  execCommand,
  writeStdin,
  shellCommand,
  updatePlan,
  requestUserInput,
  applyPatch,
  viewImage,
];

/** The request's `tools` array. The order never changes within a thread, so that prompts stay cacheable. */
export function advertisedTools(model: ModelInfo, config: Config): readonly ToolSpec[] {
  const specs = [...TOOLS.map((tool) => tool.advertise(model, config)), webSearchSpec(model, config)];
  return specs.filter((spec) => spec !== null);
}

/** Any known tool may be called, advertised or not; a call with a namespace is not one of these. */
export function findTool(call: ToolCallItem): Tool | undefined {
  if (call.type === "function_call" && call.namespace !== undefined) return undefined;
  return TOOLS.find((tool) => tool.name === call.name);
}
