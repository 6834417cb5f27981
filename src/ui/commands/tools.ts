// /copy, /diff, /mention, /vim, /experimental, /statusline, /title, /logout: small things beside the conversation.

import { authStore } from "../../auth/store";
import { logOut } from "../../auth/logout";
import { tryLock } from "../../exec/libc";
import { gitRoot } from "../../config/trust";
import type { App } from "../app";
import { ORIGINATOR } from "../conversation";
import { copyText } from "../outside/clipboard";
import { footerLine } from "../live/footer";
import { LINE_ITEMS, lineItem, type LineData } from "../live/line-items";
import { lineData } from "../live/session-view";
import { TITLE_ITEMS, titleText } from "../live/title";
import { unlessUnwritable } from "./settings";

export async function copy(app: App): Promise<void> {
  const answer = app.lastAnswer();
  if (answer === undefined) return app.notice("No agent response to copy");
  await copyText(app.screen, answer, app.options.env);
  app.notice("Copied last message to clipboard");
}

export async function diff(app: App): Promise<void> {
  const { cwd } = app.config();
  const { env } = app.options;
  if (gitRoot(cwd) === undefined) return app.notice("not inside a git repository");
  const { workingTreeDiff } = await import("../outside/working-tree-diff");
  const found = await workingTreeDiff(cwd, env);
  if (found.length === 0) return app.notice("There are no changes.");
  const { page } = await import("../outside/pager");
  const shown = await app.dialog(() => page(app.screen, found, { cwd, env, signal: app.ending }));
  if (!shown) app.error("There is no pager to show it in: set $PAGER, or install less.");
}

export function mention(app: App): void {
  app.composer.insert("@");
  app.redraw();
}

export function vim(app: App): void {
  app.notice(app.composer.toggleVim() === "on" ? "Vim mode enabled." : "Vim mode disabled.");
}

export async function experimental(app: App): Promise<void> {
  const { pickExperimental } = await import("../pickers/experimental");
  const { screen, theme } = app;
  const switched = await app.dialog(() => pickExperimental({ screen, theme, config: app.config() }));
  if (switched === "cancelled" || switched.length === 0) return;
  app.setConfig(await app.options.reload(app.config().cwd));
  app.notice(`Saved: ${switched.join(", ")}.`, "it counts from the next conversation on");
}

export async function statusLine(app: App): Promise<void> {
  await chooseItems(app, "status_line", app.lines().statusLine, [], (ids, data) =>
    footerLine(ids, data, { columns: app.screen.columns, theme: app.theme, right: "" }).trimStart(),
  );
}

export async function title(app: App): Promise<void> {
  await chooseItems(app, "terminal_title", app.lines().title, TITLE_ITEMS, (ids, data) =>
    titleText(ids, data, undefined),
  );
}

async function chooseItems(
  app: App,
  line: "status_line" | "terminal_title",
  configured: readonly string[],
  own: readonly { readonly id: string; readonly description: string }[],
  preview: (ids: readonly string[], data: LineData) => string,
): Promise<void> {
  const { pickLineItems, saveLineItems } = await import("../pickers/line-items");
  const { screen, theme } = app;
  const data = lineData(app, { turn: undefined, waiting: false });
  const items = [...own, ...LINE_ITEMS];
  const shown = configured.map((id) => lineItem(id)?.id ?? id);
  const chosen = await app.dialog(() =>
    pickLineItems({ screen, theme, line, items, shown, preview: (ids) => preview(ids, data) }),
  );
  if (chosen === "cancelled") return;
  const lines = app.lines();
  app.setLines(line === "status_line" ? { ...lines, statusLine: chosen } : { ...lines, title: chosen });
  if (chosen.length === 0 && line === "terminal_title") app.screen.title(null);
  unlessUnwritable(app, () => saveLineItems(app.config(), line, chosen));
  app.redraw();
}

/** Signs out and leaves. */
export async function logout(app: App): Promise<void> {
  const { env } = app.options;
  const wasSignedIn = await logOut(authStore(app.config(), { tryLock }), { env, originator: ORIGINATOR });
  app.notice(wasSignedIn ? "Successfully logged out" : "Not logged in");
  app.quit();
}
