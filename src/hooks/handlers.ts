// Reads what stands under `hooks`: events, groups with their matchers, handlers. A fault costs the handler it is in, and no other.

import type { HookEventName } from "../protocol/hooks";
import { messageOf } from "../util/user-error";
import { HOOK_EVENTS } from "./events";
import { matcherOf } from "./matcher";
import type { HookDefinition } from "./trust";

export type Handler = {
  readonly event: HookEventName;
  readonly definition: HookDefinition;
  /** Places in the file, from 0; those that cannot be used count too. */
  readonly index: { readonly group: number; readonly handler: number };
};

type Table = Readonly<Record<string, unknown>>;

const DEFAULT_TIMEOUT_SECONDS = 600;
const MIN_TIMEOUT_SECONDS = 1;

/** @param warnings gets a line for everything that is left out, with the file and its place */
export function handlersIn(hooks: unknown, file: string, warnings: string[]): readonly Handler[] {
  if (hooks === undefined) return [];
  if (!isTable(hooks)) {
    warnings.push(`${file}: \`hooks\` must hold events, such as \`{"Stop": [...]}\``);
    return [];
  }
  const known = HOOK_EVENTS.map(({ name }): string => name);
  const unknown = Object.keys(hooks).filter((key) => key !== "state" && !known.includes(key));
  for (const name of unknown) {
    warnings.push(`${file}: \`hooks.${name}\` is no hook event; there are ${known.join(", ")}`);
  }
  return HOOK_EVENTS.flatMap(({ name, snake, matches }) => {
    const groups = hooks[name];
    if (groups === undefined || groups === null) return [];
    if (!Array.isArray(groups)) {
      warnings.push(`${file}: \`hooks.${name}\` must be a list`);
      return [];
    }
    return groups.flatMap((group: unknown, index) => {
      const place = `hooks.${name}[${index}]`;
      const read = groupOf(group, matches !== undefined);
      if ("problem" in read) {
        const { at, problem } = read;
        warnings.push(`${file}: \`${place}${at}\` ${problem}`);
        return [];
      }
      return read.handlers.flatMap((handler, number): Handler[] => {
        const definition = definitionOf(handler);
        if (typeof definition === "string") {
          warnings.push(`${file}: \`${place}.hooks[${number}]\` ${definition}`);
          return [];
        }
        const { matcher } = read;
        return [
          {
            event: name,
            definition: { event: snake, matcher, ...definition },
            index: { group: index, handler: number },
          },
        ];
      });
    });
  });
}

export function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

type Group = { readonly matcher: string | undefined; readonly handlers: readonly unknown[] };

/** @param matched whether its event takes a matcher; where it does not, one is passed over */
function groupOf(
  group: unknown,
  matched: boolean,
): Group | { readonly at: string; readonly problem: string } {
  if (!isTable(group)) return { at: "", problem: "must be an object with `hooks`" };
  const { matcher = null, hooks = [] } = group;
  if (!Array.isArray(hooks)) return { at: ".hooks", problem: "must be a list" };
  if (matcher === null || !matched) return { matcher: undefined, handlers: hooks };
  if (typeof matcher !== "string") return { at: ".matcher", problem: "must be text" };
  try {
    matcherOf(matcher);
  } catch (error) {
    return { at: ".matcher", problem: `is no regular expression: ${messageOf(error)}` };
  }
  return { matcher, handlers: hooks };
}

/** What is wrong with it completes a sentence that begins with its place. */
function definitionOf(handler: unknown): Omit<HookDefinition, "event" | "matcher"> | string {
  if (!isTable(handler)) return "must be an object with `type` and `command`";
  const { type, command, timeout = null, statusMessage = null } = handler;
  const commandWindows = handler["commandWindows"] ?? handler["command_windows"] ?? null;
  if (type === "prompt" || type === "agent") return `is skipped: ${type} hooks are not supported`;
  if (type !== "command") return 'needs `type = "command"`';
  if (handler["async"] === true) return "is skipped: async hooks are not supported";
  if (typeof command !== "string") return "needs a `command`";
  if (command.trim() === "") return "has an empty `command`";
  if (timeout !== null && (typeof timeout !== "number" || !Number.isInteger(timeout) || timeout < 0))
    return "has a `timeout` that is no whole number of seconds";
  if (statusMessage !== null && typeof statusMessage !== "string")
    return "has a `statusMessage` that is no text";
  if (commandWindows !== null && typeof commandWindows !== "string")
    return "has a `commandWindows` that is no text";
  return {
    command: process.platform === "win32" ? (commandWindows ?? command) : command,
    timeout: Math.max(timeout ?? DEFAULT_TIMEOUT_SECONDS, MIN_TIMEOUT_SECONDS),
    statusMessage: statusMessage ?? undefined,
  };
}
