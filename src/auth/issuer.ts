// Talks to the issuer of ChatGPT logins: one request, its answer read whole, and what an answer says of an error (login-notify.md 4 and 6).

import { extraCertificates } from "../util/certificates";
import { VERSION } from "../util/version";

export const ISSUER = "https://auth.openai.com";
export const CLIENT_ID = "app_EMoamEEZ73f0CkXaXp7hrann";

/** Shorter than anybody waits for the lock under which tokens are renewed. */
const ANSWER_MS = 30_000;
const ANSWER_BYTES = 1_048_576;

type Environment = Readonly<Record<string, string | undefined>>;

/** Who asks. */
export type Asker = {
  readonly env: Environment;
  readonly originator: string;
  /** The originator and our version, when nothing more is known. */
  readonly userAgent?: string;
};

export type IssuerRequest = {
  readonly url: string;
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as a form, or as JSON. */
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly signal?: AbortSignal;
  /** Milliseconds until the answer must be there. */
  readonly deadlineMs?: number;
};

export type IssuerAnswer = {
  /** 2xx. */
  readonly ok: boolean;
  /** As in `401 Unauthorized`. */
  readonly status: number;
  readonly statusText: string;
  readonly text: string;
  /** Fields of the JSON object that came; empty when none did. */
  readonly fields: Readonly<Record<string, unknown>>;
};

/** Rejects when no answer comes in time, with what the network said. */
export async function askIssuer(request: IssuerRequest, asker: Asker): Promise<IssuerAnswer> {
  const { env, originator } = asker;
  const { form, json, method = "POST", deadlineMs = ANSWER_MS } = request;
  const headers = {
    originator,
    "user-agent": asker.userAgent ?? `${originator}/${VERSION}`,
    ...(form !== undefined && { "content-type": "application/x-www-form-urlencoded" }),
    ...(json !== undefined && { "content-type": "application/json" }),
    ...request.headers,
  };
  const deadline = AbortSignal.timeout(deadlineMs);
  const response = await fetch(request.url, {
    method,
    headers,
    redirect: "manual",
    signal: request.signal === undefined ? deadline : AbortSignal.any([request.signal, deadline]),
    ...(form !== undefined && { body: new URLSearchParams(form).toString() }),
    ...(json !== undefined && { body: JSON.stringify(json) }),
    ...(await extraCertificates(env)),
  });
  const text = await boundedText(response);
  return {
    ok: response.ok,
    status: response.status,
    statusText: `${response.status} ${response.statusText}`.trim(),
    text,
    fields: fieldsOf(text),
  };
}

/** The first of what an answer says of its error: description, message, code, or the text itself (login-notify.md 4.2). */
export function errorDetail({ fields, text }: Pick<IssuerAnswer, "fields" | "text">): string {
  const { error, error_description: description } = fields;
  const nested = isRecord(error) ? error : {};
  const said = [description, nested["message"], error, nested["code"]].find(isText);
  return said ?? (text.trim() || "unknown error");
}

export function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(text);
    return isRecord(json) ? json : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

async function boundedText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let read = 0;
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk.subarray(0, ANSWER_BYTES - read), { stream: true });
    read += chunk.length;
    if (read >= ANSWER_BYTES) break;
  }
  return text + decoder.decode();
}
