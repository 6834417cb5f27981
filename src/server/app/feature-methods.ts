// What there is to choose from: features, modes of work, permission profiles (app-server.md 5).

import { FEATURES, type FeatureStage } from "../../config/features";
import { configFor } from "../app-threads/open-thread";
import { optional, string, struct } from "../rpc/decode";
import { folder } from "../rpc/folder";
import { method, type Method } from "./app";
import { anything, pageOf, u32 } from "./params";

const BUILT_IN_PROFILES = [":read-only", ":workspace", ":danger-full-access"];
const PLAN_EFFORT = "medium";

const STAGES: Readonly<Record<FeatureStage, string>> = {
  stable: "stable",
  experimental: "beta",
  "under development": "underDevelopment",
  deprecated: "deprecated",
  removed: "removed",
};

const page = { cursor: optional(string), limit: optional(u32) };

export const FEATURE_METHODS: readonly (readonly [string, Method])[] = [
  method(
    "experimentalFeature/list",
    struct("ExperimentalFeatureListParams", { ...page, threadId: optional(string) }),
    async (given, { app }) => {
      const { features } = await configFor({}, app.place);
      const shown = FEATURES.map(({ name, stage, byDefault }) => ({
        name,
        stage: STAGES[stage],
        displayName: null,
        description: null,
        announcement: null,
        enabled: features.get(name) ?? byDefault,
        defaultEnabled: byDefault,
      }));
      return pageOf(shown, given, "feature flags");
    },
  ),
  method(
    "collaborationMode/list",
    anything,
    async (_, { app }) => {
      const { toml } = await configFor({}, app.place);
      const effort = toml.plan_mode_reasoning_effort ?? PLAN_EFFORT;
      return {
        data: [
          { name: "Plan", mode: "plan", model: null, reasoning_effort: effort },
          { name: "Default", mode: "default", model: null, reasoning_effort: null },
        ],
      };
    },
    { experimental: true },
  ),
  method(
    "permissionProfile/list",
    struct("PermissionProfileListParams", { ...page, cwd: optional(string) }),
    async ({ cwd, ...given }, { app }) => {
      const { toml } = await configFor({ ...(cwd !== undefined && { cwd: folder(cwd) }) }, app.place);
      const own = Object.keys(toml.permissions ?? {}).toSorted();
      const shown = [...BUILT_IN_PROFILES, ...own].map((id) => ({ id, description: null }));
      return pageOf(shown, given, "permission profiles");
    },
  ),
];
