// Starts the interface and sees it to its end: the questions before it, the session, and the last words (tui.md 1 and 7.6).

import { resolve } from "node:path";
import type { Config } from "../config/config";
import { homeFolder } from "../util/home-folder";
import { UserError } from "../util/user-error";
import { plainDraft, type Draft } from "./composer/draft";
import { createKeymap } from "./keymap/keymap";
import { createListKeys } from "./keymap/list-keys";
import { DEFAULT_STATUS_LINE } from "./live/footer";
import { notifierFor } from "./notifications";
import type { NewerVersion, PromptUiOptions } from "./options";
import { prepare } from "./prepare";
import { Session } from "./session";
import { dieBy, listenForEnd, SHUTDOWN_MS } from "./outside/signals";
import { openScreen, type Screen } from "./terminal/screen";
import { createTheme, type Theme } from "./terminal/theme";
import { DEFAULT_TITLE } from "./live/title";
import type { Layout } from "./transcript/layout";

export type { PromptUiOptions } from "./options";

/** What an MCP server has to end by itself when the interface is left. */
const SERVERS_MS = 250;

/**
 * Runs until the user leaves.
 * @returns the exit code
 * @throws UserError when no conversation can be opened
 */
export async function runPromptUi(options: PromptUiOptions): Promise<number> {
  const end = await onScreen(options).catch((error: unknown) => {
    if (!(error instanceof UserError) || !error.prefixed) throw error;
    throw new UserError(`ERROR: ${error.message}`, { prefixed: false, cause: error.cause });
  });
  if (end.type === "killed") return dieBy(end.signal);
  if (end.type === "update") return await end.newer.install();
  process.stdout.write(end.text);
  return 0;
}

type End =
  | { readonly type: "left"; readonly text: string }
  | { readonly type: "update"; readonly newer: NewerVersion }
  | { readonly type: "killed"; readonly signal: NodeJS.Signals };

async function onScreen(options: PromptUiOptions): Promise<End> {
  const bindings = options.config.toml.tui?.keymap;
  const listKeys = createListKeys(createKeymap(bindings), bindings);
  await using screen = openScreen({ env: options.env, listKeys });
  let leave = screen.hangUp;
  using signals = listenForEnd(() => leave(), screen.lent);
  const theme = createTheme(screen.colour, screen.background, screen.plain);
  const welcomed = await updateSettled(options, screen, theme);
  if (welcomed.type === "update") return welcomed;
  const prepared = await prepare(welcomed.options, screen, theme);
  let text = "";
  if (prepared !== undefined && signals.received() === undefined) {
    const session = openSession(prepared.options, screen, theme);
    leave = session.quit;
    try {
      await session.run(prepared.source, promptDraft(options));
    } finally {
      const ended = [endServers(session.config()), session[Symbol.asyncDispose]()];
      await Promise.race([Promise.all(ended), Bun.sleep(SHUTDOWN_MS)]);
    }
    text = session.farewell();
  }
  const signal = signals.received();
  return signal === undefined ? { type: "left", text } : { type: "killed", signal };
}

/** What is left to be told after the question about a newer version, if there is one. */
async function updateSettled(
  options: PromptUiOptions,
  screen: Screen,
  theme: Theme,
): Promise<Extract<End, { type: "update" }> | { type: "session"; options: PromptUiOptions }> {
  const { newer } = options;
  if (newer === undefined) return { type: "session", options };
  const { askUpdate } = await import("./onboarding/update");
  const answer = await askUpdate(newer, screen, theme);
  if (answer === "now") return { type: "update", newer };
  const complaint = answer === "until_next" ? newer.dismiss() : undefined;
  const warnings = complaint === undefined ? options.warnings : [...options.warnings, complaint];
  return { type: "session", options: { ...options, news: undefined, warnings } };
}

/** Nobody who leaves waits for a server that is stuck. What holds the connections need not be open yet, or any more. */
async function endServers({ toml }: Config): Promise<void> {
  if (Object.keys(toml.mcp_servers ?? {}).length === 0) return;
  const { connectionPool } = await import("../mcp/pool");
  await connectionPool().endAll(SERVERS_MS);
}

function openSession(options: PromptUiOptions, screen: Screen, theme: Theme): Session {
  const { env, config } = options;
  const { tui } = config.toml;
  const home = homeFolder(env);
  const layout = ({ cwd }: Config): Layout => ({
    theme,
    columns: () => screen.columns,
    cwd,
    home,
    hyperlinks: screen.colour > 0,
  });
  return new Session({
    options,
    screen,
    theme,
    layout,
    lines: {
      statusLine: tui?.status_line ?? DEFAULT_STATUS_LINE,
      title: tui?.terminal_title ?? DEFAULT_TITLE,
    },
    notify: notifierFor(config, env, screen),
  });
}

/** What the command line wants sent at once. Images are relative to the folder that the program was started in. */
function promptDraft({ prompt, images }: PromptUiOptions): Draft | undefined {
  if (prompt === undefined && images.length === 0) return undefined;
  const attached = images.map((path, index) => ({
    placeholder: `[Image #${index + 1}]`,
    path: resolve(path),
  }));
  const marks = attached.map(({ placeholder }) => placeholder).join(" ");
  const text = [marks, prompt ?? ""].filter((part) => part !== "").join(" ");
  return { ...plainDraft(text), images: attached };
}
