// Scenarios of servers that fail: HTTP errors, streams that are cut, responses that fail.

import {
  completed,
  created,
  cut,
  cutAtByte,
  done,
  drop,
  failed,
  functionCall,
  http,
  httpError,
  incomplete,
  message,
  respond,
  silence,
  stream,
  type Step,
} from "../support/responses-server";
import { eventsAdded, firstRun, replaced } from "./differences";
import { human, json, type Scenario } from "./scenario";

const HELLO = respond(message("hello there"));
const RETRIES = "request_max_retries = 1\nstream_max_retries = 2";
/** A later key of the table would stand twice. */
const table = (lines: string) => `model = "gpt-5.2"
model_provider = "mock"

[model_providers.mock]
name = "mock"
base_url = "{server}"
${lines}
`;

function repeated<T>(step: T, times: number): readonly T[] {
  return Array.from({ length: times }, () => step);
}

type Options = Pick<Scenario, "differs" | "ours"> & {
  readonly config?: string;
  readonly forPeople?: boolean;
  readonly args?: readonly string[];
};

function fails(name: string, about: string, script: readonly Step[], options: Options = {}): Scenario {
  const { forPeople = false, config = table(RETRIES), args: flags = [], ...rest } = options;
  const args = [...flags, "go"];
  return { name, about, script, runs: [forPeople ? human(...args) : json(...args)], config, ...rest };
}

const TOO_MANY = "exceeded retry limit, last status: 429 Too Many Requests";
const retried = (attempt: number, reason: string) => ({
  type: "error",
  message: `Reconnecting... ${attempt}/2 (${reason})`,
});
const COMMAND_ENDS = "the end of a command, in the events";

const BODY = { type: "invalid_request_error", param: null, code: "bad" };

