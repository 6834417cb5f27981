// Words what went wrong with an MCP server: at its start, and in a request (mcp.md 3 and 9).

import { constants } from "node:os";
import { messageOf } from "../util/user-error";
import type { ExitStatus } from "../exec/spawn";
import type { McpServerConfig } from "./server-config";
import type { ProcessReport } from "./stdio-transport";

/** Why a server is not there. */
export type StartFailure = {
  readonly server: string;
  /** The bare reason, as in the list of required servers that failed. */
  readonly cause: string;
  /** The whole sentence for a warning. */
  readonly message: string;
};

/** Thrown by a request to a server: what the server, or its connection, had to say. */
export class McpRequestError extends Error {
  override readonly name = "McpRequestError";
}

/** Thrown by a request that the login may not make. */
export class ScopesNeededError extends McpRequestError {
  /** What the server wants it to have; empty when it does not say. */
  readonly scopes: readonly string[];

  constructor(server: string, scopes: readonly string[]) {
    const flag = scopes.length === 0 ? "" : ` --scopes ${scopes.join(",")}`;
    super(
      `The ${server} MCP server wants a login that may do more. Run \`codex mcp login ${server}${flag}\`.`,
    );
    this.scopes = scopes;
  }
}

/** Thrown where a server wants a login first. */
export class AuthRequiredError extends Error {
  override readonly name = "AuthRequiredError";
  constructor() {
    super("Auth required");
  }
}

export function startFailure(
  server: string,
  cause: string,
  told: { readonly report?: ProcessReport | undefined } = {},
): StartFailure {
  const message = `MCP client for \`${server}\` failed to start: MCP startup failed: ${cause}${evidence(told.report)}`;
  return { server, cause, message };
}

/** @param limitMs what was waited for */
export function startTimeout(
  server: string,
  limitMs: number,
  told: { readonly report?: ProcessReport | undefined } = {},
): StartFailure {
  const seconds = limitMs / 1000;
  return {
    server,
    cause: `timed out after ${seconds}s`,
    message:
      `MCP client for \`${server}\` timed out after ${seconds} seconds${evidence(told.report)}. ` +
      `Add or adjust \`startup_timeout_sec\` in your config.toml:\n[mcp_servers.${server}]\nstartup_timeout_sec = XX`,
  };
}

export function loginNeeded(server: string): StartFailure {
  return {
    server,
    cause: "Auth required",
    message: `The ${server} MCP server is not logged in. Run \`codex mcp login ${server}\`.`,
  };
}

/** Of anything that a request to a server throws, the reason in one line; JSON-RPC errors with their code. */
export function requestFailure(thrown: unknown): string {
  if (!(thrown instanceof Error)) return messageOf(thrown);
  const code = "code" in thrown && typeof thrown.code === "number" ? thrown.code : undefined;
  const message = thrown.message.replace(/^MCP error -?\d+: /, "");
  if (thrown.name !== "McpError" || code === undefined) return message;
  const data = "data" in thrown && thrown.data !== undefined ? `(${JSON.stringify(thrown.data)})` : "";
  return `Mcp error: ${code}: ${message}${data}`;
}

/** How a server's process ended and its last words, in brackets; empty when there is nothing to tell. */
export function evidence(report: ProcessReport | undefined): string {
  if (report === undefined) return "";
  const facts = [
    report.status === undefined ? "" : statusText(report.status),
    report.stray === undefined ? "" : `stdout has what is not MCP: ${JSON.stringify(report.stray)}`,
    report.stderr === "" ? "" : `stderr: ${report.stderr}`,
  ].filter((fact) => fact !== "");
  return facts.length === 0 ? "" : ` (${facts.join("; ")})`;
}

/** For a process that could not be started the operating system's words, the program and what to do; undefined for one that was. */
export function spawnFailure(
  { name, transport }: Pick<McpServerConfig, "name" | "transport">,
  status: ExitStatus | undefined,
): string | undefined {
  if (status?.type !== "failed" || transport.type !== "stdio") return undefined;
  const program = transport.command;
  const setting = `correct \`command\` of [mcp_servers.${name}] in config.toml`;
  switch (status.cause) {
    case "not_found": {
      const where = /[\\/]/.test(program)
        ? "does not exist, or needs a program that does not"
        : "is not on PATH";
      return `No such file or directory (os error ${constants.errno.ENOENT}): \`${program}\` ${where}; install it, or ${setting}`;
    }
    case "not_executable":
      return `Permission denied (os error ${constants.errno.EACCES}): \`${program}\` may not be executed; make it executable, or ${setting}`;
    case "directory":
    case "sandbox":
    case "other":
      return status.message;
    default:
      return status.cause satisfies never;
  }
}

function statusText(status: ExitStatus): string {
  switch (status.type) {
    case "exited":
      return `exit code ${status.code}`;
    case "signaled":
      return `signal ${status.signal}`;
    case "failed":
      return "";
    default:
      return status satisfies never;
  }
}
