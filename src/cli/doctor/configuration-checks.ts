// What `codex doctor` looks at among the settings: files, login, MCP servers, the state folder.

import { accessSync, constants, existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { LayerSource } from "../../config/config";
import { serverConfigs, type McpServerConfig } from "../../mcp/server-config";
import { sessionFiles } from "../../rollout/files";
import { osErrorText } from "../../util/os-error";
import { loginFinding } from "./login-check";
import { configOf, isFinding, type Check, type Finding, type Subject } from "./check";

export const CONFIGURATION_CHECKS: readonly Check[] = [
  { id: "config.load", category: "Configuration", name: "config", look: config },
  { id: "auth.credentials", category: "Configuration", name: "auth", look: loginFinding },
  { id: "mcp.config", category: "Configuration", name: "mcp", look: mcp },
  { id: "state.paths", category: "Configuration", name: "state", look: state },
];

function config({ config: loaded }: Subject): Finding {
  if ("type" in loaded) {
    return {
      status: "fail",
      summary: loaded.message.split("\n")[0] ?? "config.toml cannot be loaded",
      details: { message: loaded.message },
      remediation: "Correct the line; `codex config schema` and docs/config.md list what is allowed.",
    };
  }
  const read = loaded.layers.filter(({ text }) => text !== undefined);
  const details = {
    layers: read.map(({ source }) => layerName(source)).join(", ") || "none; everything is as it comes",
    model: loaded.model ?? "the default",
    provider: `${loaded.modelProviderId} (${loaded.provider.baseUrl})`,
    sandbox: loaded.sandboxPolicy.type,
    approvals: typeof loaded.approvalPolicy === "string" ? loaded.approvalPolicy : "granular",
    project: `${loaded.projectRoot} (${loaded.trust ?? "trust not decided"})`,
  };
  const warnings = [...loaded.warnings, ...loaded.deprecations.map(({ summary }) => summary)];
  if (warnings.length === 0) return { status: "ok", summary: "loaded", details };
  return { status: "warning", summary: warnings.join(" "), details };
}

function layerName(source: LayerSource): string {
  return source.type === "session_flags" ? "flags" : source.file;
}

function mcp(subject: Subject): Finding {
  const loaded = configOf(subject);
  if (isFinding(loaded)) return loaded;
  const servers = serverConfigs(loaded.toml.mcp_servers);
  if (servers.length === 0) return { status: "idle", summary: "no MCP servers configured" };
  const faults = servers.filter((each) => each.enabled).flatMap((each) => faultsOf(each, subject));
  const details = Object.fromEntries(servers.map((each) => [each.name, shownTransport(each)]));
  const count = `${servers.length} ${servers.length === 1 ? "server" : "servers"}`;
  if (faults.length === 0) return { status: "ok", summary: count, details };
  return {
    status: servers.some(({ required }) => required) ? "fail" : "warning",
    summary: faults.join("; "),
    details,
    remediation:
      "Correct `[mcp_servers]` in config.toml, or install what is missing. Nothing was started for this check.",
  };
}

/** Only what can be seen without starting anything. */
function faultsOf({ name, transport }: McpServerConfig, { env, cwd }: Subject): readonly string[] {
  if (transport.type === "streamable_http") {
    const variable = transport.bearerTokenEnvVar;
    const unset = variable !== undefined && (env[variable] ?? "") === "";
    return [
      ...(URL.canParse(transport.url) ? [] : [`${name}: not a URL: ${transport.url}`]),
      ...(unset ? [`${name}: the variable ${variable} is not set`] : []),
    ];
  }
  const PATH = transport.env?.["PATH"] ?? env["PATH"] ?? "";
  const found = Bun.which(transport.command, { PATH, cwd: transport.cwd ?? cwd });
  return found === null ? [`${name}: \`${transport.command}\` is not on PATH`] : [];
}

function shownTransport({ transport, enabled }: McpServerConfig): string {
  const where = transport.type === "stdio" ? [transport.command, ...transport.args].join(" ") : transport.url;
  return enabled ? where : `${where} (disabled)`;
}

/** Whether everything that we keep can be kept. */
function state({ codexHome }: Subject): Finding {
  const remediation = `Make ${codexHome} a folder of your own that you may write, or name another with CODEX_HOME.`;
  try {
    if (!statSync(codexHome).isDirectory()) {
      return { status: "fail", summary: `${codexHome} is not a folder`, remediation };
    }
    accessSync(codexHome, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    return { status: "fail", summary: `${codexHome}: ${osErrorText(error)}`, remediation };
  }
  const details = {
    CODEX_HOME: codexHome,
    "active rollouts": shownSize(join(codexHome, "sessions")),
    "archived rollouts": shownSize(join(codexHome, "archived_sessions")),
    rules: String(entries(join(codexHome, "rules"), ".rules")),
  };
  const exposed = ["auth.json", ".credentials.json"].filter((name) => isReadByOthers(join(codexHome, name)));
  if (exposed.length === 0) return { status: "ok", summary: "the state folder can be used", details };
  return {
    status: "warning",
    summary: `others on this machine can read ${exposed.join(" and ")}`,
    details,
    remediation: `chmod 600 ${exposed.map((name) => join(codexHome, name)).join(" ")}`,
  };
}

function shownSize(folder: string): string {
  if (!existsSync(folder)) return "none";
  let [count, bytes] = [0, 0];
  for (const { path } of sessionFiles(folder)) {
    count += 1;
    bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }
  return `${count} files, ${(bytes / 1e6).toFixed(1)} MB`;
}

function entries(folder: string, ending: string): number {
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(ending)).length : 0;
}

function isReadByOthers(file: string): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  return found !== undefined && process.platform !== "win32" && (found.mode & 0o077) !== 0;
}
