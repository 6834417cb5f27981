// Asks whether files may be changed; the changes themselves have been printed above (tui.md 5.2).

import type { AskAnswer, AskRequest } from "../../protocol/approvals";
import type { FileChange } from "../../protocol/items";
import { shortPath } from "../text/short-path";
import type { Asking, Choice } from "./choice";
import { choose } from "./choose";
import { hanging } from "./list-view";
import { visibleLine } from "./visible";

const MARGIN = "  ";
/** The names of more files than these are not listed once more. */
const LISTED_FILES = 6;

const OPTIONS: readonly Choice<AskAnswer>[] = [
  { value: { type: "approve" }, label: "Yes, proceed", key: "y" },
  { value: { type: "approve_for_session" }, label: "Yes, and don't ask again for these files", key: "a" },
  { value: { type: "cancel" }, label: "No, and tell Codex what to do differently", key: ["esc", "n"] },
  { value: { type: "decline" }, label: "No, continue without these edits", key: "d" },
];

export async function approvePatch(
  request: Extract<AskRequest, { type: "patch" }>,
  { screen, theme, signal }: Asking,
): Promise<AskAnswer> {
  const { reason, grantRoot, changes } = request;
  const notes = [
    ...(reason === null ? [] : [`Reason: ${visibleLine(reason)}`]),
    ...(grantRoot === null ? [] : [`Directory: ${shortPath(grantRoot)}`]),
  ];
  const more = changes.length - LISTED_FILES;
  const files = [
    ...changes.slice(0, LISTED_FILES).map(describe),
    ...(more > 0 ? [`and ${more} more files`] : []),
  ];
  const picked = await choose<AskAnswer>({
    screen,
    theme,
    title: "Would you like to make the following edits?",
    body: (columns) => [
      ...notes.flatMap((line) => hanging(MARGIN, line, columns)),
      ...(notes.length === 0 ? [] : [""]),
      ...files.flatMap((line) => hanging(MARGIN, line, columns, theme.dim)),
    ],
    options: OPTIONS,
    signal,
  });
  return picked === "cancelled" ? { type: "cancel" } : picked;
}

function describe(change: FileChange): string {
  const path = shortPath(change.path);
  if (change.type === "add") return `add ${path}`;
  if (change.type === "delete") return `delete ${path}`;
  return change.movePath === null ? `edit ${path}` : `edit ${path} → ${shortPath(change.movePath)}`;
}
