// What the live lines and the title say about a session at the moment.

import { gitInfo } from "../../rollout/git-info";
import type { ThreadSettings } from "../../protocol/thread";
import type { App } from "../app";
import { footerLine } from "./footer";
import { lineTexts, type LineData } from "./line-items";
import { liveView } from "./live-view";
import type { McpStartup } from "../mcp-startup";
import type { RunningTurn } from "../running-turn";
import { titleText } from "./title";
import { permissionsText } from "../transcript/status-card";

export type SessionView = {
  readonly turn: RunningTurn | undefined;
  /** Undefined before there is a conversation. */
  readonly startup: McpStartup | undefined;
  /** Commands of the user that run. */
  readonly shells: number;
  /** A dialog is open. */
  readonly waiting: boolean;
};

export function drawnSession(app: App, view: SessionView): void {
  const { screen, theme, config } = app;
  const { tui } = config().toml;
  const animated = tui?.animations !== false;
  const data = lineData(app, view);
  const { statusLine, title } = app.lines();
  if (title.length > 0) screen.title(titleText(title, data, animated ? performance.now() : undefined));
  const plan = data.settings.collaborationMode === "plan";
  const mode = plan ? theme.plan("Plan mode (shift+tab to cycle)") : "";
  const footer = footerLine(statusLine, data, {
    columns: screen.columns,
    theme,
    right: mode,
  });
  const status = workStatus(app, view);
  const contextLeft = lineTexts(["context-remaining"], data).join("");
  const { lines, cursor } = liveView(app, {
    status,
    background: app.thread()?.background().length ?? 0,
    steerable: view.turn?.kind === "agent",
    footer,
    right: mode === "" && status !== undefined ? theme.dim(contextLeft) : mode,
    animated,
  });
  screen.live(lines, cursor);
}

function workStatus(app: App, { turn, shells, startup }: SessionView) {
  const always = { background: app.thread()?.background().length ?? 0, interruptible: true };
  const starting = startup?.header();
  if (turn !== undefined) {
    const { header, details } = app.transcript().status();
    return { ...always, header: starting ?? header, details, elapsedMs: turn.clock.elapsedMs() };
  }
  if (startup !== undefined && starting !== undefined) {
    return { ...always, header: starting, details: [], elapsedMs: startup.elapsedMs() };
  }
  if (shells === 0) return undefined;
  return { ...always, header: "Running your command", details: [], elapsedMs: 0 };
}

/** What is not open yet is described as configured. */
export function lineData(app: App, view: Pick<SessionView, "turn" | "waiting">): LineData {
  const config = app.config();
  const thread = app.thread();
  const settings: ThreadSettings = thread?.settings() ?? {
    model: config.model ?? "",
    effort: config.toml.model_reasoning_effort,
    planEffort: config.toml.plan_mode_reasoning_effort,
    approvalPolicy: config.approvalPolicy,
    sandboxPolicy: config.sandboxPolicy,
    collaborationMode: "default",
  };
  const wantsBranch = [...app.lines().statusLine, ...app.lines().title].includes("git-branch");
  return {
    settings,
    cwd: config.cwd,
    home: app.layout().home,
    projectRoot: config.projectRoot,
    branch: wantsBranch ? gitInfo(config.cwd)?.branch : undefined,
    usage: thread?.usage(),
    threadId: thread?.id,
    threadName: app.threadName(),
    state: view.waiting ? "Waiting" : view.turn === undefined ? "Ready" : "Working",
    permissions: permissionsText(
      settings.approvalPolicy,
      settings.sandboxPolicy,
      app.layout(),
      settings.permissionProfile?.name,
    ),
    progress: app.transcript().progress(),
  };
}
