// Why a request or a response failed: the text for the user, the kind for clients, and whether trying again can help (agent.md 11).

import type { ErrorKind } from "../protocol/events";
import { UserError } from "../util/user-error";
import { networkCause } from "./network-cause";
import { usageLimitText } from "./usage-limit";

export type Failure = {
  readonly message: string;
  readonly kind: ErrorKind;
  readonly httpStatus?: number;
  /** The same request may be sent again at once and silently (request layer). */
  readonly retryRequest: boolean;
  /** The response may be asked for anew, announced (turn layer). */
  readonly retryTurn: boolean;
  /** The server said how long to wait before that. */
  readonly waitMs?: number;
};

/** An answer that is not a 2xx. */
export type Refusal = { readonly status: number; readonly headers: Headers; readonly body: string };

/** The final text when the API refuses an image; the caller may take the image out and ask again. */
export const INVALID_IMAGE = "Invalid image in your last message. Please remove it and try again.";

const MESSAGE_BYTES = 1000;
/** A server that asks for more patience than this gets none: the turn fails and the user decides. */
const MOST_PATIENCE_MS = 10 * 60_000;

const OVERLOADED = "Selected model is at capacity. Please try a different model.";
const HIGH_DEMAND = "We're currently experiencing high demand, which may cause temporary errors.";
const NOT_INCLUDED =
  "To use Codex with your ChatGPT plan, upgrade to Plus: https://chatgpt.com/explore/plus.";
const NO_ROOM =
  "Codex ran out of room in the model's context window. Start a new thread or clear earlier history before retrying.";

/** A stream that ended before the response did. */
export function disconnected(detail: string, waitMs?: number): Failure {
  return {
    message: `stream disconnected before completion: ${detail}`,
    kind: "other",
    retryRequest: false,
    ...patience(waitMs),
  };
}

/** No connection, or none that lasted to the answer; says why. What only the user can mend, a setting of ours, is not tried again. */
export function unreachable(url: string, cause: unknown): Failure {
  if (cause instanceof UserError) {
    return { message: cause.message, kind: "other", retryRequest: false, retryTurn: false };
  }
  return { ...notSent(url, networkCause(cause, url, process.env)), retryRequest: true };
}

/** Nothing came in `waitedMs` after a request. */
export function unanswered(url: string, waitedMs: number): Failure {
  return notSent(url, `no answer came within ${waitedMs / 1000} seconds`);
}

/** `url` is shown without its query and credentials. */
export function refused(refusal: Refusal, url: string): Failure {
  const { status, headers, body } = refusal;
  const error = errorOf(body);
  const final = (message: string, kind: ErrorKind): Failure => ({
    message,
    kind,
    httpStatus: status,
    retryRequest: false,
    retryTurn: false,
  });
  if (status === 400) {
    return final(isInvalidImage(body) ? INVALID_IMAGE : body, "other");
  }
  if (status === 429) {
    if (error.type === "usage_limit_reached") {
      return final(usageLimitText(error, headers, new Date()), "usage_limit_exceeded");
    }
    if (error.type === "usage_not_included") return final(NOT_INCLUDED, "usage_limit_exceeded");
    return tooManyRequests(headers);
  }
  if (status === 503 && isOverload(error.code)) {
    return { ...final(OVERLOADED, "server_overloaded"), retryRequest: true };
  }
  const again = { retryTurn: true, retryRequest: status >= 500, httpStatus: status };
  if (status === 500) return { message: HIGH_DEMAND, kind: "internal_server_error", ...again };
  return { message: statusText(refusal, url), kind: "other", ...again };
}

/** `response.failed`, by the code of its error. */
export function responseFailure(error: Readonly<Record<string, unknown>>): Failure {
  const message = typeof error.message === "string" ? error.message : "";
  const final = (text: string, kind: ErrorKind): Failure => ({
    message: text,
    kind,
    retryRequest: false,
    retryTurn: false,
  });
  switch (error.code) {
    case "context_length_exceeded":
      return final(NO_ROOM, "context_window_exceeded");
    case "insufficient_quota":
      return final("Quota exceeded. Check your plan and billing details.", "usage_limit_exceeded");
    case "usage_not_included":
      return final(NOT_INCLUDED, "usage_limit_exceeded");
    case "invalid_prompt":
      return final(message || "Invalid request.", "other");
    case "cyber_policy":
      return final(
        message || "This request has been flagged for possible cybersecurity risk.",
        "cyber_policy",
      );
    case "rate_limit_exceeded":
      return disconnected(message, statedWait(message));
    default:
      if (isOverload(error.code)) return final(OVERLOADED, "server_overloaded");
      return disconnected(message || "response.failed event received");
  }
}

