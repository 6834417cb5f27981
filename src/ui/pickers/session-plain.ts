// The session picker on a terminal whose cursor cannot be moved: the newest sessions by number.

import { ensurePlain } from "../../rollout/compressed";
import { canonical } from "../../rollout/summary";
import { choose } from "../questions/choose";
import type { PickedSession, SessionPickerOptions } from "./session-choice";
import { sessionList, wantedRows, type SessionRow } from "./session-list";
import { ageText } from "./session-view";

/** As many as one looks through; older ones can be named on the command line. */
const LISTED = 20;

/** @throws UserError when the chosen file cannot be decompressed */
export async function pickSessionPlainly(
  options: SessionPickerOptions,
  matches: Parameters<typeof sessionList>[0]["matches"],
): Promise<PickedSession> {
  const { screen, theme, config, action, everywhere } = options;
  const list = sessionList({ codexHome: config.codexHome, ...(matches !== undefined && { matches }) });
  const enough = new AbortController();
  const wanted = () =>
    wantedRows(list.rows(), {
      query: "",
      cwd: everywhere ? undefined : canonical(config.cwd),
      sortBy: "updated",
    });
  await list.load(() => wanted().length >= LISTED && enough.abort(), enough.signal);
  const now = new Date();
  const row = await choose<SessionRow>({
    screen,
    theme,
    title: action === "resume" ? "Resume a previous session" : "Fork a previous session",
    options: wanted()
      .slice(0, LISTED)
      .map((one) => ({ value: one, label: `${ageText(one.updatedAt, now)}  ${one.title}` })),
  });
  if (row === "cancelled") return { type: "none" };
  return { type: "session", path: await ensurePlain(row.path), id: row.id };
}
