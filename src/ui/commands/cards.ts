// /status, /mcp, /ps, /stop, /debug-config: what this session works with.

import { loginStatus } from "../../auth/status";
import { authStore } from "../../auth/store";
import type { LayerSource } from "../../config/config";
import { tryLock } from "../../exec/libc";
import { readMeta } from "../../rollout/rebuild";
import { VERSION } from "../../util/version";
import type { App, CommandCall } from "../app";
import { cutText } from "../text/wrap";
import { elapsed, oneLine } from "../transcript/layout";
import { mcpCardLines, verboseMcpCardLines } from "../transcript/mcp-card";
import { statusCardLines } from "../transcript/status-card";

export async function status(app: App): Promise<void> {
  const thread = app.thread();
  if (thread === undefined) return app.notice("The session is being opened.");
  const config = app.config();
  const { model, effort, approvalPolicy, sandboxPolicy, permissionProfile, collaborationMode } =
    thread.settings();
  const { provider } = config;
  const account = await accountOf(app);
  const card = statusCardLines(
    {
      version: VERSION,
      model,
      effort,
      summaries: config.toml.model_reasoning_summary ?? "auto",
      provider: provider.id === "openai" ? undefined : { name: provider.name, baseUrl: provider.baseUrl },
      approvalPolicy,
      sandboxPolicy,
      profileName: permissionProfile?.name,
      collaborationMode,
      agentsMdFiles: thread.agentsMdFiles,
      account: account.text,
      chatGptAccount: account.chatGpt,
      sessionId: thread.id,
      threadName: app.threadName(),
      forkedFrom: thread.rolloutPath === undefined ? undefined : readMeta(thread.rolloutPath).forked_from_id,
      usage: thread.usage(),
      now: new Date(),
    },
    app.layout(),
  );
  app.print(app.transcript().block([app.theme.accent("/status"), "", ...card]));
}

export async function mcp(app: App, { args }: CommandCall): Promise<void> {
  if (args !== "" && args !== "verbose") return app.error("Usage: /mcp [verbose]");
  const thread = app.thread();
  if (thread === undefined) return;
  const lines = args === "verbose" ? verboseMcpCardLines : mcpCardLines;
  const servers = await thread.mcpServers();
  app.print(app.transcript().block([app.theme.accent("/mcp"), "", ...lines(servers, app.layout())]));
}

export function ps(app: App): void {
  const { theme } = app;
  const processes = app.thread()?.background() ?? [];
  if (processes.length === 0) return app.notice("No background terminals running.");
  const lines = processes.flatMap(({ command, startedAt, lastLines }) => [
    `  ${theme.dim("•")} ${oneLine(command)} ${theme.dim(`(${elapsed(Date.now() - startedAt)})`)}`,
    ...lastLines.map((line) => theme.dim(`      ${oneLine(line)}`)),
  ]);
  app.print(app.transcript().block([theme.bold("Background terminals"), "", ...cut(app, lines)]));
}

export async function stop(app: App): Promise<void> {
  const count = (await app.thread()?.stopBackground()) ?? 0;
  if (count === 0) return app.notice("No background terminals running.");
  app.notice(count === 1 ? "Stopped 1 background terminal." : `Stopped ${count} background terminals.`);
}

/** Which files say what, the weakest first. */
export function debugConfig(app: App): void {
  const { theme } = app;
  const layers = app.config().layers.flatMap((layer) => {
    const keys = Object.keys(layer.toml);
    const state =
      layer.disabledReason === undefined
        ? ""
        : theme.warning(` (not used: ${oneLine(layer.disabledReason)})`);
    return [
      `  ${oneLine(layerName(layer.source))}${state}`,
      theme.dim(`      ${keys.length === 0 ? "nothing" : oneLine(keys.join(", "))}`),
    ];
  });
  const overrides = [theme.bold("Config layers"), theme.dim("  The later wins."), "", ...layers];
  app.print(app.transcript().block([theme.accent("/debug-config"), "", ...cut(app, overrides)]));
}

function layerName(source: LayerSource): string {
  switch (source.type) {
    case "system":
      return `system: ${source.file}`;
    case "user":
      return `user: ${source.file}`;
    case "profile":
      return `profile ${source.profile}: ${source.file}`;
    case "project":
      return `project: ${source.file}`;
    case "session_flags":
      return "command line";
    case "legacy_managed":
      return `managed: ${source.file}`;
    default:
      return source satisfies never;
  }
}

async function accountOf(
  app: App,
): Promise<{ readonly text: string | undefined; readonly chatGpt: boolean }> {
  const login = await loginStatus(authStore(app.config(), { tryLock }));
  switch (login.type) {
    case "none":
    case "broken":
      return { text: undefined, chatGpt: false };
    case "chatgpt": {
      const plan = login.plan === undefined ? "" : ` (${login.plan})`;
      return { text: `${login.email ?? "ChatGPT"}${plan}`, chatGpt: true };
    }
    case "api_key":
      return { text: `API key ${login.masked}`, chatGpt: false };
    case "personal_access_token":
      return { text: "Personal access token", chatGpt: false };
    case "agent_identity":
      return { text: "Agent identity", chatGpt: false };
    default:
      return login satisfies never;
  }
}

function cut({ screen }: App, lines: readonly string[]): readonly string[] {
  return lines.map((line) => cutText(line, screen.columns));
}
