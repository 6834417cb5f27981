// Puts together what stands below the transcript: what still grows, what is being done, what waits, the composer.

import type { App } from "../app";
import { backgroundLine, statusLines, type WorkStatus } from "./status-line";
import type { CursorPlace } from "../terminal/painter";

export type ViewState = {
  /** Undefined while nothing runs. */
  readonly status: WorkStatus | undefined;
  /** Commands of the model that run in the background. */
  readonly background: number;
  readonly steerable: boolean;
  readonly footer: string;
  /** What stands at the right of the composer's own hints. */
  readonly right: string;
  /** Whether things may move. */
  readonly animated: boolean;
};

/** Left for the composer, however much else there is to show. */
const COMPOSER_ROWS = 6;

export function liveView(
  { screen, theme, composer, queue, transcript }: App,
  state: ViewState,
): { readonly lines: readonly string[]; readonly cursor: CursorPlace } {
  const { columns, rows } = screen;
  const now = performance.now();
  const working =
    state.status === undefined
      ? backgroundLine(state.background, theme)
      : statusLines(state.status, { columns, theme, now: state.animated ? now : undefined });
  const preview = queue.preview(columns, theme, state.steerable);
  const growing = transcript().live(Date.now());
  const above = [...growing, "", ...(working.length > 0 ? [...working, ""] : []), ...preview];
  const room = Math.max(rows - 1 - above.length, COMPOSER_ROWS);
  const { lines, cursor } = composer.render(columns, theme, {
    running: state.status !== undefined,
    rows: Math.min(room, Math.max(rows - 1, 1)),
    footer: state.footer,
    right: state.right,
    distinguishesKeys: screen.distinguishesKeys(),
  });
  return {
    lines: [...above, ...lines],
    cursor: { row: above.length + cursor.row, column: cursor.column },
  };
}
