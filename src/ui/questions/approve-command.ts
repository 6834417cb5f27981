// Asks whether a command may run, and how long a yes holds: the very rule that "always" would save is shown (tui.md 5.1).

import type { AdditionalPermissions, AskAnswer, AskRequest, RuleProposal } from "../../protocol/approvals";
import { wrappedScript } from "../../rules/shell";
import { quoteWords } from "../../util/shell-words";
import type { Theme } from "../terminal/theme";
import { shortPath } from "../text/short-path";
import { wrapText } from "../text/wrap";
import type { Asking, Choice } from "./choice";
import { choose } from "./choose";
import { hanging } from "./list-view";
import { visible, visibleLine } from "./visible";

type CommandRequest = Extract<AskRequest, { type: "command" }>;

const TITLE = "Would you like to run the following command?";
const MARGIN = "  ";
/** What the dialog needs beside the command: title, options with their rules, footer, empty lines. */
const OTHER_ROWS = 16;
/** A command is shown in the dialog at least this far. */
const LEAST_ROWS = 3;

/** A command too long for the dialog is printed above it first, so that nobody agrees to what cannot be seen. */
export async function approveCommand(request: CommandRequest, asking: Asking): Promise<AskAnswer> {
  const { screen, theme, signal } = asking;
  const script = visible(wrappedScript(request.command) ?? quoteWords(request.command));
  const room = Math.max(LEAST_ROWS, screen.rows - OTHER_ROWS);
  const isLong = commandLines(script, screen.columns - 1, theme).length > room;
  if (isLong) screen.print(`${commandLines(script, screen.columns - 1, theme).join("\n")}\n`);
  const picked = await choose<AskAnswer>({
    screen,
    theme,
    title: TITLE,
    body: (columns) => [
      ...noteLines(request, asking.cwd, columns),
      ...shortened(commandLines(script, columns, theme), room, theme),
    ],
    options: commandOptions(request),
    signal,
  });
  return picked === "cancelled" ? { type: "cancel" } : picked;
}

/**
 * The first ones are those of the reference in its order, so that fingers that know it do the same here; what it does not
 * offer follows them. A prefix that cannot be shown on one line is not offered.
 */
export function commandOptions(request: CommandRequest): readonly Choice<AskAnswer>[] {
  const { proposal, additionalPermissions, rememberable } = request;
  const isShowable = proposal !== null && !proposal.prefix.some((word) => /[\r\n]/.test(word));
  const [user, project] = isShowable ? proposal.places : [];
  return [
    { value: { type: "approve" }, label: "Yes, proceed", key: "y" },
    ...(isShowable && user !== undefined ? [alwaysOption(proposal, user, "p", "")] : []),
    {
      value: { type: "cancel" },
      label: "No, and tell Codex what to do differently",
      key: ["esc", "n"],
    },
    ...(isShowable && project !== undefined
      ? [alwaysOption(proposal, project, "t", " in this project")]
      : []),
    ...(rememberable ? [sessionOption(additionalPermissions)] : []),
    { value: { type: "decline" }, label: "No, continue without running it", key: "d" },
  ];
}

/** `network; read `/a`; write `/b`` */
export function permissionText({ network, read, write }: AdditionalPermissions): string {
  const paths = (verb: string, list: readonly string[]) =>
    list.map((path) => `${verb} \`${visibleLine(path)}\``);
  return [...(network ? ["network"] : []), ...paths("read", read), ...paths("write", write)].join("; ");
}

function alwaysOption(
  { prefix, text }: RuleProposal,
  { scope, file }: RuleProposal["places"][number],
  key: string,
  where: string,
): Choice<AskAnswer> {
  return {
    value: { type: "approve_always", prefix, scope },
    label: `Yes, and don't ask again for commands that start with \`${visibleLine(quoteWords(prefix))}\`${where}`,
    hint: `saves ${visibleLine(text)} in ${shortPath(file)}`,
    key,
  };
}

function sessionOption(permissions: AdditionalPermissions | null): Choice<AskAnswer> {
  const label =
    permissions === null
      ? "Yes, and don't ask again for this command in this session"
      : "Yes, and allow these permissions for this session";
  return { value: { type: "approve_for_session" }, label, key: "a" };
}

/** What is to be known besides the command, and an empty line; nothing where there is nothing. */
function noteLines(request: CommandRequest, cwd: string | undefined, columns: number): readonly string[] {
  const { reason, additionalPermissions } = request;
  const lines = [
    ...(reason === null ? [] : [`Reason: ${visibleLine(reason)}`]),
    ...(cwd === undefined || cwd === request.cwd ? [] : [`Directory: ${shortPath(request.cwd)}`]),
    ...(additionalPermissions === null ? [] : [`Permission rule: ${permissionText(additionalPermissions)}`]),
  ].flatMap((line) => hanging(MARGIN, line, columns));
  return lines.length === 0 ? [] : [...lines, ""];
}

function commandLines(script: string, columns: number, theme: Theme): string[] {
  const indent = "    ";
  return wrapText(script, columns - indent.length).map((line, index) =>
    index === 0 ? `${MARGIN}${theme.dim("$")} ${line}` : indent + line,
  );
}

function shortened(lines: readonly string[], room: number, theme: Theme): readonly string[] {
  if (lines.length <= room) return lines;
  const left = lines.length - room + 1;
  return [...lines.slice(0, room - 1), theme.dim(`${MARGIN}  … ${left} more lines, all of them above`)];
}
