// How failures end: requests made, retries announced, final texts and kinds, against a real server (agent.md 11, exec.md 6.3).

import { describe, expect, test } from "bun:test";
import type { ModelEvent } from "../../src/model/stream";
import {
  cut,
  drop,
  failed,
  http,
  httpError,
  incomplete,
  message,
  raw,
  respond,
  type Script,
  silence,
  startResponsesServer,
  type Step,
  stream,
} from "../support/responses-server";
import { ask, collect } from "../support/responses-client";

const REQUEST_RETRIES = 1;
const STREAM_RETRIES = 2;
/** `(1+R)·(1+S)` */
const ALL = (1 + REQUEST_RETRIES) * (1 + STREAM_RETRIES);

type Case = {
  readonly server: string;
  readonly step: Step;
  readonly requests: number;
  readonly retries: number;
  /** `URL` stands for the address of the request. */
  readonly message: string;
  readonly kind: string;
  readonly status?: number;
};

const PLUS =
  "Upgrade to Pro (https://chatgpt.com/explore/pro), visit https://chatgpt.com/codex/settings/usage to purchase more credits";
const HIGH_DEMAND = "We're currently experiencing high demand, which may cause temporary errors.";
const CAPACITY = "Selected model is at capacity. Please try a different model.";
const UPGRADE = "To use Codex with your ChatGPT plan, upgrade to Plus: https://chatgpt.com/explore/plus.";
const cutShort = (detail: string) => `stream disconnected before completion: ${detail}`;
const retried = { requests: 1 + STREAM_RETRIES, retries: STREAM_RETRIES };
const once = { requests: 1, retries: 0 };

