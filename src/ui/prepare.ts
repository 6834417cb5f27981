// What is settled before the first conversation: who is signed in, whether the folder is trusted, which session it is (tui.md 1).

import type { Config } from "../config/config";
import { hasHooks } from "../hooks/configured";
import type { Source } from "./app";
import { ORIGINATOR } from "./conversation";
import { onboard } from "./onboarding/onboard";
import type { Begin, PromptUiOptions } from "./options";
import type { Screen } from "./terminal/screen";
import type { Theme } from "./terminal/theme";

export type Prepared = { readonly options: PromptUiOptions; readonly source: Source };

/**
 * Undefined when the user leaves before there is a conversation.
 * @throws UserError for a login that the configuration does not allow, or a session that cannot be used
 */
export async function prepare(
  options: PromptUiOptions,
  screen: Screen,
  theme: Theme,
): Promise<Prepared | undefined> {
  const found = await settled(options, screen, theme);
  if (found === undefined || !hasHooks(found.options.config)) return found;
  const { reviewNewHooks } = await import("./pickers/hooks");
  const { config } = found.options;
  const reload = () => options.reload(config.cwd);
  const reviewed = await reviewNewHooks({ screen, theme, config, reload });
  return { ...found, options: { ...found.options, config: reviewed } };
}

/** All but whether hooks are to be trusted. */
async function settled(
  options: PromptUiOptions,
  screen: Screen,
  theme: Theme,
): Promise<Prepared | undefined> {
  const { env, config, reload } = options;
  const onboarded = await onboard({
    screen,
    theme,
    config,
    env,
    originator: ORIGINATOR,
    reload: () => reload(),
  });
  if (onboarded.type === "quit") return undefined;
  const ready = { ...options, config: onboarded.config };
  const source = await chosen(ready, screen, theme);
  if (source === undefined || source.type === "new") {
    return source === undefined ? undefined : { options: ready, source };
  }
  const folder = options.given.cwd ? ready.config.cwd : await folderFor(source, ready.config, screen, theme);
  if (folder === "cancelled") return undefined;
  if (folder === ready.config.cwd) return { options: ready, source };
  const there = await trusted(await reload(folder), screen, theme, () => reload(folder));
  return there === undefined ? undefined : { options: { ...ready, config: there }, source };
}

/** The configuration of a folder in which the user wants to work; undefined when it is not to be trusted. */
export async function trusted(
  config: Config,
  screen: Screen,
  theme: Theme,
  reload: () => Promise<Config>,
): Promise<Config | undefined> {
  if (config.trust !== undefined) return config;
  const { askTrust } = await import("./onboarding/trust");
  return (await askTrust({ screen, theme, config })) === "trusted" ? await reload() : undefined;
}

/** Undefined when the user leaves the list with Ctrl-C. */
async function chosen(
  { begin, config }: PromptUiOptions,
  screen: Screen,
  theme: Theme,
): Promise<Source | undefined> {
  if (begin.type !== "pick") return begin;
  const { pickSession } = await import("./pickers/session");
  const picked = await pickSession({ screen, theme, config, escape: "new", ...listed(begin) });
  switch (picked.type) {
    case "quit":
      return undefined;
    case "none":
      return { type: "new" };
    case "session":
      return { type: begin.action, path: picked.path };
    default:
      return picked satisfies never;
  }
}

function listed({ action, everywhere, includeNonInteractive }: Extract<Begin, { type: "pick" }>) {
  return { action, everywhere, includeNonInteractive };
}

/** A session that was in another folder can go on there or here; `cancelled` when the user leaves. */
async function folderFor(
  { type, path }: Exclude<Source, { type: "new" }>,
  config: Config,
  screen: Screen,
  theme: Theme,
): Promise<string> {
  const { pickSessionFolder, sessionFolder } = await import("./pickers/session-folder");
  const sessionCwd = sessionFolder(path);
  return await pickSessionFolder({ screen, theme, action: type, sessionCwd, currentCwd: config.cwd });
}
