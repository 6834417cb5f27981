// Paths as people read them: `~` for the home folder, and nothing in them that acts on the terminal.

import { sep } from "node:path";
import { homeFolder } from "../../util/home-folder";
import { plainText } from "./control-sequences";

/** @param path absolute; others come back as they are */
export function shortPath(path: string, home: string = homeFolder()): string {
  const shown =
    path === home ? "~" : path.startsWith(home + sep) && home !== sep ? `~${path.slice(home.length)}` : path;
  return plainText(shown).replaceAll("\n", " ");
}
