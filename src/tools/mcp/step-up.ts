// A login that may do more: what a server asks for in the middle of a call, where somebody is there to log in (mcp.md 6).

import { McpRequestError, type ScopesNeededError } from "../../mcp/failure";
import type { LinkOptions } from "../../mcp/link";
import { messageOf } from "../../util/user-error";
import type { ToolContext } from "../tool";
import { answersFor, refusesElicitations } from "./elicitation";

/**
 * Shows the user where to log in, and waits for it. The next request uses the new login.
 *
 * @param needed what the server has refused with; it says how to log in by hand
 * @throws McpRequestError when nobody wants to, or can
 */
export async function logInForMore(
  needed: ScopesNeededError,
  { config: server, env, tokens }: LinkOptions,
  callId: string,
  context: ToolContext,
): Promise<void> {
  const { name, transport } = server;
  if (transport.type === "stdio" || refusesElicitations(context.approvalPolicy)) throw needed;
  const login = await tokens.read(name, transport.url);
  if (login === undefined) throw needed;
  const { logIn } = await import("../../mcp/oauth-login");
  const { mcp_oauth_callback_port: port, mcp_oauth_callback_url: url } = context.config.toml;
  const { signal } = context;
  try {
    const better = await logIn({
      ...{ name, server: transport, env, signal },
      callback: { port, url },
      scopes: [...new Set([...(login.scopes ?? []), ...needed.scopes])],
      async present(address) {
        if (!(await isWanted(name, address, callId, context))) throw needed;
      },
    });
    await tokens.locked(() => tokens.save(better));
  } catch (error) {
    if (error === needed) throw needed;
    throw new McpRequestError(`${needed.message} The login did not succeed: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Put as a server's question to open a link, which front ends know. */
async function isWanted(server: string, url: string, callId: string, context: ToolContext): Promise<boolean> {
  const { answer } = answersFor(callId, context);
  const { action } = await answer(
    {
      server,
      message: "This call needs a login that may do more than the one of now.",
      request: { mode: "url", url, elicitationId: crypto.randomUUID() },
      meta: {},
    },
    context.signal,
  );
  return action === "accept";
}
