// `http/request`: a request on behalf of a client, its answer whole or as it comes (exec-server.md 7).

import { extraCertificates } from "../../util/certificates";
import { base64, boolean, count, list, optional, required, string, struct, withDefault } from "../rpc/decode";
import type { Notify } from "./process";
import { INTERNAL_ERROR, INVALID_PARAMS, RpcFailure, type Answer } from "../rpc/message";

/** Of an answer that is not streamed. */
const BODY_BYTES = 268_435_456;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
// oxlint-disable-next-line no-control-regex -- what no header may hold
const NO_HEADER_VALUE = /[\u0000-\u0008\u000a-\u001f\u007f]/;

const header = struct("HttpHeader", { name: required(string), value: required(string) });
export const httpParams = struct("HttpRequestParams", {
  method: required(string),
  url: required(string),
  headers: withDefault(list(header), []),
  bodyBase64: optional(base64),
  timeoutMs: optional(count),
  requestId: required(string),
  streamResponse: withDefault(boolean, false),
});

type HttpParams = ReturnType<typeof httpParams>;

export type HttpRequests = {
  /** @throws RpcFailure for what is no request, and when there is no answer */
  readonly request: (params: HttpParams, signal: AbortSignal) => Promise<Answer>;
};

/** @param signal ends the bodies that still come */
export function createHttpRequests(notify: Notify, signal: AbortSignal): HttpRequests {
  const active = new Set<string>();
  const stream = async (requestId: string, response: Response): Promise<void> => {
    let seq = 1;
    const tell = (deltaBase64: string, done: boolean, error: string | null) =>
      notify("http/request/bodyDelta", { requestId, seq: seq++, deltaBase64, done, error });
    try {
      for await (const bytes of response.body ?? [])
        await tell(Buffer.from(bytes).toString("base64"), false, null);
      await tell("", true, null);
    } catch (error) {
      await tell("", true, bodyFailure(error));
    } finally {
      active.delete(requestId);
    }
  };
  return {
    async request(params, until) {
      const { requestId, streamResponse } = params;
      const request = readRequest(params);
      if (!streamResponse) return { result: await wholeAnswer(await send(params, request, until)) };
      if (active.has(requestId)) {
        const message = `http/request streamResponse requestId \`${requestId}\` is already active`;
        throw new RpcFailure(INVALID_PARAMS, message);
      }
      active.add(requestId);
      try {
        const response = await send(params, request, signal);
        return { result: answerOf(response, ""), after: () => void stream(requestId, response) };
      } catch (error) {
        active.delete(requestId);
        throw error;
      }
    },
  };
}

type Checked = { readonly url: URL; readonly headers: Headers };

function readRequest({ method, url, headers }: HttpParams): Checked {
  if (!TOKEN.test(method)) throw invalid("method is invalid: invalid HTTP method");
  const parsed = URL.parse(url);
  if (parsed === null) throw invalid("url is invalid: relative URL without a base");
  const scheme = parsed.protocol.slice(0, -1);
  if (scheme !== "http" && scheme !== "https") {
    throw new RpcFailure(INVALID_PARAMS, `http/request only supports http and https URLs, got ${scheme}`);
  }
  const checked = new Headers();
  for (const { name, value } of headers) {
    if (!TOKEN.test(name)) throw invalid("header name is invalid: invalid HTTP header name");
    if (NO_HEADER_VALUE.test(value)) {
      throw invalid(`header value is invalid for ${name}: failed to parse header value`);
    }
    checked.append(name, value);
  }
  if (!checked.has("accept-encoding")) checked.set("accept-encoding", "identity");
  return { url: parsed, headers: checked };
}

async function send(params: HttpParams, { url, headers }: Checked, until: AbortSignal): Promise<Response> {
  const signals = params.timeoutMs === undefined ? [] : [AbortSignal.timeout(params.timeoutMs)];
  try {
    return await fetch(url, {
      method: params.method,
      headers,
      ...(await extraCertificates(process.env)),
      ...(params.bodyBase64 !== undefined && { body: Buffer.from(params.bodyBase64) }),
      signal: AbortSignal.any([until, ...signals]),
      decompress: false,
    });
  } catch (error) {
    const message = `http/request failed: error sending request for url (${url.href})`;
    throw new RpcFailure(INTERNAL_ERROR, message, { cause: error });
  }
}

async function wholeAnswer(response: Response): Promise<object> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of response.body ?? []) {
      length += chunk.byteLength;
      if (length > BODY_BYTES) throw new Error(`it is larger than ${BODY_BYTES} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw new RpcFailure(INTERNAL_ERROR, bodyFailure(error), { cause: error });
  }
  return answerOf(response, Buffer.concat(chunks).toString("base64"));
}

function answerOf({ status, headers }: Response, bodyBase64: string): object {
  return { status, headers: [...headers].map(([name, value]) => ({ name, value })), bodyBase64 };
}

function bodyFailure(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return `failed to read http/request response body: ${reason}`;
}

function invalid(message: string): RpcFailure {
  return new RpcFailure(INVALID_PARAMS, `http/request ${message}`);
}
