// The title of the terminal: what is being worked on, and whether somebody has to act (tui.md 10.2).

import { lineItem, lineTexts, type LineData } from "./line-items";

export const DEFAULT_TITLE: readonly string[] = ["activity", "project-name"];

/** What the title may show besides the items of the status line. */
export const TITLE_ITEMS = [
  { id: "activity", description: "Whether something is being done" },
  { id: "app-name", description: "The name of this program" },
] as const;

export function isTitleItem(id: string): boolean {
  return TITLE_ITEMS.some((item) => item.id === id) || lineItem(id) !== undefined;
}

const SPINNER = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;
const SPINNER_MS = 100;
const BLINK_MS = 1000;

/** @param now milliseconds, for what moves; undefined when nothing may */
export function titleText(ids: readonly string[], data: LineData, now: number | undefined): string {
  const parts = ids.flatMap((id) => {
    if (id === "activity") return activity(data, now);
    if (id === "app-name") return "codex";
    return lineTexts([id], data);
  });
  if (data.state === "Waiting") return [attention(now), ...lineTexts(["project-name"], data)].join(" | ");
  return parts.join(" ");
}

function activity({ state }: LineData, now: number | undefined): readonly string[] {
  if (state !== "Working") return [];
  return [SPINNER[now === undefined ? 0 : Math.floor(now / SPINNER_MS) % SPINNER.length] ?? SPINNER[0]];
}

function attention(now: number | undefined): string {
  const bright = now === undefined || Math.floor(now / BLINK_MS) % 2 === 0;
  return `[ ${bright ? "!" : "."} ] Action Required`;
}
