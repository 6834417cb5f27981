// What a first-time user sees: how to sign in, on one screen (tui.md 1.1).

import type { Config } from "../../config/config";
import type { Choice } from "../questions/choice";
import { choose } from "../questions/choose";
import { hanging } from "../questions/list-view";
import firstSteps from "./first-steps.txt" with { type: "text" };
import {
  signInWithApiKey,
  signInWithBrowser,
  signInWithDeviceCode,
  type SignInEnd,
  type SignInOptions,
} from "./sign-in";
import otherWays from "./welcome.txt" with { type: "text" };

export type WelcomeOptions = SignInOptions & { readonly config: Pick<Config, "toml"> };

type Way = "browser" | "device" | "api_key";

const MARGIN = "  ";
const ACCOUNT: readonly Choice<Way>[] = [
  {
    value: "browser",
    label: "Sign in with ChatGPT",
    hint: "Usage included with Plus, Pro, Business, and Enterprise plans",
  },
  {
    value: "device",
    label: "Sign in with Device Code",
    hint: "Sign in from another device with a one-time code",
  },
];
const KEY: Choice<Way> = {
  value: "api_key",
  label: "Provide your own API key",
  hint: "Pay for what you use",
};

/** Ends when somebody is signed in, or wants to leave. What went wrong is shown above the list, which stays. */
export async function welcome(options: WelcomeOptions): Promise<"signed_in" | "quit"> {
  const { screen, theme } = options;
  let complaint: string | undefined;
  for (;;) {
    const way = await choose<Way>({
      screen,
      theme,
      title: "Welcome to Codex, a coding agent for the terminal",
      body: (columns) => [
        ...hanging(MARGIN, introduction(options), columns),
        ...hanging(MARGIN, otherWays.trim(), columns, theme.dim),
        ...(complaint === undefined ? [] : ["", ...hanging(MARGIN, complaint, columns, theme.error)]),
      ],
      options: waysOf(options),
      footer: "Press enter to continue, q to quit",
      quitKeys: ["q"],
    });
    if (way === "cancelled") return "quit";
    const end = await signIn(way, options);
    if (end.type === "signed_in") {
      await celebrate(way, end, options);
      return "signed_in";
    }
    complaint = end.type === "failed" ? end.message : undefined;
  }
}

/** `forced_login_method` takes away what it does not allow. */
function waysOf({ config }: WelcomeOptions): readonly Choice<Way>[] {
  const forced = config.toml.forced_login_method;
  if (forced === "api") return [KEY];
  return forced === "chatgpt" ? ACCOUNT : [...ACCOUNT, KEY];
}

function introduction({ config }: WelcomeOptions): string {
  switch (config.toml.forced_login_method) {
    case "api":
      return "Connect an API key for usage-based billing.";
    case "chatgpt":
      return "Sign in with ChatGPT to use Codex as part of your paid plan.";
    default:
      return "Sign in with ChatGPT to use Codex as part of your paid plan, or connect an API key for usage-based billing.";
  }
}

async function signIn(way: Way, options: WelcomeOptions): Promise<SignInEnd> {
  switch (way) {
    case "browser":
      return await signInWithBrowser(options);
    case "device":
      return await signInWithDeviceCode(options);
    case "api_key":
      return await signInWithApiKey(options);
    default:
      return way satisfies never;
  }
}

async function celebrate(
  way: Way,
  end: Extract<SignInEnd, { type: "signed_in" }>,
  { screen, theme }: WelcomeOptions,
): Promise<void> {
  if (way === "api_key") {
    screen.print(`${theme.success("✓")} API key configured\n`);
    return;
  }
  const account = [end.email, end.plan].filter(Boolean).join(", ");
  screen.print(
    `${theme.success("✓")} Signed in with your ChatGPT account${account === "" ? "" : ` (${account})`}\n`,
  );
  await choose({
    screen,
    theme,
    title: "Before you start",
    body: (columns) =>
      firstSteps
        .trim()
        .split("\n")
        .flatMap((line) => hanging(MARGIN, line, columns)),
    options: [{ value: "on", label: "Continue" }],
    footer: "Press enter to continue",
  });
}
