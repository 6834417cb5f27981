// The line that says what is being done, for how long, and how to stop it (tui.md 7.1).

import type { Theme } from "../terminal/theme";
import { cutText } from "../text/wrap";
import { elapsed } from "../transcript/layout";

export type WorkStatus = {
  readonly header: string;
  readonly details: readonly string[];
  /** Milliseconds of work, waits for the user left out. */
  readonly elapsedMs: number;
  /** Commands of the model that run in the background. */
  readonly background: number;
  readonly interruptible: boolean;
};

const DETAIL_LINES = 3;
/** Of the bullet that shows life; each is shown for `FRAME_MS`. */
const FRAMES = ["•", "◦"] as const;
const FRAME_MS = 600;

/** @param now milliseconds, for the animation; undefined when nothing may move */
export function statusLines(
  status: WorkStatus,
  {
    columns,
    theme,
    now,
  }: { readonly columns: number; readonly theme: Theme; readonly now: number | undefined },
): readonly string[] {
  const bullet = FRAMES[now === undefined ? 0 : Math.floor(now / FRAME_MS) % FRAMES.length] ?? FRAMES[0];
  const stop = status.interruptible ? " • esc to interrupt" : "";
  const time = `(${elapsed(status.elapsedMs)}${stop})`;
  const details = status.details
    .slice(0, DETAIL_LINES)
    .map((line, index) => theme.dim(`  ${index === 0 ? "└" : " "} ${cutText(line, columns - 4)}`));
  return [
    `${theme.accent(bullet)} ${theme.bold(cutText(status.header, columns - 2))} ${theme.dim(time)}`,
    ...details,
    ...backgroundLine(status.background, theme),
  ];
}

/** Shown also while no turn runs. */
export function backgroundLine(count: number, theme: Theme): readonly string[] {
  if (count === 0) return [];
  const noun = count === 1 ? "terminal" : "terminals";
  return [theme.dim(`  ${count} background ${noun} running · /ps to view · /stop to close`)];
}
