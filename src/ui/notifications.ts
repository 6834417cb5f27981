// Calls the user back to the terminal: when a turn has ended, and when a question waits (login-notify.md 8).

import { relative } from "node:path";
import type { Config } from "../config/config";
import type { AskRequest } from "../protocol/approvals";
import { terminalNotifier } from "./terminal/notification";
import type { Screen } from "./terminal/screen";
import { scriptOf } from "./transcript/command";

/** What the user may want to be called back for. */
export type Notice =
  | { readonly type: "turn_complete"; readonly answer: string | null }
  | { readonly type: "asked"; readonly request: AskRequest }
  | { readonly type: "plan_ready" };

/** As in `tui.notifications`. */
type Kind = "agent-turn-complete" | "approval-requested" | "plan-mode-prompt";

const ANSWER_GRAPHEMES = 200;
const COMMAND_GRAPHEMES = 30;

/** Raises notices as `[tui]` wants them: in general not while the terminal has the focus. */
export function notifierFor(
  { toml, cwd }: Pick<Config, "toml" | "cwd">,
  env: Readonly<Record<string, string | undefined>>,
  screen: Pick<Screen, "write" | "focused">,
): (notice: Notice) => void {
  const { notifications, notification_method: method, notification_condition: condition } = toml.tui ?? {};
  const raise = terminalNotifier(method ?? "auto", env, screen.write);
  return (notice) => {
    const { kind, text } = noticeText(notice, cwd);
    if (!isWanted(kind, notifications) || (condition !== "always" && screen.focused())) return;
    raise(text);
  };
}

/** One line, and the kind by which it can be chosen. */
export function noticeText(notice: Notice, cwd: string): { readonly kind: Kind; readonly text: string } {
  switch (notice.type) {
    case "turn_complete": {
      const answer = cut((notice.answer ?? "").replace(/\s+/g, " ").trim(), ANSWER_GRAPHEMES);
      return { kind: "agent-turn-complete", text: answer === "" ? "Agent turn complete" : answer };
    }
    case "plan_ready":
      return { kind: "plan-mode-prompt", text: "Plan mode prompt: Implement this plan?" };
    case "asked":
      return askedText(notice.request, cwd);
    default:
      return notice satisfies never;
  }
}

/** @param setting `tui.notifications`; everything unless it says otherwise */
export function isWanted(kind: Kind, setting: boolean | readonly string[] | undefined): boolean {
  return setting === undefined || typeof setting === "boolean" ? setting !== false : setting.includes(kind);
}

function askedText(request: AskRequest, cwd: string): { readonly kind: Kind; readonly text: string } {
  const kind = "approval-requested";
  switch (request.type) {
    case "command":
      return {
        kind,
        text: `Approval requested: ${cut(scriptOf(request.command).replace(/\s+/g, " "), COMMAND_GRAPHEMES)}`,
      };
    case "patch": {
      const [first] = request.changes;
      const one = request.changes.length === 1 && first !== undefined;
      const what = one ? relative(cwd, first.path) || first.path : `${request.changes.length} files`;
      return { kind, text: `Codex wants to edit ${what}` };
    }
    case "mcp_tool_call":
      return { kind, text: `Approval requested by ${request.server}` };
    case "mcp_elicitation":
      return { kind, text: `Approval requested by ${request.elicitation.server}` };
    case "questions": {
      const [first] = request.questions;
      const title =
        request.questions.length > 1
          ? `${request.questions.length} questions requested`
          : cut((first?.header || first?.question) ?? "", COMMAND_GRAPHEMES) || "Question requested";
      return { kind: "plan-mode-prompt", text: `Plan mode prompt: ${title}` };
    }
    default:
      return request satisfies never;
  }
}

function cut(text: string, graphemes: number): string {
  const all = [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
  return all.length <= graphemes ? text : `${all.slice(0, graphemes - 1).join("")}…`;
}
