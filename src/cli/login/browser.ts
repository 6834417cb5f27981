// The browser login of the command line: what it prints, and the pasted address where the browser is on another machine.

import { browserLogin } from "../../auth/login-browser";
import type { LoginResult } from "../../auth/sign-in";
import { openBrowser } from "../../exec/detached";
import { isTerminal } from "../terminal";
import { tell, type Signing } from "./signing";

/** Longer than any address of a login. */
const LINE_BYTES = 65_536;

const PASTE_HINT =
  "If the browser runs on another machine, it will end at an address of localhost that it cannot open:\n" +
  "paste that address here and press Enter.";

export async function logInWithBrowser(asker: Omit<Signing, "config">): Promise<LoginResult> {
  const { env } = asker;
  const pastes = isHeadless(env) && (await isTerminal(0));
  return await browserLogin({
    ...asker,
    signal: new AbortController().signal,
    openBrowser: (url) => openBrowser(url, env),
    onUrl: (url, port) => {
      tell(
        `Starting local login server on http://localhost:${port}.\n` +
          "If your browser did not open, navigate to this URL to authenticate:\n\n" +
          `${url}\n\n` +
          "On a remote or headless machine? Use `codex login --device-auth` instead.",
      );
      if (pastes) tell(PASTE_HINT);
    },
    onRefusal: (message) => tell(`OAuth callback error: ${message}`),
    ...(pastes && {
      pasted: typedLines,
      onWrongPaste: () => tell("That is not the address that this login ends at. Still waiting."),
    }),
  });
}

/** A browser here would not be seen by the user: there is no display, or the user is somewhere else. */
function isHeadless(env: Signing["env"]): boolean {
  if (env["SSH_CONNECTION"] || env["SSH_TTY"]) return true;
  return process.platform === "linux" && !env["DISPLAY"] && !env["WAYLAND_DISPLAY"];
}

/** Lines of stdin, until the signal. */
async function* typedLines(signal: AbortSignal): AsyncGenerator<string, void> {
  const reader = Bun.stdin.stream().getReader();
  const stop = () => void reader.cancel();
  signal.addEventListener("abort", stop, { once: true });
  const decoder = new TextDecoder();
  let text = "";
  try {
    while (!signal.aborted) {
      const { done, value } = await reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
      const lines = text.split("\n");
      text = (lines.pop() ?? "").slice(0, LINE_BYTES);
      yield* lines;
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
