// What we switch on in a terminal and off again, what we ask it, and what we know of it (tui.md 11).

type Env = Readonly<Record<string, string | undefined>>;

export type Modes = {
  readonly enter: string;
  /** Undoes `enter`, and whatever a frame may have left. */
  readonly leave: string;
  /** Answered by whoever knows it; everybody answers the last question. */
  readonly ask: string;
};

const NEVER_REWRAPS = /^(linux|screen|vt\d+)/;
const BRACKETED_PASTE = "?2004";
const FOCUS_REPORTS = "?1004";
/** The kitty protocol with its first flag: keys that legacy sequences cannot tell apart. On a stack of the terminal's own. */
const PUSH_KEYBOARD = "\x1b[>1u";
const POP_KEYBOARD = "\x1b[<u";
/** xterm's modifyOtherKeys as configured, whatever the program before us left. */
const RESET_OTHER_KEYS = "\x1b[>4m";
const SHOW_CURSOR = "\x1b[?25h";
const WRAP_LINES = "\x1b[?7h";
const END_SYNCHRONIZED = "\x1b[?2026l";
const NO_STYLE = "\x1b[0m";
const ASK_BACKGROUND = "\x1b]11;?\x07";
const ASK_KEYBOARD = "\x1b[?u";
const ASK_ATTRIBUTES = "\x1b[c";

export function terminalModes(env: Env): Modes {
  const keyboard = wantsKeyboard(env);
  return {
    enter: `\x1b[${BRACKETED_PASTE}h\x1b[${FOCUS_REPORTS}h${RESET_OTHER_KEYS}${keyboard ? PUSH_KEYBOARD : ""}`,
    leave:
      `${END_SYNCHRONIZED}${NO_STYLE}${keyboard ? POP_KEYBOARD : ""}${RESET_OTHER_KEYS}` +
      `\x1b[${FOCUS_REPORTS}l\x1b[${BRACKETED_PASTE}l${WRAP_LINES}${SHOW_CURSOR}`,
    ask: `${ASK_BACKGROUND}${keyboard ? ASK_KEYBOARD : ""}${ASK_ATTRIBUTES}`,
  };
}

/** Whether the terminal wraps its lines anew when its width changes; nearly all do. */
export function rewrapsLines(env: Env): boolean {
  if ((env["TMUX"] ?? "") !== "") return true; // whatever TERM says
  return !NEVER_REWRAPS.test(env["TERM"] ?? "") && (env["XTERM_VERSION"] ?? "") === "";
}

/** VS Code under WSL loses keys with it. */
function wantsKeyboard(env: Env): boolean {
  if ((env["CODEX_TUI_DISABLE_KEYBOARD_ENHANCEMENT"] ?? "") !== "") return false;
  return !((env["WSL_DISTRO_NAME"] ?? "") !== "" && env["TERM_PROGRAM"] === "vscode");
}
