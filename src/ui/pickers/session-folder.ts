// Asks in which folder a session goes on that was last used in another one (tui.md 6.3).

import { statSync } from "node:fs";
import { readMeta } from "../../rollout/rebuild";
import { latestCwd } from "../../rollout/summary";
import { choose } from "../questions/choose";
import type { Screen } from "../terminal/screen";
import type { Theme } from "../terminal/theme";
import { shortPath } from "../text/short-path";

export type SessionFolderOptions = {
  readonly screen: Screen;
  readonly theme: Theme;
  readonly action: "resume" | "fork";
  /** Canonical. */
  readonly sessionCwd: string;
  readonly currentCwd: string;
};

/** The folder that a session was last used in, canonical. @throws UserError for a file without metadata */
export function sessionFolder(path: string): string {
  return latestCwd(path, readMeta(path));
}

/** The folder, or `cancelled`. Asks only where the two differ and the session's is still there. */
export async function pickSessionFolder(options: SessionFolderOptions): Promise<string> {
  const { screen, theme, action, sessionCwd, currentCwd } = options;
  const isThere = statSync(sessionCwd, { throwIfNoEntry: false })?.isDirectory() === true;
  if (sessionCwd === currentCwd || !isThere) return currentCwd;
  return await choose<string>({
    screen,
    theme,
    title: `Choose working directory to ${action} this session`,
    options: [
      { value: sessionCwd, label: `Use session directory (${shortPath(sessionCwd)})` },
      { value: currentCwd, label: `Use current directory (${shortPath(currentCwd)})` },
    ],
  });
}
