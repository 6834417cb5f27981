// Every scenario.

import { badPatches } from "./bad-patches";
import { commands } from "./commands";
import { failures } from "./failures";
import { goals } from "./goals";
import { hooks } from "./hooks";
import { messages } from "./messages";
import { patches } from "./patches";
import { prompts } from "./prompts";
import { reviews } from "./reviews";
import { running } from "./running";
import type { Scenario } from "./scenario";
import { sessions } from "./sessions";
import { settings } from "./settings";
import { tools } from "./tools";

export const SCENARIOS: readonly Scenario[] = [
  ...messages,
  ...commands,
  ...running,
  ...patches,
  ...badPatches,
  ...tools,
  ...goals,
  ...failures,
  ...hooks,
  ...prompts,
  ...sessions,
  ...reviews,
  ...settings,
];
