// Asks what to do about a newer version, before anything else is asked (tui.md 1, login-notify.md 9.1).

import type { NewerVersion } from "../options";
import { choose } from "../questions/choose";
import { hanging } from "../questions/list-view";
import type { Screen } from "../terminal/screen";
import type { Theme } from "../terminal/theme";

export type UpdateAnswer = "now" | "skip" | "until_next";

const HEADING = "Update available!";

/** Whoever types ahead, or leaves the question, skips it. */
export async function askUpdate(
  { current, latest, command, notes }: NewerVersion,
  screen: Screen,
  theme: Theme,
): Promise<UpdateAnswer> {
  const answer = await choose<UpdateAnswer>({
    screen,
    theme,
    title: `${HEADING} ${current} -> ${latest}`,
    body: (columns) => (notes === undefined ? [] : hanging("  ", `Release notes: ${notes}`, columns)),
    options: [
      { value: "now", label: `Update now (runs \`${command}\`)` },
      { value: "skip", label: "Skip" },
      { value: "until_next", label: "Skip until next version" },
    ],
    initial: "skip",
    footer: "Press enter to continue",
  });
  return answer === "cancelled" ? "skip" : answer;
}