export const failures: readonly Scenario[] = [
  fails("http-400", "400 ends the turn with the body of the answer", [httpError(400, "bad param", BODY)]),
  fails(
    "http-400-human",
    "people see a failure twice, and nothing on stdout",
    [httpError(400, "bad param", BODY)],
    {
      forPeople: true,
    },
  ),
  fails("http-400-text", "400 with a body that is not JSON", [http(400, "no way")]),
  fails("http-400-empty", "400 without body", [http(400)]),
  fails("http-401", "401 is retried and names the address", repeated(httpError(401, "who are you"), 3)),
  fails("http-401-passes", "401 that passes", [httpError(401, "who are you"), HELLO]),
  fails("http-402", "402 is retried", repeated(httpError(402, "pay first"), 3)),
  fails("http-403", "403 is retried", repeated(httpError(403, "not you"), 3)),
  fails("http-404", "404 is retried", repeated(httpError(404, "no such model"), 3)),
  fails(
    "http-404-human",
    "people see retries without their reasons",
    repeated(httpError(404, "no such model"), 3),
    {
      forPeople: true,
    },
  ),
  fails(
    "http-404-html",
    "a page instead of an answer",
    repeated(http(404, `<html>${"long ".repeat(300)}</html>`), 3),
  ),
  fails("http-422", "422 is retried", repeated(httpError(422, "odd"), 3)),
  fails("http-429", "429 that goes on", repeated(httpError(429, "slow down"), 3), {
    differs: [
      eventsAdded("HTTP 429", [2, retried(1, TOO_MANY)], [3, retried(2, TOO_MANY)]),
      firstRun("HTTP 429", (run) => ({
        ...run,
        requests: [...run.requests, ...repeated({ kept: 3, added: [] }, 2)],
      })),
    ],
  }),
  fails("http-429-passes", "429 that passes", [httpError(429, "slow down"), HELLO], {
    ours: "HTTP 429",
  }),
  fails("http-429-usage", "429 because the plan is used up", [
    httpError(429, "limit", { type: "usage_limit_reached", plan_type: "plus" }),
  ]),
  fails("http-429-usage-free", "429 because a free plan is used up", [
    httpError(429, "limit", { type: "usage_limit_reached", plan_type: "free" }),
  ]),
  fails("http-429-not-included", "429 because the plan has no such use", [
    httpError(429, "limit", { type: "usage_not_included" }),
  ]),
  fails("http-500", "500 is retried by both layers", repeated(http(500, "oops"), 6)),
  fails("http-500-passes", "500 that passes is not even mentioned", [http(500, "oops"), HELLO]),
  fails("http-502", "502 is retried by both layers", repeated(http(502, "bad gateway"), 6)),
  fails("http-503", "503 is retried by both layers", repeated(http(503, "busy"), 6)),
  fails(
    "http-503-overloaded",
    "503 because the model is overloaded",
    repeated(httpError(503, "x", { code: "server_is_overloaded" }), 2),
  ),
  fails(
    "http-503-slow-down",
    "503 because we should slow down",
    repeated(httpError(503, "x", { code: "slow_down" }), 2),
  ),
  fails(
    "http-request-id",
    "the ids of the answer are part of the message",
    repeated(httpError(404, "gone", {}, { "x-request-id": "req_1", "cf-ray": "ray_1" }), 3),
  ),
  fails("http-dropped", "a connection that is closed before any answer", repeated(drop(), 6), {
    differs: [
      replaced("a network error", [
        "sending request for url (<server>/v1/responses)",
        "sending request for url (<server>/v1/responses): the connection was closed before an answer came",
      ]),
    ],
  }),
  fails("http-dropped-once", "a connection that is closed once", [drop(), HELLO]),
  fails("http-refused", "nobody listens", [], {
    args: ["-c", 'model_providers.mock.base_url="http://127.0.0.1:9/v1"'],
    differs: [
      replaced("a network error", [
        "sending request for url (http://127.0.0.1:9/v1/responses)",
        "sending request for url (http://127.0.0.1:9/v1/responses): connection refused; check that the server runs, and the address",
      ]),
    ],
  }),
  fails("http-not-a-stream", "an answer that is no stream", repeated(http(200, { ok: true }), 3)),
  fails("http-no-retries", "no retries when there are none", [httpError(404, "no such model")], {
    config: table("request_max_retries = 0\nstream_max_retries = 0"),
  }),
  fails("cut-early", "a stream cut before anything came", [stream(cut()), HELLO]),
  fails("cut-created", "a stream cut after its first event", [stream(created(), cut()), HELLO]),
  fails("cut-in-event", "a stream cut within an event", [cutAtByte(HELLO, 150), HELLO]),
  fails("cut-late", "what was finished before the cut is kept and sent again", [
    stream(created(), message("half", { id: "msg_a" }), cut()),
    respond(message("whole", { id: "msg_b" })),
  ]),
  fails(
    "cut-late-human",
    "people see a retry",
    [stream(created(), message("half", { id: "msg_a" }), cut()), respond(message("whole", { id: "msg_b" }))],
    { forPeople: true },
  ),
  fails("cut-in-message", "a message that was being written is dropped", [
    stream(created(), message("never finished", { deltas: 4 }).slice(0, 4), cut()),
    respond(message("whole", { id: "msg_b" })),
  ]),
  fails(
    "cut-after-call",
    "a call that was started before the cut is not run again",
    [
      stream(
        created(),
        functionCall("exec_command", { cmd: "sleep 0.2; echo once >> log; cat log" }, "c1"),
        cut(),
      ),
      respond(functionCall("exec_command", { cmd: "sleep 0.2; cat log" }, "c2")),
      respond(message("done")),
    ],
    {
      differs: [
        // Said before the end of the command is shown, though after it.
        firstRun(COMMAND_ENDS, (run) => ({
          ...run,
          stdout: [
            ...run.stdout.slice(0, 3),
            ...run.stdout.slice(4, 5),
            ...run.stdout.slice(3, 4),
            ...run.stdout.slice(5),
          ],
        })),
      ],
    },
  ),
  fails("cut-always", "a stream that is always cut", repeated(stream(created(), cut()), 3)),
  fails("closed-early", "a stream that ends in good order without being complete", [
    stream(created(), message("half", { id: "msg_a" })),
    HELLO,
  ]),
  fails("closed-always", "a stream that always ends so", repeated(stream(created()), 3)),
  fails("closed-after-call", "a call, and no end of the response", [
    stream(created(), functionCall("exec_command", { cmd: "echo hi" }, "c1")),
    respond(message("done")),
  ]),
  fails("silent", "a stream that falls silent", [stream(created(), silence()), HELLO], {
    config: table(`${RETRIES}\nstream_idle_timeout_ms = 1000`),
  }),
  fails("failed", "a response that fails for no known reason is asked for again", [
    respond(failed("odd", "boom")),
    HELLO,
  ]),
  fails(
    "failed-always",
    "a response that always fails",
    repeated(respond(failed("server_error", "boom")), 3),
  ),
  fails(
    "failed-context",
    "a context that is too long",
    repeated(respond(failed("context_length_exceeded", "too long")), 4),
    {
      config: `compact_prompt = "Sum up."\n${table(RETRIES)}`,
      ours: "a context that turns out to be too long (`context_length_exceeded`)",
    },
  ),
  fails("failed-quota", "a quota that is used up", [respond(failed("insufficient_quota", "pay"))]),
  fails("failed-prompt", "a prompt that is refused", [respond(failed("invalid_prompt", "not this one"))]),
  fails("failed-policy", "a prompt that is flagged", [respond(failed("cyber_policy", "flagged"))]),
  fails("failed-overloaded", "a model that is overloaded", [respond(failed("server_is_overloaded", "x"))]),
  fails("failed-not-included", "a model that the plan does not include", [
    respond(failed("usage_not_included", "x")),
  ]),
  fails("failed-rate-limit", "a rate limit is waited for", [
    respond(failed("rate_limit_exceeded", "Rate limit reached. Please try again in 700ms.")),
    HELLO,
  ]),
  fails(
    "failed-no-error",
    "a response that fails without saying why",
    repeated(respond({ type: "response.failed", response: { id: "r" } }), 3),
  ),
  fails("failed-after-message", "a message, and then failure", [
    respond(message("half", { id: "msg_a" }), failed("invalid_prompt", "not this one")),
  ]),
  fails(
    "failed-after-call",
    "a call, and then failure",
    [
      respond(
        functionCall("exec_command", { cmd: "sleep 0.2; echo hi" }, "c1"),
        failed("invalid_prompt", "not this one"),
      ),
    ],
    {
      differs: [
        eventsAdded(COMMAND_ENDS, [
          3,
          {
            type: "item.completed",
            item: {
              id: "item_0",
              type: "command_execution",
              command: "<shell> -lc 'sleep 0.2; echo hi'",
              aggregated_output: "hi\n",
              exit_code: 0,
              status: "completed",
            },
          },
        ]),
      ],
    },
  ),
  fails(
    "error-event",
    "an error event",
    repeated(stream(created(), { type: "error", code: "odd", message: "boom" }), 3),
    {
      differs: [
        replaced("an `error` event before the stream ends", [
          "stream closed before response.completed",
          "boom",
        ]),
      ],
    },
  ),
  fails(
    "incomplete",
    "a response that is incomplete",
    repeated(respond(message("half", { id: "msg_a" }), incomplete("max_output_tokens")), 3),
    {
      ours: "`response.incomplete`",
    },
  ),
  fails("completed-twice", "what follows the end of a response is ignored", [
    stream(created(), message("one", { id: "msg_a" }), completed(), message("two", { id: "msg_b" })),
  ]),
  fails("not-created", "a response that does not begin", [
    stream(message("one", { id: "msg_a" }), completed()),
  ]),
  fails("done-without-added", "an item that was not announced", [
    stream(
      created(),
      done({ type: "message", role: "assistant", content: [{ type: "output_text", text: "plain" }] }),
      completed(),
    ),
  ]),
  fails("missing-key", "a key that the provider needs and that is not there", [], {
    config: table(`${RETRIES}\nenv_key = "NO_SUCH_KEY"\nenv_key_instructions = "Make one."`),
  }),
];
