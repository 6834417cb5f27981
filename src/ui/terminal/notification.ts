// How the terminal is made to call its user: a text where it shows one, through tmux too, a toast of Windows, or the bell (login-notify.md 8).

import { startDetached } from "../../exec/detached";
import { plainText } from "../text/control-sequences";
import { isInTmux, terminalAroundTmux, terminalName, type TerminalName } from "./terminal-name";
import { hasWindowsToasts, toastCommand } from "./windows-toast";

type Environment = Readonly<Record<string, string | undefined>>;

export type NotificationMethod = "auto" | "osc9" | "bel";

const TITLE = "Codex";
const BEL = "\x07";
const SHOWS_TEXT: readonly TerminalName[] = ["ghostty", "iterm", "kitty", "warp", "wezterm"];

/**
 * What raises a notification. Nothing is waited for: until tmux has said what is around it, the bell has to do.
 * @param write puts a sequence into the terminal
 */
export function terminalNotifier(
  method: NotificationMethod,
  env: Environment,
  write: (sequence: string) => void,
): (text: string) => void {
  if (method !== "auto") return (text) => write(notificationSequence(method, text, env));
  if (hasWindowsToasts(env)) return (text) => toast(text, env, () => write(BEL));
  let name: TerminalName = "unknown";
  if (isInTmux(env)) void terminalAroundTmux(env).then((found) => (name = found));
  else name = terminalName(env);
  return (text) => write(notificationSequence(SHOWS_TEXT.includes(name) ? "osc9" : "bel", text, env));
}

/** OSC 9, wrapped for tmux where that is in between, or the bell. The text cannot end the sequence. */
export function notificationSequence(method: "osc9" | "bel", text: string, env: Environment): string {
  if (method === "bel") return BEL;
  const sequence = `\x1b]9;${plainText(text).replace(/\s+/g, " ").trim()}${BEL}`;
  return isInTmux(env) ? `\x1bPtmux;${sequence.replaceAll("\x1b", "\x1b\x1b")}\x1b\\` : sequence;
}

/** The bell takes the place of a toast that Windows does not show. */
function toast(text: string, env: Environment, ring: () => void): void {
  const started = startDetached(toastCommand(TITLE, text), env);
  if (started.type === "failed") ring();
  else void started.exited.then((code) => code !== 0 && ring());
}
