// Ctrl-T: everything that was said and done, with nothing cut, in a pager (tui.md 7.4).

import type { App } from "../app";
import { page } from "../outside/pager";

export async function showTranscript(app: App): Promise<void> {
  const path = app.thread()?.rolloutPath;
  if (path === undefined) return app.notice("Nothing has been said yet.");
  const { fullTranscript } = await import("../transcript/full-transcript");
  const { toml, cwd } = app.config();
  const pieces = fullTranscript(path, {
    ...app.layout(),
    hideReasoning: false,
    showRawReasoning: toml.show_raw_agent_reasoning ?? false,
  });
  const { env } = app.options;
  const shown = await app.dialog(() => page(app.screen, pieces, { cwd, env, signal: app.ending }));
  if (!shown) app.error("There is no pager to show it in: set $PAGER, or install less.");
}