const CASES: readonly Case[] = [
  {
    server: "400",
    step: http(400, { error: { message: "bad param" } }),
    ...once,
    message: '{"error":{"message":"bad param"}}',
    kind: "other",
    status: 400,
  },
  {
    server: "400 for an image",
    step: httpError(400, "The image data you provided does not represent a valid image"),
    ...once,
    message: "Invalid image in your last message. Please remove it and try again.",
    kind: "other",
    status: 400,
  },
  {
    server: "401",
    step: httpError(401, "Incorrect API key"),
    ...retried,
    message: "unexpected status 401 Unauthorized: Incorrect API key, url: URL",
    kind: "other",
    status: 401,
  },
  {
    server: "402 with a body that is not JSON",
    step: http(402, "  pay up \n"),
    ...retried,
    message: "unexpected status 402 Payment Required: pay up, url: URL",
    kind: "other",
    status: 402,
  },
  {
    server: "403 of a block page",
    step: http(403, "<html>Cloudflare: you have been blocked</html>", { "cf-ray": "ray1" }),
    ...retried,
    message:
      "Access blocked by Cloudflare. This usually happens when connecting from a restricted region (status 403 Forbidden), url: URL, cf-ray: ray1",
    kind: "other",
    status: 403,
  },
  {
    server: "404 with ids",
    step: httpError(
      404,
      "no such model",
      {},
      { "x-request-id": "req_1", "cf-ray": "ray1", "x-openai-authorization-error": "expired" },
    ),
    ...retried,
    message:
      "unexpected status 404 Not Found: no such model, url: URL, cf-ray: ray1, request id: req_1, auth error: expired",
    kind: "other",
    status: 404,
  },
  {
    server: "409 with an empty body",
    step: http(409),
    ...retried,
    message: "unexpected status 409 Conflict: Unknown error, url: URL",
    kind: "other",
    status: 409,
  },
  {
    server: "422 with a long body",
    step: http(422, "é".repeat(600)),
    ...retried,
    message: `unexpected status 422 Unprocessable Entity: ${"é".repeat(500)}..., url: URL`,
    kind: "other",
    status: 422,
  },
  {
    server: "429",
    step: httpError(429, "slow", {}, { "x-request-id": "req_1" }),
    ...retried,
    message: "exceeded retry limit, last status: 429 Too Many Requests, request id: req_1",
    kind: "response_too_many_failed_attempts",
    status: 429,
  },
  {
    server: "429 that asks for an hour of patience",
    step: httpError(429, "slow", {}, { "retry-after": "3600" }),
    ...once,
    message: "exceeded retry limit, last status: 429 Too Many Requests",
    kind: "response_too_many_failed_attempts",
    status: 429,
  },
  {
    server: "429 usage_limit_reached",
    step: httpError(429, "limit", { type: "usage_limit_reached", plan_type: "plus" }),
    ...once,
    message: `You've hit your usage limit. ${PLUS} or try again later.`,
    kind: "usage_limit_exceeded",
    status: 429,
  },
  {
    server: "429 usage_not_included",
    step: httpError(429, "no", { type: "usage_not_included" }),
    ...once,
    message: UPGRADE,
    kind: "usage_limit_exceeded",
    status: 429,
  },
  {
    server: "500",
    step: httpError(500, "boom"),
    requests: ALL,
    retries: STREAM_RETRIES,
    message: HIGH_DEMAND,
    kind: "internal_server_error",
    status: 500,
  },
  {
    server: "503 server_is_overloaded",
    step: httpError(503, "full", { code: "server_is_overloaded" }),
    requests: 1 + REQUEST_RETRIES,
    retries: 0,
    message: CAPACITY,
    kind: "server_overloaded",
    status: 503,
  },
  {
    server: "503 otherwise",
    step: httpError(503, "maintenance"),
    requests: ALL,
    retries: STREAM_RETRIES,
    message: "unexpected status 503 Service Unavailable: maintenance, url: URL",
    kind: "other",
    status: 503,
  },
  {
    server: "a connection dropped before the answer",
    step: drop(),
    requests: ALL,
    retries: STREAM_RETRIES,
    message: cutShort("error sending request for url (URL): the connection was closed before an answer came"),
    kind: "other",
  },
  {
    server: "a stream without response.completed",
    step: stream(message("half")),
    ...retried,
    message: cutShort("stream closed before response.completed"),
    kind: "other",
  },
  {
    server: "an error event and then the end",
    step: stream({ type: "error", code: "x", message: "the server is on fire" }),
    ...retried,
    message: cutShort("the server is on fire"),
    kind: "other",
  },
  {
    server: "a stream cut in the middle",
    step: stream(raw('data: {"type":"resp'), cut()),
    ...retried,
    message: cutShort("Transport error: network error: error decoding response body"),
    kind: "other",
  },
  {
    server: "response.incomplete",
    step: respond(message("half"), incomplete("max_output_tokens")),
    ...once,
    message: "Incomplete response returned, reason: max_output_tokens",
    kind: "other",
  },
  {
    server: "response.failed with any code",
    step: respond(failed("weird", "boom")),
    ...retried,
    message: cutShort("boom"),
    kind: "other",
  },
  {
    server: "response.failed without an error",
    step: respond({ type: "response.failed", response: { error: null } }),
    ...retried,
    message: cutShort("response.failed event received"),
    kind: "other",
  },
  {
    server: "response.failed context_length_exceeded",
    step: respond(failed("context_length_exceeded", "too long")),
    ...once,
    message:
      "Codex ran out of room in the model's context window. Start a new thread or clear earlier history before retrying.",
    kind: "context_window_exceeded",
  },
  {
    server: "response.failed insufficient_quota",
    step: respond(failed("insufficient_quota", "x")),
    ...once,
    message: "Quota exceeded. Check your plan and billing details.",
    kind: "usage_limit_exceeded",
  },
  {
    server: "response.failed usage_not_included",
    step: respond(failed("usage_not_included", "x")),
    ...once,
    message: UPGRADE,
    kind: "usage_limit_exceeded",
  },
  {
    server: "response.failed invalid_prompt",
    step: respond(failed("invalid_prompt", "not that")),
    ...once,
    message: "not that",
    kind: "other",
  },
  {
    server: "response.failed cyber_policy",
    step: respond(failed("cyber_policy", "")),
    ...once,
    message: "This request has been flagged for possible cybersecurity risk.",
    kind: "cyber_policy",
  },
  {
    server: "response.failed slow_down",
    step: respond(failed("slow_down", "x")),
    ...once,
    message: CAPACITY,
    kind: "server_overloaded",
  },
  {
    server: "response.failed rate_limit_exceeded",
    step: respond(failed("rate_limit_exceeded", "Rate limit. Please try again in 20ms.")),
    ...retried,
    message: cutShort("Rate limit. Please try again in 20ms."),
    kind: "other",
  },
];