/** `response.incomplete`: the server will not say more, however often it is asked (newer.md). */
export function responseIncomplete(reason: string): Failure {
  return {
    message: `Incomplete response returned, reason: ${reason}`,
    kind: "other",
    retryRequest: false,
    retryTurn: false,
  };
}

/** Without query, fragment and credentials. */
export function shownUrl(url: string): string {
  if (!URL.canParse(url)) return url;
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

function notSent(url: string, cause: string): Failure {
  return disconnected(`error sending request for url (${shownUrl(url)}): ${cause}`);
}

function tooManyRequests(headers: Headers): Failure {
  const waitMs = retryAfter(headers.get("retry-after"));
  return {
    message: `exceeded retry limit, last status: 429 Too Many Requests${requestId(headers)}`,
    kind: "response_too_many_failed_attempts",
    httpStatus: 429,
    retryRequest: false,
    ...patience(waitMs),
  };
}

function patience(waitMs: number | undefined): Pick<Failure, "retryTurn" | "waitMs"> {
  if (waitMs === undefined) return { retryTurn: true };
  return { retryTurn: waitMs <= MOST_PATIENCE_MS, waitMs };
}

/** RFC 9110 10.2.3: seconds, or a date. */
function retryAfter(value: string | null): number | undefined {
  if (value === null || value.trim() === "") return undefined;
  const seconds = Number(value);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

/** `try again in 1.5s`, `… in 20ms`, `… in 3 seconds`. */
function statedWait(message: string): number | undefined {
  const match = /try again in\s*(\d+(?:\.\d+)?)\s*(ms|s|seconds?)\b/i.exec(message);
  if (match === null) return undefined;
  return Number(match[1]) * (match[2]?.toLowerCase() === "ms" ? 1 : 1000);
}

function statusText({ status, headers, body }: Refusal, url: string): string {
  const where = `, url: ${shownUrl(url)}`;
  const ray = headers.get("cf-ray");
  const authError = headers.get("x-openai-authorization-error");
  const suffix =
    (ray === null ? "" : `, cf-ray: ${ray}`) +
    requestId(headers) +
    (authError === null ? "" : `, auth error: ${authError}`);
  if (status === 403 && /cloudflare/i.test(body) && /blocked/i.test(body)) {
    const blocked =
      "Access blocked by Cloudflare. This usually happens when connecting from a restricted region";
    return `${blocked} (status ${statusName(status)})${where}${suffix}`;
  }
  return `unexpected status ${statusName(status)}: ${bodyMessage(body)}${where}${suffix}`;
}

/** `error.message`, else the start of the body. */
function bodyMessage(body: string): string {
  const { message } = errorOf(body);
  if (typeof message === "string" && message !== "") return message;
  const trimmed = body.trim();
  if (trimmed === "") return "Unknown error";
  const bytes = Buffer.from(trimmed);
  if (bytes.length <= MESSAGE_BYTES) return trimmed;
  return `${new TextDecoder().decode(bytes.subarray(0, MESSAGE_BYTES), { stream: true })}...`;
}

function requestId(headers: Headers): string {
  const id = headers.get("x-request-id") ?? headers.get("x-oai-request-id");
  return id === null ? "" : `, request id: ${id}`;
}

function errorOf(body: string): Readonly<Record<string, unknown>> {
  try {
    const error = (JSON.parse(body) as { error?: unknown } | null)?.error;
    return typeof error === "object" && error !== null ? (error as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function isInvalidImage(body: string): boolean {
  return body.includes("The image data you provided does not represent a valid image");
}

function isOverload(code: unknown): boolean {
  return code === "server_is_overloaded" || code === "slow_down";
}

function statusName(status: number): string {
  return `${status} ${STATUS_NAMES[status] ?? "<unknown status code>"}`;
}

const STATUS_NAMES: Readonly<Record<number, string>> = {
  300: "Multiple Choices",
  301: "Moved Permanently",
  302: "Found",
  303: "See Other",
  304: "Not Modified",
  307: "Temporary Redirect",
  308: "Permanent Redirect",
  401: "Unauthorized",
  402: "Payment Required",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  407: "Proxy Authentication Required",
  408: "Request Timeout",
  409: "Conflict",
  410: "Gone",
  411: "Length Required",
  412: "Precondition Failed",
  413: "Payload Too Large",
  414: "URI Too Long",
  415: "Unsupported Media Type",
  417: "Expectation Failed",
  418: "I'm a teapot",
  421: "Misdirected Request",
  422: "Unprocessable Entity",
  423: "Locked",
  424: "Failed Dependency",
  426: "Upgrade Required",
  428: "Precondition Required",
  431: "Request Header Fields Too Large",
  451: "Unavailable For Legal Reasons",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  505: "HTTP Version Not Supported",
  507: "Insufficient Storage",
  508: "Loop Detected",
  511: "Network Authentication Required",
};
