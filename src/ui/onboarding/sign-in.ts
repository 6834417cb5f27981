// Carries a sign-in out in front of the user: the browser, a device code, or an API key (tui.md 1.1).

import type { AuthStore } from "../../auth/store";
import type { LoginResult } from "../../auth/sign-in";
import { messageOf, UserError } from "../../util/user-error";
import { askText } from "../questions/ask-text";
import { hanging } from "../questions/list-view";
import type { Screen } from "../terminal/screen";
import type { Theme } from "../terminal/theme";
import { waitFor } from "./wait-for";

export type SignInOptions = {
  readonly screen: Screen;
  readonly theme: Theme;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly store: AuthStore;
  readonly originator: string;
  /** The login must belong to one of them; undefined: to any. */
  readonly workspaces: readonly string[] | undefined;
  readonly log?: (line: string) => void;
  /** Where to sign in, when it is not the usual place. */
  readonly issuer?: string;
};

export type SignInEnd = LoginResult;

const MARGIN = "  ";
const ESC_FOOTER = "Press esc to cancel";

/** The address is shown whole, for a browser elsewhere; where such a browser ends can be pasted. */
export async function signInWithBrowser(options: SignInOptions): Promise<SignInEnd> {
  const { screen, theme } = options;
  const [{ browserLogin }, { openBrowser }] = await Promise.all([
    import("../../auth/login-browser"),
    import("../../exec/detached"),
  ]);
  let address: string | undefined;
  let complaint: string | undefined;
  return await waitFor<SignInEnd>({
    screen,
    theme,
    whenGone: { type: "cancelled" },
    footer: ESC_FOOTER,
    placeholder: "or paste the address that the browser ended at",
    lines: (columns) => [
      ...hanging(MARGIN, "Finish signing in via your browser", columns, theme.bold),
      "",
      ...(address === undefined
        ? [`${MARGIN}Starting …`]
        : [
            ...hanging(MARGIN, "If it did not open, go to this address:", columns),
            "",
            ...hanging(MARGIN, address, columns, theme.link),
            "",
            ...hanging(
              MARGIN,
              "On a remote machine, press Esc and choose Device Code, or paste below the address of localhost that your browser could not open.",
              columns,
              theme.dim,
            ),
          ]),
      ...(complaint === undefined ? [] : hanging(MARGIN, complaint, columns, theme.error)),
    ],
    work: ({ signal, redraw, typed }) =>
      browserLogin({
        ...options,
        signal,
        openBrowser: (url) => openBrowser(url, options.env),
        onUrl: (url) => {
          address = url;
          redraw();
        },
        pasted: typed,
        onWrongPaste: () => {
          complaint = "That is not the address that this login ends at. Still waiting.";
          redraw();
        },
      }),
  });
}

export async function signInWithDeviceCode(options: SignInOptions): Promise<SignInEnd> {
  const { screen, theme } = options;
  const { deviceLogin } = await import("../../auth/device-login");
  let shown: { readonly url: string; readonly code: string } | undefined;
  return await waitFor<SignInEnd>({
    screen,
    theme,
    whenGone: { type: "cancelled" },
    footer: ESC_FOOTER,
    lines: (columns) =>
      shown === undefined
        ? [
            ...hanging(MARGIN, "Preparing device code login", columns, theme.bold),
            "",
            ...hanging(MARGIN, "Requesting a one-time code...", columns),
          ]
        : [
            ...hanging(MARGIN, "Finish signing in via your browser", columns, theme.bold),
            "",
            ...hanging(MARGIN, "1. Open this link in a browser, on any machine, and sign in:", columns),
            ...hanging("     ", shown.url, columns, theme.link),
            "",
            ...hanging(MARGIN, "2. Enter this one-time code (expires in 15 minutes):", columns),
            ...hanging("     ", shown.code, columns, theme.selected),
            "",
            ...hanging(
              MARGIN,
              "Device codes are often phished: never give this code to anybody, and enter no code that you did not ask for.",
              columns,
              theme.dim,
            ),
          ],
    work: ({ signal, redraw }) =>
      deviceLogin({
        ...options,
        signal,
        onCode: (code) => {
          shown = code;
          redraw();
        },
      }),
  });
}

/** What `OPENAI_API_KEY` holds is proposed. */
export async function signInWithApiKey(options: SignInOptions): Promise<SignInEnd> {
  const { screen, theme, env, store } = options;
  const found = env["OPENAI_API_KEY"]?.trim() ?? "";
  const key = await askText({
    screen,
    theme,
    title: "API key",
    ...(found !== "" && { subtitle: "Detected OPENAI_API_KEY environment variable.", initial: found }),
    placeholder: "Paste or type your API key",
    isSecret: true,
    check: (text) => (text === "" ? "API key cannot be empty" : undefined),
    footer: "Press enter to save or esc to go back",
  });
  if (key === undefined) return { type: "cancelled" };
  const { saveApiKey } = await import("../../auth/api-key");
  try {
    await saveApiKey(key, store, options);
    return { type: "signed_in", email: undefined, plan: undefined };
  } catch (error) {
    if (error instanceof UserError) return { type: "failed", message: messageOf(error) };
    throw error;
  }
}
