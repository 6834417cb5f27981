// Calls a user who looks elsewhere: what a notification says, when it is wanted, and how the terminal raises it (login-notify.md 8).

import { startDetached } from "../../exec/detached";
import { plainText } from "../text/control-sequences";
import { graphemes } from "../editor/graphemes";
import { isInTmux, terminalAroundTmux, terminalName, type TerminalName } from "./terminal-name";
import { hasWindowsToasts, toastCommand } from "./windows-toast";

type Environment = Readonly<Record<string, string | undefined>>;

export type Notification =
  | { readonly type: "agent-turn-complete"; readonly message: string | null }
  | { readonly type: "approval-requested"; readonly about: ApprovalSubject }
  | { readonly type: "plan-mode-prompt"; readonly title: string };

export type ApprovalSubject =
  | { readonly type: "command"; readonly command: string }
  /** Paths relative to the folder of the session. */
  | { readonly type: "edit"; readonly paths: readonly string[] }
  | { readonly type: "server"; readonly server: string };

export type NotificationMethod = "auto" | "osc9" | "bel";

/** The part of `[tui]` that says when; undefined is the default. */
export type NotificationSettings = {
  readonly notifications?: boolean | readonly string[] | undefined;
  readonly notification_method?: NotificationMethod | undefined;
  readonly notification_condition?: "unfocused" | "always" | undefined;
};

export type Notifier = {
  /** Raises it if it is wanted, which in general it is not while the terminal has the focus. Never throws. */
  readonly notify: (notification: Notification, focused: boolean) => void;
};

const MESSAGE_GRAPHEMES = 200;
const COMMAND_GRAPHEMES = 30;
const ELLIPSIS = "...";
const BEL = "\x07";

const SHOWS_OSC9: readonly TerminalName[] = ["ghostty", "iterm", "kitty", "warp", "wezterm"];

/** @param write puts a sequence into the terminal */
export function openNotifier(options: {
  readonly settings: NotificationSettings;
  readonly env: Environment;
  readonly write: (sequence: string) => void;
}): Notifier {
  const { settings, env, write } = options;
  const raise = raiser(settings.notification_method ?? "auto", env, write);
  return {
    notify(notification, focused) {
      if (isWanted(notification, settings, focused)) raise(notificationText(notification));
    },
  };
}

/** One line, as short as a notification must be. */
export function notificationText(notification: Notification): string {
  switch (notification.type) {
    case "agent-turn-complete":
      return cut(oneLine(notification.message ?? ""), MESSAGE_GRAPHEMES) || "Agent turn complete";
    case "approval-requested":
      return approvalText(notification.about);
    case "plan-mode-prompt":
      return `Plan mode prompt: ${oneLine(notification.title)}`;
    default:
      return notification satisfies never;
  }
}

/** The title of questions to the user: the one that is asked, or how many there are. */
export function questionsTitle(
  questions: readonly { readonly header: string; readonly question: string }[],
): string {
  const [first, ...more] = questions;
  if (more.length > 0) return `${questions.length} questions requested`;
  return cut(oneLine(first?.header || first?.question || ""), COMMAND_GRAPHEMES) || "Question requested";
}

/** OSC 9, wrapped for tmux where one is in between, or the bell. The text cannot end the sequence. */
export function notificationSequence(method: "osc9" | "bel", text: string, env: Environment): string {
  if (method === "bel") return BEL;
  const sequence = `\x1b]9;${oneLine(text)}${BEL}`;
  return isInTmux(env) ? `\x1bPtmux;${sequence.replaceAll("\x1b", "\x1b\x1b")}\x1b\\` : sequence;
}

function isWanted(
  { type }: Notification,
  { notifications = true, notification_condition: condition = "unfocused" }: NotificationSettings,
  focused: boolean,
): boolean {
  if (focused && condition === "unfocused") return false;
  return typeof notifications === "boolean" ? notifications : notifications.includes(type);
}

/** Nothing is waited for: until tmux has said what is around it, the bell has to do. */
function raiser(
  method: NotificationMethod,
  env: Environment,
  write: (sequence: string) => void,
): (text: string) => void {
  if (method !== "auto") return (text) => write(notificationSequence(method, text, env));
  if (hasWindowsToasts(env)) return (text) => toast(text, env, () => write(BEL));
  let name = terminalName(env);
  if (isInTmux(env)) {
    name = "unknown";
    void terminalAroundTmux(env).then((found) => (name = found));
  }
  return (text) => write(notificationSequence(SHOWS_OSC9.includes(name) ? "osc9" : "bel", text, env));
}

/** The bell takes the place of a toast that Windows does not show. */
function toast(text: string, env: Environment, ring: () => void): void {
  const started = startDetached(toastCommand("Codex", text), env);
  if (started.type === "failed") ring();
  else void started.exited.then((code) => code !== 0 && ring());
}

function approvalText(about: ApprovalSubject): string {
  switch (about.type) {
    case "command":
      return `Approval requested: ${cut(oneLine(about.command), COMMAND_GRAPHEMES)}`;
    case "edit": {
      const [path = "", ...more] = about.paths;
      return `Codex wants to edit ${more.length === 0 ? oneLine(path) : `${about.paths.length} files`}`;
    }
    case "server":
      return `Approval requested by ${oneLine(about.server)}`;
    default:
      return about satisfies never;
  }
}

/** Without anything that a terminal obeys, white space as single blanks. */
function oneLine(text: string): string {
  return plainText(text).replace(/\s+/g, " ").trim();
}

/** At most `limit` characters as a person sees them, the last ones dots where something was cut. */
function cut(text: string, limit: number): string {
  const ends: number[] = [];
  for (const { at, text: letters } of graphemes(text.slice(0, limit * LONGEST_GRAPHEME))) {
    ends.push(at + letters.length);
    if (ends.length > limit) return text.slice(0, ends[limit - ELLIPSIS.length - 1]) + ELLIPSIS;
  }
  return text;
}

/** Code units; a longer one is nobody's text. */
const LONGEST_GRAPHEME = 64;
