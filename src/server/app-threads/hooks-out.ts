// Hooks as the protocol shows them: those that are configured, and their runs (app-server.md 5 and 15).

import type { Hook, HookRun } from "../../protocol/hooks";
import type { Params } from "../app/client";

type Placed = Pick<Hook, "event" | "file" | "source" | "order">;

/** One that is configured. */
export function hookOut(hook: Hook): Params {
  const { key, matcher = null, command, timeout, statusMessage = null, enabled, trust, hash } = hook;
  return {
    key,
    ...placedOut(hook),
    matcher,
    command,
    timeoutSec: timeout,
    statusMessage,
    pluginId: null,
    enabled,
    isManaged: trust === "managed",
    currentHash: hash,
    trustStatus: trust,
  };
}

/** Every hook is waited for; that of the beginning of a session concerns the thread. */
export function hookRunOut(run: HookRun): Params {
  const { id, event, status, statusMessage, startedAt, durationMs, entries } = run;
  const seconds = (milliseconds: number) => Math.floor(milliseconds / 1000);
  return {
    id,
    ...placedOut(run),
    executionMode: "sync",
    scope: event === "SessionStart" ? "thread" : "turn",
    status,
    statusMessage,
    startedAt: seconds(startedAt),
    completedAt: durationMs === null ? null : seconds(startedAt + durationMs),
    durationMs,
    entries,
  };
}

/** Every hook is a command. */
function placedOut({ event, file, source, order }: Placed): Params {
  return {
    eventName: event.charAt(0).toLowerCase() + event.slice(1),
    handlerType: "command",
    sourcePath: file,
    source: source === "flags" ? "sessionFlags" : source,
    displayOrder: order,
  };
}
