// `codex --help` and `codex -h` where there is room for the page as it was laid out, without the table and the parser.

import { stdoutColumns } from "../terminal";
import { rootHelpPages } from "./root-help-pages" with { type: "macro" };

/** As wide as help gets. Narrower terminals get a page laid out for them. */
const COLUMNS = 100;

const PAGES = rootHelpPages(100);

/** False when nothing was printed, because the terminal is too narrow. */
export async function printRootHelp(option: "--help" | "-h"): Promise<boolean> {
  if ((await stdoutColumns()) < COLUMNS) return false;
  console.log((option === "-h" ? PAGES.compact : PAGES.full).trimEnd());
  return true;
}
