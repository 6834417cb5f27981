// The help of `codex` itself, laid out while the program is built: for a macro.

import { helpText } from "../help";
import { CODEX } from "../table";
import type { HelpDetail } from "./spec";

export function rootHelpPages(columns: number): Readonly<Record<HelpDetail, string>> {
  const page = (detail: HelpDetail) => helpText([CODEX], detail, columns);
  return { compact: page("compact"), full: page("full") };
}
