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

/** Whether a form can be sent back as it came: every field that it insists on has a default. */
export function isCompleteForm({ request }: Elicitation): boolean {
  if (request.mode !== "form") return false;
  const { required } = request.schema;
  const filled = Object.keys(defaultsOf(request.schema));
  const properties = Object.keys(propertiesOf(request.schema));
  const mustBeFilled = Array.isArray(required) ? required : [];
  if (properties.length === filled.length) return true;
  return filled.length > 0 && mustBeFilled.every((name) => filled.includes(String(name)));
}

/** What a form holds before anybody has touched it. */
export function defaultsOf(schema: Readonly<Record<string, unknown>>): Readonly<Record<string, FormValue>> {
  return Object.fromEntries(
    Object.entries(propertiesOf(schema)).flatMap(([name, field]): [string, FormValue][] => {
      const value = isRecord(field) ? field.default : undefined;
      return isFormValue(value) ? [[name, value]] : [];
    }),
  );
}

function propertiesOf({ properties }: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return isRecord(properties) ? properties : {};
}

function isFormValue(value: unknown): value is FormValue {
  if (Array.isArray(value)) return value.every((one) => typeof one === "string");
  return ["string", "number", "boolean"].includes(typeof value);
}
