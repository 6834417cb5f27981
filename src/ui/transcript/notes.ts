// Shows what is said beside the work: notices, warnings, errors, answers to questions, reviews, limits, what the user said (tui.md 5, 7).

import type { AskAnswer, AskRequest } from "../../protocol/approvals";
import type { Goal } from "../../protocol/goal";
import type { HookRun } from "../../protocol/hooks";
import type { UserInput } from "../../protocol/user-input";
import { plainText } from "../text/control-sequences";
import { cells, wrapBehind } from "../text/wrap";
import { scriptOf, shortScript } from "./command";
import { bulleted, elapsed, limitsOf, oneLine, type Layout } from "./layout";

/** Characters shown of a command that was asked about. */
const SNIPPET_CHARS = 80;
/** Shown of what a hook says. */
const HOOK_LINES = 10;
/** A turn that took longer says so. */
const LONG_TURN_MS = 60_000;

export const INTERRUPTED =
  "Conversation interrupted - tell the model what to do differently. Something went wrong? Hit `/feedback` to report the issue.";

export function noticeLines(text: string, hint: string | undefined, layout: Layout): string[] {
  const more = hint === undefined ? "" : ` ${layout.theme.dim(plainText(hint))}`;
  return bulleted(plainText(text) + more, layout);
}

export function warningLines(text: string, details: string | undefined, layout: Layout): string[] {
  const { theme } = layout;
  const more = details === undefined ? [] : wrapBehind(theme.dim(plainText(details)), layout.columns(), "  ");
  return [...marked("⚠", text, theme.warning, layout), ...more];
}

export function errorLines(text: string, layout: Layout): string[] {
  return marked("■", text, layout.theme.error, layout);
}

/** A hook that has ended; nothing where it did its work and has nothing to say. What only the model is told is left out. */
export function hookLines({ event, status, entries }: HookRun, layout: Layout): string[] {
  const texts = entries.filter(({ kind }) => kind !== "context").map(({ text }) => text);
  if (status === "completed" && texts.length === 0) return [];
  const title = `${event} hook ${status === "completed" ? "says" : status}`;
  const lines = plainText(texts.join("\n")).trimEnd().split("\n");
  const hidden = lines.length - HOOK_LINES;
  const shown = hidden > 0 ? [...lines.slice(0, HOOK_LINES), `… +${hidden} lines`] : lines;
  const more = texts.length === 0 ? [] : wrapBehind(shown.join("\n"), layout.columns(), "  ");
  return [...marked("⚠", title, layout.theme.warning, layout), ...more];
}

/** What the user said. `images` are named only where the text does not hold their placeholders. */
export function userLines(text: string, images: readonly string[], layout: Layout): string[] {
  const { theme } = layout;
  const missing = images.filter((image) => !text.includes(image)).map(oneLine);
  const said = plainText([...missing, text].join(missing.length > 0 ? "\n" : ""))
    .replaceAll("\t", "    ")
    .trimEnd();
  const lines = said.split("\n");
  const limit = limitsOf(layout).user;
  const hidden = lines.length - limit;
  const shown = hidden > 0 ? [...lines.slice(0, limit), `… +${hidden} lines`] : lines;
  const tinted = theme.userBackground(" ") !== " ";
  return wrapBehind(shown.join("\n"), layout.columns(), `${theme.userMark("›")} `, "  ").map((line) => {
    if (!tinted) return line;
    return theme.userBackground(line + " ".repeat(Math.max(0, layout.columns() - cells(line))));
  });
}

/** The same, of input as it was sent. */
export function inputLines(input: readonly UserInput[], layout: Layout): string[] {
  const text = input.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");
  const images = input.filter(({ type }) => type === "image" || type === "local_image");
  return userLines(
    text,
    images.map((_, index) => `[Image #${index + 1}]`),
    layout,
  );
}

/** A rule across the page, with the time of a turn that took long. */
export function ruleLines(turnMs: number, { theme, columns }: Layout): string[] {
  const label = turnMs > LONG_TURN_MS ? `─ Worked for ${elapsed(turnMs)} ` : "";
  return [theme.dim((label + "─".repeat(Math.max(0, columns() - label.length))).slice(0, columns()))];
}

