// Asks whether commands may run with Landlock alone, where the sandbox cannot be more and nobody has decided yet.

import type { LandlockTerms } from "../../protocol/thread";
import type { Choice } from "../questions/choice";
import { choose } from "../questions/choose";
import { hanging } from "../questions/list-view";
import type { Screen } from "../terminal/screen";
import type { Theme } from "../terminal/theme";
import { shortPath } from "../text/short-path";
import explanation from "./landlock.txt" with { type: "text" };

export type LandlockAnswer = "session" | "always" | "no";

const TITLE = "Run commands with a weaker sandbox?";
const MARGIN = "  ";
const BULLET = "  • ";
/** What the dialog needs beside its text: title, options with their hints, footer, empty lines. */
const OTHER_ROWS = 10;

export type AskLandlockOptions = {
  readonly screen: Screen;
  readonly theme: Theme;
  readonly terms: LandlockTerms;
  readonly userConfigPath: string;
  readonly signal?: AbortSignal;
};

/** What does not fit into the dialog is printed above it first, so that nobody agrees to what cannot be seen. */
export async function askLandlock(options: AskLandlockOptions): Promise<LandlockAnswer> {
  const { screen, theme, terms, userConfigPath, signal } = options;
  const body = (columns: number) => bodyLines(terms, columns);
  const whole = body(Math.max(1, screen.columns - 1));
  if (!screen.plain && whole.length + OTHER_ROWS > screen.rows) screen.print(`${whole.join("\n")}\n`);
  const answer = await choose({
    ...{ screen, theme, title: TITLE, body, signal },
    options: choices(userConfigPath),
  });
  return answer === "cancelled" ? "no" : answer;
}

function bodyLines({ cause, fix, network, gaps }: LandlockTerms, columns: number): readonly string[] {
  const paragraphs = explanation
    .trim()
    .replace("{cause}", () => cause)
    .replace("{fix}", () => fix)
    .replace("{network}", network === "closed" ? ", and the network stays closed" : "")
    .split("\n");
  return [
    ...paragraphs.flatMap((text) => hanging(MARGIN, text, columns)),
    ...gaps.flatMap((gap) => hanging(BULLET, gap, columns)),
  ];
}

function choices(userConfigPath: string): readonly Choice<LandlockAnswer>[] {
  return [
    { value: "session", label: "Yes, for this session", key: "y" },
    {
      value: "always",
      label: "Yes, and remember it",
      hint: `saves sandbox_linux.allow_landlock in ${shortPath(userConfigPath)}`,
      key: "p",
    },
    {
      value: "no",
      label: "No, only read",
      hint: "commands cannot write; /permissions asks again",
      key: ["esc", "n"],
    },
  ];
}
