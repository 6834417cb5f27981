// The end of a session as its conversation showed it, for a look inside before it is chosen.

import type { Config } from "../../config/config";
import { homeFolder } from "../../util/home-folder";
import { messageOf } from "../../util/user-error";
import { transcriptOf } from "../history-text";
import type { Theme } from "../terminal/theme";
import { replay } from "../transcript/replay";

export type Preview = (path: string, columns: number) => readonly string[];

/** Lines of at most so many cells, the newest last. A session that cannot be read says why. What was read last is kept. */
export function sessionPreview(config: Config, theme: Theme): Preview {
  let last: { readonly key: string; readonly lines: readonly string[] } | undefined;
  return (path, columns) => {
    const key = `${columns} ${path}`;
    if (last?.key !== key) last = { key, lines: linesOf(path, columns, config, theme) };
    return last.lines;
  };
}

function linesOf(path: string, columns: number, config: Config, theme: Theme): readonly string[] {
  const layout = { theme, columns: () => columns, cwd: config.cwd, home: homeFolder(), hyperlinks: false };
  try {
    return replay(path, transcriptOf(config, layout)).replace(/\n+$/, "").split("\n");
  } catch (error) {
    return [`  ${theme.error(messageOf(error))}`];
  }
}