describe("a server that always answers with", () => {
  for (const { server: name, step, requests, retries, message: text, kind, status } of CASES) {
    test.concurrent(name, async () => {
      await using server = await startResponsesServer(() => step);
      const events = await collect(
        ask(server.url, {
          requestRetries: REQUEST_RETRIES,
          streamRetries: STREAM_RETRIES,
          query: { key: "secret" },
        }),
      );
      const expected = text.replace("URL", `${server.url}/responses`);
      expect(events.at(-1)).toEqual({
        type: "failed",
        message: expected,
        kind,
        ...(status === undefined ? {} : { httpStatus: status }),
      } as ModelEvent);
      expect(events.filter((e) => e.type === "retry")).toEqual(
        Array.from({ length: retries }, (_, i) => ({
          type: "retry",
          attempt: i + 1,
          limit: STREAM_RETRIES,
          reason: expected,
          ...(status === undefined ? {} : { httpStatus: status }),
        })),
      );
      expect(server.requests).toHaveLength(requests);
    });
  }
});

describe("other failures", () => {
  test("a refused connection is tried (1+R)·(1+S) times and names the address without query and credentials", async () => {
    const closed = await startResponsesServer([]);
    await closed[Symbol.asyncDispose]();
    const url = closed.url.replace("http://", "http://user:pass@");
    const events = await collect(ask(url, { streamRetries: 1, query: { key: "secret" } }));
    const text = cutShort(
      `error sending request for url (${closed.url}/responses): connection refused; check that the server runs, and the address`,
    );
    expect(events).toEqual([
      { type: "retry", attempt: 1, limit: 1, reason: text },
      { type: "failed", message: text, kind: "other" },
    ]);
  });

  test("a host that does not exist, and a server that does not speak TLS, are said to be that", async () => {
    const reason = async (url: string) => {
      const failure = (await collect(ask(url))).at(-1);
      return failure?.type === "failed" ? failure.message.split("): ")[1] : failure;
    };
    expect(await reason("https://nobody.invalid/v1")).toBe(
      "no host is called nobody.invalid; check the address and the network connection",
    );
    await using plain = await startResponsesServer([]);
    expect(await reason(plain.url.replace("http:", "https:"))).toBe(
      "the TLS handshake failed; check that the server speaks HTTPS at that address",
    );
  });

  test("a request that cannot be sent at all is not tried again and says why", async () => {
    const failure = async (...args: Parameters<typeof ask>) => (await collect(ask(...args))).at(-1);
    expect(await failure("not a url", { streamRetries: 5, requestRetries: 5 })).toEqual({
      type: "failed",
      message: expect.stringContaining("the request to the model could not be sent: "),
      kind: "other",
    });
    await using server = await startResponsesServer([]);
    const token = { credential: { token: "a\nb" }, streamRetries: 5 };
    expect(await failure(server.url, token)).toMatchObject({
      type: "failed",
      message: expect.stringContaining("Authorization"),
    });
    expect(server.requests).toHaveLength(0);
  });

  test("silence before the answer, and within it, ends after the idle timeout", async () => {
    const silent: Script = [{ type: "hang" }, stream(message("half"), silence())];
    await using server = await startResponsesServer(silent);
    const events = await collect(ask(server.url, { idleMs: 500, streamRetries: 1 }));
    const unanswered = `error sending request for url (${server.url}/responses): no answer came within 0.5 seconds`;
    expect(events.filter((e) => e.type === "retry" || e.type === "failed")).toEqual([
      { type: "retry", attempt: 1, limit: 1, reason: cutShort(unanswered) },
      { type: "failed", message: cutShort("idle timeout waiting for SSE"), kind: "other" },
    ]);
    expect(await Promise.all(server.requests.map((r) => r.closed))).toEqual(["broken", "broken"]);
  });

  test("a 5xx within the request layer is silent, and the counter starts anew for the next response", async () => {
    await using server = await startResponsesServer((_, n) =>
      n % 2 === 0 ? httpError(502, "x") : respond(message("ok")),
    );
    for (let i = 0; i < 2; i += 1) {
      const events = await collect(ask(server.url, { requestRetries: 1, streamRetries: 0 }));
      expect(events.map((e) => e.type)).not.toContain("retry");
      expect(events.at(-1)?.type).toBe("completed");
    }
    expect(server.requests).toHaveLength(4);
  });

  test("waits grow from 200 ms and double, give or take a tenth", async () => {
    await using server = await startResponsesServer(() => httpError(404, "x"));
    await collect(ask(server.url, { streamRetries: 2 }));
    const [a, b, c] = server.requests.map((r) => r.time);
    const gaps = [(b ?? 0) - (a ?? 0), (c ?? 0) - (b ?? 0)];
    expect(gaps[0]).toBeWithin(179, 5000);
    expect(gaps[1]).toBeWithin(359, 5000);
  });

  test("waits as long as the server asks for: Retry-After of a 429, and the message of a rate limit", async () => {
    await using server = await startResponsesServer([
      httpError(429, "slow", {}, { "retry-after": "0.5" }),
      respond(failed("rate_limit_exceeded", "Please try again in 0.4s.")),
      respond(message("ok")),
    ]);
    const events = await collect(ask(server.url, { streamRetries: 2 }));
    expect(events.at(-1)?.type).toBe("completed");
    const [a, b, c] = server.requests.map((r) => r.time);
    expect((b ?? 0) - (a ?? 0)).toBeWithin(499, 1500);
    expect((c ?? 0) - (b ?? 0)).toBeWithin(399, 1500);
  });

  test("a 401 is answered with other credentials while there are any, without counting as a retry", async () => {
    await using server = await startResponsesServer((sent) =>
      sent.headers.authorization === "Bearer new" ? respond(message("ok")) : httpError(401, "expired"),
    );
    const renewing = (...tokens: string[]) => {
      const left = tokens.map((token) => ({ type: "credential", credential: { token } }) as const);
      return async () => left.shift();
    };
    const options = { streamRetries: 0, credential: { token: "old" } };
    const good = await collect(ask(server.url, { ...options, renew: renewing("worse", "new") }));
    expect(good.at(-1)?.type).toBe("completed");
    const bad = await collect(ask(server.url, { ...options, renew: renewing("worse", "worst") }));
    expect(bad.at(-1)).toMatchObject({ type: "failed", kind: "other", httpStatus: 401 });
    expect(server.requests).toHaveLength(6);
  });

  test("a login that cannot be renewed is the reason of the failure, at once when nothing else helps", async () => {
    await using server = await startResponsesServer(() => httpError(401, "expired"));
    const renew = (final: boolean) => async () => ({ type: "failed", message: "sign in", final }) as const;
    const final = await collect(ask(server.url, { streamRetries: 1, renew: renew(true) }));
    expect(final).toEqual([{ type: "failed", message: "sign in", kind: "unauthorized" }]);
    const passing = await collect(ask(server.url, { streamRetries: 1, renew: renew(false) }));
    expect(passing.map(({ type }) => type)).toEqual(["retry", "failed"]);
  });
});
