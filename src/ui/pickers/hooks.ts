// The hooks menu: which there are, which of them run, and the leave to do so; and the question about new ones at the start (tui.md 1 and 3).

import type { Config } from "../../config/config";
import { factsOf } from "../../hooks/events";
import { findHooks } from "../../hooks/load";
import { isTrusted, saveEnabled, saveTrust } from "../../hooks/trust";
import type { Hook } from "../../protocol/hooks";
import { BACK_FOOTER } from "../questions/choice";
import { choose } from "../questions/choose";
import { hanging } from "../questions/list-view";
import { visibleLine } from "../questions/visible";
import type { Screen } from "../terminal/screen";
import type { Theme } from "../terminal/theme";

export type HooksMenuOptions = {
  readonly screen: Screen;
  readonly theme: Theme;
  readonly config: Config;
  /** Loads it anew, after every change. */
  readonly reload: () => Promise<Config>;
};

const LABEL = 11;

/**
 * Every change is saved at once. Esc leaves.
 * @returns the configuration as it is then
 * @throws UserError when a change cannot be saved
 */
export async function hooksMenu(options: HooksMenuOptions): Promise<Config> {
  const { screen, theme, reload } = options;
  let { config } = options;
  for (;;) {
    const { hooks } = findHooks(config);
    const waiting = toReview(hooks);
    const picked = await choose<Hook | "all">({
      screen,
      theme,
      title: "Hooks",
      subtitle:
        waiting.length === 0 ? "Commands that run at events of a session." : waitingText(waiting.length),
      options: [
        ...(waiting.length > 1 ? [{ value: "all", label: "Trust all", key: "t" } as const] : []),
        ...hooks.map((hook) => ({
          value: hook,
          label: `${markOf(hook)} ${hook.event}`,
          hint: visibleLine(hook.command),
          words: hook.file,
        })),
      ],
      footer: BACK_FOOTER,
    });
    if (picked === "cancelled") return config;
    if (picked === "all") saveTrust(config.userConfigPath, waiting);
    else if (!(await oneHook(picked, options))) continue;
    config = await reload();
  }
}

/**
 * Asked before a session with hooks that are new, or have changed since they were trusted.
 * @returns the configuration as it is then
 * @throws UserError when the answer cannot be saved
 */
export async function reviewNewHooks(options: HooksMenuOptions): Promise<Config> {
  const { screen, theme, config, reload } = options;
  const waiting = toReview(findHooks(config).hooks);
  if (waiting.length === 0 || config.bypassHookTrust) return config;
  const picked = await choose({
    screen,
    theme,
    title: "Hooks need review",
    subtitle: `${waiting.length === 1 ? "1 hook is" : `${waiting.length} hooks are`} new or changed. Hooks run outside the sandbox once you trust them.`,
    options: [
      { value: "review", label: "Review hooks" },
      { value: "trust", label: "Trust all and continue" },
      { value: "skip", label: "Continue without trusting", hint: "Those hooks won't run." },
    ],
  });
  if (picked === "review") return await hooksMenu(options);
  if (picked !== "trust") return config;
  saveTrust(config.userConfigPath, waiting);
  return await reload();
}

/** What is switched off need not be looked at. */
function toReview(hooks: readonly Hook[]): readonly Hook[] {
  return hooks.filter((hook) => hook.enabled && !isTrusted(hook));
}

function waitingText(count: number): string {
  return count === 1
    ? "1 hook needs review before it can run."
    : `${count} hooks need review before they can run.`;
}

function markOf(hook: Hook): string {
  if (!hook.enabled) return "[ ]";
  return isTrusted(hook) ? "[x]" : "[!]";
}

/** Whether something was changed. */
async function oneHook(hook: Hook, { screen, theme, config }: HooksMenuOptions): Promise<boolean> {
  const isManaged = hook.trust === "managed";
  const picked = await choose({
    screen,
    theme,
    title: `${hook.event} hook`,
    subtitle: `It runs ${factsOf(hook.event).about}.`,
    body: (columns) =>
      factsAbout(hook).flatMap(([name, value]) =>
        hanging(`  ${name.padEnd(LABEL)}`, visibleLine(value), columns),
      ),
    options: [
      ...(isTrusted(hook) ? [] : [{ value: "trust", label: "Trust it", key: "t" } as const]),
      ...(isManaged
        ? []
        : [{ value: "switch", label: hook.enabled ? "Turn it off" : "Turn it on" } as const]),
      { value: "back", label: "Leave it as it is" },
    ],
    footer: BACK_FOOTER,
  });
  if (picked === "trust") saveTrust(config.userConfigPath, [hook]);
  else if (picked === "switch") saveEnabled(config.userConfigPath, hook.key, !hook.enabled);
  return picked === "trust" || picked === "switch";
}

function factsAbout(hook: Hook): readonly (readonly [string, string])[] {
  return [
    ["Command", hook.command],
    ...(hook.matcher === undefined ? [] : ([["Matcher", hook.matcher]] as const)),
    ["Source", `${sourceText(hook)}: ${hook.file}`],
    ["Timeout", `${hook.timeout} s`],
    ["State", stateText(hook)],
  ];
}

function sourceText({ source }: Hook): string {
  switch (source) {
    case "system":
      return "of this machine";
    case "user":
      return "your own";
    case "project":
      return "of the project";
    case "flags":
      return "of the command line";
    default:
      return source satisfies never;
  }
}

function stateText({ enabled, trust }: Hook): string {
  const off = enabled ? "" : ", and turned off";
  switch (trust) {
    case "managed":
      return "set by whoever administers this machine";
    case "trusted":
      return `trusted${off}`;
    case "untrusted":
      return `new, not trusted${off}`;
    case "modified":
      return `changed since it was trusted${off}`;
    default:
      return trust satisfies never;
  }
}