/** How a question was answered; empty for those whose answer shows in another way. */
export function answerLines(request: AskRequest, answer: AskAnswer, layout: Layout): string[] {
  const { theme } = layout;
  const yes = (text: string) => wrapBehind(text, layout.columns(), `${theme.success("✔")} `, "  ");
  const no = (text: string) => wrapBehind(text, layout.columns(), `${theme.error("✗")} `, "  ");
  if (request.type !== "command" && request.type !== "mcp_tool_call") return [];
  const { verb, name } = subject(request);
  const shown = theme.dim(name);
  switch (answer.type) {
    case "approve":
      return yes(`You ${theme.bold("approved")} codex to ${verb} ${shown} ${theme.bold("this time")}`);
    case "approve_for_session":
      return yes(
        `You ${theme.bold("approved")} codex to ${verb} ${shown} ${theme.bold("every time this session")}`,
      );
    case "approve_always": {
      if (request.type !== "command")
        return yes(`You ${theme.bold("approved")} codex to always ${verb} ${shown}`);
      const prefix = theme.dim(snippet(answer.prefix.join(" ")));
      return yes(`You ${theme.bold("approved")} codex to always run commands that start with ${prefix}`);
    }
    case "decline":
      return no(`You ${theme.bold("did not approve")} codex to ${verb} ${shown}`);
    case "cancel":
      return no(`You ${theme.bold("canceled")} the request to ${verb} ${shown}`);
    case "answers":
      return [];
    default:
      return answer satisfies never;
  }
}

function subject(request: AskRequest & { type: "command" | "mcp_tool_call" }): {
  verb: string;
  name: string;
} {
  if (request.type === "command") return { verb: "run", name: snippet(scriptOf(request.command)) };
  return { verb: "call", name: `${oneLine(request.server)}.${oneLine(request.tool)}` };
}

function snippet(script: string): string {
  return shortScript(plainText(script), SNIPPET_CHARS);
}

export function reviewLines(text: string, { theme, columns }: Layout): string[] {
  return wrapBehind(theme.accent(oneLine(text)), columns(), "");
}

/** Shares of a limit at which the user is told, the highest first; percent. */
const TOLD_AT = [95, 90, 75] as const;

/** Remembers what was told: one warning for each share of each window. */
export function limitWatch(): (limits: unknown) => string[] {
  const told = new Map<string, number>();
  return (limits) => {
    const { primary, secondary } = (limits ?? {}) as { primary?: unknown; secondary?: unknown };
    return [primary, secondary].flatMap((window) => {
      const { used_percent: used, window_minutes: minutes } = (window ?? {}) as Record<string, unknown>;
      if (typeof used !== "number") return [];
      const name = windowName(typeof minutes === "number" ? minutes : null);
      const share = TOLD_AT.find((percent) => used >= percent) ?? 0;
      const before = told.get(name) ?? 0;
      told.set(name, share);
      if (share === 0 || share <= before) return [];
      return [
        `Heads up, you have less than ${100 - share}% of your ${name} limit left. Run /status for a breakdown.`,
      ];
    });
  };
}

/** What becomes of goals: a new one, another status. What was used meanwhile is not told. */
export function goalWatch(): (goal: Goal, layout: Layout) => string[] {
  let told = "";
  return (goal, layout) => {
    const before = told;
    told = `${goal.status} ${goal.objective}`;
    return told === before ? [] : noticeLines(goalText(goal), undefined, layout);
  };
}

/** How a goal stands, in one sentence. */
export function goalText({ objective, status, tokensUsed, tokenBudget, timeUsedSeconds }: Goal): string {
  const of = tokenBudget === null ? "" : ` of ${tokenBudget.toLocaleString("en-US")}`;
  const tokens = `${tokensUsed.toLocaleString("en-US")}${of} tokens`;
  const used = tokensUsed === 0 ? "" : ` (${tokens}, ${elapsed(timeUsedSeconds * 1000)})`;
  return `${GOAL_HEADINGS[status]}${used}: ${oneLine(objective)}`;
}

/** What can be done about it. */
export function goalHint({ status }: Goal): string {
  if (status === "complete") return "/goal OBJECTIVE sets another.";
  const first = status === "active" ? "/goal pause stops it" : "/goal resume goes on";
  return `${first}, /goal clear ends it.`;
}

const GOAL_HEADINGS: Readonly<Record<Goal["status"], string>> = {
  active: "Goal",
  paused: "Goal, paused",
  blocked: "Goal, stopped because something is in the way",
  usageLimited: "Goal, stopped by a usage limit",
  budgetLimited: "Goal, stopped because its budget is used up",
  complete: "Goal reached",
};

/** `5h`, `weekly`, or what else the window of a limit is; null is not known. */
export function windowName(minutes: number | null): string {
  if (minutes === null) return "usage";
  if (minutes >= 28 * 24 * 60) return "monthly";
  if (minutes >= 7 * 24 * 60 - 60) return "weekly";
  if (minutes >= 24 * 60) return `${Math.round(minutes / (24 * 60))}d`;
  return minutes >= 60 ? `${Math.round(minutes / 60)}h` : `${minutes}m`;
}

function marked(mark: string, text: string, style: (text: string) => string, layout: Layout): string[] {
  return wrapBehind(style(plainText(text)), layout.columns(), `${style(mark)} `, "  ");
}
