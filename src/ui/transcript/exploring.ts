// Shows a row of commands that only look at files as one group (tui.md 7).

import type { Look } from "../../rules/safe";
import { branch, bulleted, oneLine, type Layout } from "./layout";

/** One group: `Exploring` while something of it runs. */
export function exploringLines(looks: readonly Look[], running: boolean, layout: Layout): string[] {
  const { theme } = layout;
  const title = theme.bold(running ? "Exploring" : "Explored");
  return [...bulleted(title, layout), ...branch(rows(looks, layout), layout)];
}

function rows(looks: readonly Look[], { theme }: Layout): string[] {
  const result: string[] = [];
  let names: string[] = [];
  const flush = () => {
    if (names.length > 0) result.push(`${theme.accent("Read")} ${[...new Set(names)].join(", ")}`);
    names = [];
  };
  for (const each of looks) {
    if (each.type === "read") {
      names.push(oneLine(each.name));
      continue;
    }
    flush();
    if (each.type === "list") result.push(`${theme.accent("List")} ${oneLine(each.what)}`);
    else {
      const place = each.place === undefined ? "" : `${theme.dim(" in ")}${oneLine(each.place)}`;
      result.push(`${theme.accent("Search")} ${oneLine(each.query)}${place}`);
    }
  }
  flush();
  return result;
}
