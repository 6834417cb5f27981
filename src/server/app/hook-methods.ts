// Hooks that are configured: hooks/list (app-server.md 5).

import { configFor } from "../app-threads/open-thread";
import { hookOut } from "../app-threads/hooks-out";
import { list, string, struct, withDefault } from "../rpc/decode";
import { folder } from "../rpc/folder";
import { RpcFailure } from "../rpc/message";
import { method, type App, type Method } from "./app";

export const HOOK_METHODS: readonly (readonly [string, Method])[] = [
  method(
    "hooks/list",
    struct("HooksListParams", { cwds: withDefault(list(string), []) }),
    async ({ cwds }, { app }) => {
      const folders = cwds.length === 0 ? [app.place.cwd] : cwds;
      return { data: await Promise.all(folders.map((cwd) => entryOf(cwd, app.place))) };
    },
  ),
];

/** Where hooks are switched off there are none. */
async function entryOf(cwd: string, place: App["place"]): Promise<object> {
  try {
    const config = await configFor({ cwd: folder(cwd) }, place);
    if (config.features.get("hooks") === false) return { cwd, hooks: [], warnings: [], errors: [] };
    const { findHooks } = await import("../../hooks/load");
    const { hooks, warnings } = findHooks(config);
    return { cwd, hooks: hooks.map(hookOut), warnings, errors: [] };
  } catch (error) {
    if (!(error instanceof RpcFailure)) throw error;
    return { cwd, hooks: [], warnings: [], errors: [{ path: cwd, message: error.message }] };
  }
}
