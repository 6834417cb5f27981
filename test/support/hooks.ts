// Hooks for a test: commands that keep what they are told, or answer; written into hooks.json and trusted, as a user would.

import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { HOOK_EVENTS } from "../../src/hooks/events";
import { definitionHash } from "../../src/hooks/trust";
import type { HookEventName } from "../../src/protocol/hooks";
import type { Box } from "./harness";

type Handler = {
  readonly command: string;
  readonly timeout?: number;
  readonly statusMessage?: string;
  readonly matcher?: string;
};

export type HookSet = Partial<Record<HookEventName, string | Handler | readonly (string | Handler)[]>>;

/** Appends what the hook is told to a file, a line each time, in one write. */
export const KEEP = 'line=$(cat); printf "%s\\n" "$line" >> "$HOME/told"';

/** A hook that prints this; anything but text as JSON. */
export function says(answer: unknown, exitCode = 0): string {
  const text = typeof answer === "string" ? answer : JSON.stringify(answer);
  return `cat > /dev/null; printf %s ${quoted(text)}; exit ${exitCode}`;
}

/** A hook that ends with code 2 and this on stderr. */
export function refuses(reason: string): string {
  return `cat > /dev/null; printf %s ${quoted(reason)} >&2; exit 2`;
}

/** `{"hookSpecificOutput": …}` with the name of the event in it. */
export function specific(event: HookEventName, fields: Readonly<Record<string, unknown>>) {
  return { hookSpecificOutput: { hookEventName: event, ...fields } };
}

/** Writes `hooks.json` of the user, a group for each handler, and trusts all of it unless told otherwise. */
export function installHooks(
  box: Pick<Box, "codexHome" | "write">,
  hooks: HookSet,
  { trusted = true }: { readonly trusted?: boolean } = {},
): void {
  const file = join(box.codexHome, "hooks.json");
  const groups = Object.fromEntries(
    Object.entries(hooks).map(([event, handlers]) => [event, handlersOf(handlers).map(groupOf)]),
  );
  box.write(file, JSON.stringify({ hooks: groups }));
  if (!trusted) return;
  for (const { name, snake, matches } of HOOK_EVENTS) {
    for (const [index, handler] of handlersOf(hooks[name] ?? []).entries()) {
      const { command, timeout = 600, statusMessage, matcher } = handler;
      const hash = definitionHash({
        event: snake,
        matcher: matches === undefined ? undefined : matcher,
        command,
        timeout,
        statusMessage,
      });
      trust(box, `${file}:${snake}:${index}:0`, hash);
    }
  }
}

/** As the user's own settings remember it. */
export function trust(box: Pick<Box, "codexHome">, key: string, hash: string): void {
  const table = `\n[hooks.state.${JSON.stringify(key)}]\ntrusted_hash = "${hash}"\n`;
  appendFileSync(join(box.codexHome, "config.toml"), table);
}

/** What hooks with `KEEP` were told, in order. */
export function told(box: Pick<Box, "home">): readonly Record<string, unknown>[] {
  const file = join(box.home, "told");
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

function handlersOf(handlers: HookSet[HookEventName]): readonly Handler[] {
  const all = handlers === undefined ? [] : isList(handlers) ? handlers : [handlers];
  return all.map((handler) => (typeof handler === "string" ? { command: handler } : handler));
}

function isList(handlers: NonNullable<HookSet[HookEventName]>): handlers is readonly (string | Handler)[] {
  return Array.isArray(handlers);
}

function groupOf({ matcher, ...handler }: Handler) {
  return { ...(matcher !== undefined && { matcher }), hooks: [{ type: "command", ...handler }] };
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
