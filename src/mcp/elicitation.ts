// Reads what a server asks of the user in the middle of a call, and says what answers it may get (mcp.md 12).

import type { Elicitation, FormValue } from "../protocol/elicitation";
import { isRecord } from "./tool-list";

export type ElicitationAnswer =
  | { readonly action: "accept"; readonly content?: Readonly<Record<string, FormValue>> }
  | { readonly action: "decline" }
  | { readonly action: "cancel" };

/** Answers a server's question; the signal fires when the answer is no longer wanted. */
export type AnswerElicitation = (elicitation: Elicitation, signal: AbortSignal) => Promise<ElicitationAnswer>;

/** @param params of `elicitation/create`, which the SDK has checked */
export function elicitationOf(server: string, params: Readonly<Record<string, unknown>>): Elicitation {
  const { progressToken: _, ...meta } = isRecord(params._meta) ? params._meta : {};
  return {
    server,
    message: String(params.message),
    request:
      params.mode === "url"
        ? { mode: "url", url: String(params.url), elicitationId: String(params.elicitationId) }
        : { mode: "form", schema: isRecord(params.requestedSchema) ? params.requestedSchema : {} },
    meta,
  };
}

/** Whether a form asks for nothing but consent. */
export function asksForNothing({ request }: Elicitation): boolean {
  if (request.mode !== "form") return false;
  const { properties } = request.schema;
  return !isRecord(properties) || Object.keys(properties).length === 0;
}
