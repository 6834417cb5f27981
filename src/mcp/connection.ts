// A connection to one MCP server: its tools, kept up to date, and requests with time limits and clear failures (mcp.md 3, 8).

import { startDeadline, unlessAborted, type Deadline } from "./deadline";
import type { AnswerElicitation } from "./elicitation";
import { evidence, McpRequestError, requestFailure } from "./failure";
import { openTransport, shakeHands, type Link, type LinkOptions } from "./link";
import { startupTimeoutMs, toolTimeoutMs, type McpServerConfig } from "./server-config";
import { StdioTransport, type ProcessReport } from "./stdio-transport";
import { allPages, toolsOf, type McpTool } from "./tool-list";

/** The SDK's own limit never strikes before ours: it is as long as a timer can be. */
const NO_LIMIT_MS = 2_147_483_647;
/** Waits between attempts to reach an HTTP server. */
const RETRY_AFTER_MS = [250, 1000];
const RETRIED_STATUSES = [408, 429, 500, 502, 503, 504];
const SESSION_EXPIRED = 404;

type Result = Readonly<Record<string, unknown>>;

export type RequestLimits = {
  readonly signal: AbortSignal;
  /** Answers questions that the server asks meanwhile. Without it they are declined. */
  readonly answer?: Answerer;
};

export type Answerer = {
  /** Whom it asks: the id of a thread. */
  readonly threadId: string;
  readonly answer: AnswerElicitation;
};

/** Created unconnected; disposing of it ends the server's process or session. */
export class McpConnection implements AsyncDisposable {
  readonly config: McpServerConfig;
  tools: readonly McpTool[] = [];
  readonly options: LinkOptions;
  #transport: Link["transport"] | undefined;
  #link: Link | undefined;
  readonly #running = new Set<Deadline>();
  readonly #answerers: Answerer[] = [];
  #renewal: Promise<void> | undefined;
  #refresh: Promise<void> | undefined;
  #stale = false;
  #graceMs: number | undefined;
  readonly #hurried = Promise.withResolvers<void>();

  constructor(options: LinkOptions) {
    this.options = options;
    this.config = options.config;
  }

  /** What the server says about itself to the model. */
  get instructions(): string {
    return this.#link?.client.getInstructions()?.trim() ?? "";
  }

  /** What the server says it is; undefined before the handshake. */
  get serverInfo(): Result | undefined {
    return this.#link?.client.getServerVersion();
  }

  /** How the process of a stdio server is, or was. */
  get report(): ProcessReport | undefined {
    return this.#transport instanceof StdioTransport ? this.#transport.report : undefined;
  }

  /** What the server says that it can do beyond the protocol. */
  get experimental(): Result {
    return this.#link?.client.getServerCapabilities()?.experimental ?? {};
  }

  /** Whether nothing can come of it any more. Sessions of HTTP servers can be begun anew. */
  get isOver(): boolean {
    return this.report?.status !== undefined;
  }

  /** Handshake and the first list of tools. @throws what went wrong; dispose of the connection then */
  async start(signal: AbortSignal): Promise<void> {
    const limitMs = startupTimeoutMs(this.config);
    await this.#connect(limitMs, signal);
    await this.#loadTools(signal);
  }

  /** Resolves when a new list of tools that the server has announced is here. */
  async settled(): Promise<void> {
    await this.#refresh;
  }

  /** `tools/call`. @throws McpRequestError */
  callTool(params: Result, limits: RequestLimits): Promise<Result> {
    return this.request("tools/call", params, limits);
  }

  /** @throws McpRequestError with the reason in one line */
  async request(method: string, params: Result, limits: RequestLimits): Promise<Result> {
    const limitMs = toolTimeoutMs(this.config);
    const link = this.#link;
    try {
      return await this.#ask(method, params, { ...limits, limitMs });
    } catch (error) {
      if (!this.#sessionExpired(error)) throw this.#explained(error);
    }
    try {
      await unlessAborted(this.#renew(link), limits.signal);
      return await this.#ask(method, params, { ...limits, limitMs });
    } catch (error) {
      throw this.#explained(error);
    }
  }

  /** All entries of a list such as `resources/list`. @throws McpRequestError */
  all(method: string, key: string, limits: RequestLimits): Promise<readonly unknown[]> {
    return allPages(key, (cursor) => this.request(method, cursor === undefined ? {} : { cursor }, limits));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const transport = this.#transport;
    if (transport === undefined) return;
    if (!(transport instanceof StdioTransport)) {
      await Promise.race([endSession(transport), this.#hurried.promise]);
    }
    await this.#close(transport);
  }

  /** Ends it for good, a process by force after `graceMs`: we are about to end ourselves. */
  async endWithin(graceMs: number): Promise<void> {
    this.#graceMs = graceMs;
    this.#hurried.resolve();
    if (this.#transport !== undefined) await this.#close(this.#transport);
  }

  #close(transport: Link["transport"]): Promise<void> {
    const within = this.#graceMs;
    if (within === undefined || !(transport instanceof StdioTransport)) return transport.close();
    return transport.closeWithin(within);
  }

  /** Once for all requests that found the session gone; one of them being interrupted does not stop it. */
  async #renew(expired: Link | undefined): Promise<void> {
    if (this.#link !== expired) return;
    const never = new AbortController().signal;
    this.#renewal ??= this.#connect(startupTimeoutMs(this.config), never).finally(() => {
      this.#renewal = undefined;
    });
    await this.#renewal;
  }

  async #connect(limitMs: number, signal: AbortSignal): Promise<void> {
    const until = performance.now() + limitMs;
    for (let attempt = 0; ; attempt++) {
      this.#transport = await openTransport(this.options);
      try {
        this.#link = await shakeHands(this.options, this.#transport, this.#handlers, {
          limitMs: Math.max(1, until - performance.now()),
          signal,
        });
        return;
      } catch (error) {
        const waitMs = RETRY_AFTER_MS[attempt];
        await this.#close(this.#transport);
        if (waitMs === undefined || !this.#mayPass(error) || performance.now() + waitMs > until) throw error;
        await Bun.sleep(waitMs);
      }
    }
  }

  get #handlers() {
    return {
      onElicitation: ((elicitation, signal) => this.#elicit(elicitation, signal)) satisfies AnswerElicitation,
      onToolsChanged: () => {
        this.#stale = true;
        this.#refresh ??= this.#reload();
      },
    };
  }

  /**
   * While a person thinks, no request runs out of time. The protocol does not say to which call a question belongs:
   * with calls of several threads under way nobody is asked what may be another's to know.
   */
  async #elicit(...[elicitation, signal]: Parameters<AnswerElicitation>): ReturnType<AnswerElicitation> {
    const newest = this.#answerers.at(-1);
    if (newest === undefined) return { action: "decline" };
    const { answer, threadId } = newest;
    if (this.#answerers.some((other) => other.threadId !== threadId)) return { action: "decline" };
    const paused = [...this.#running];
    for (const deadline of paused) deadline.pause();
    try {
      return await answer(elicitation, signal);
    } finally {
      for (const deadline of paused) deadline.resume();
    }
  }

  async #loadTools(signal: AbortSignal): Promise<void> {
    const until = performance.now() + startupTimeoutMs(this.config);
    const entries = await allPages("tools", (cursor) =>
      this.#retried(() => {
        const limitMs = Math.max(1, until - performance.now());
        return this.#ask("tools/list", cursor === undefined ? {} : { cursor }, { signal, limitMs });
      }),
    );
    this.tools = toolsOf(entries);
  }

  async #retried(ask: () => Promise<Result>): Promise<Result> {
    for (const waitMs of RETRY_AFTER_MS) {
      try {
        return await ask();
      } catch (error) {
        if (!this.#mayPass(error)) throw error;
        await Bun.sleep(waitMs);
      }
    }
    return ask();
  }

  /** A list that cannot be read again stays as it was. */
  async #reload(): Promise<void> {
    try {
      while (this.#stale) {
        this.#stale = false;
        await this.#loadTools(new AbortController().signal);
      }
    } catch (error) {
      if (!(error instanceof Error)) throw error;
    } finally {
      this.#refresh = undefined;
    }
  }

  /** Gives up on the signal or the limit, and tells the server that it did; a server need not agree. */
  async #ask(
    method: string,
    params: Result,
    limits: RequestLimits & { readonly limitMs: number },
  ): Promise<Result> {
    const link = this.#link;
    if (link === undefined) throw new McpRequestError("not connected");
    const giveUp = new AbortController();
    const interrupt = () => giveUp.abort(new McpRequestError("interrupted"));
    const deadline = startDeadline(limits.limitMs, () =>
      giveUp.abort(new McpRequestError(`timed out awaiting ${method} after ${limits.limitMs / 1000}s`)),
    );
    this.#running.add(deadline);
    if (limits.answer !== undefined) this.#answerers.push(limits.answer);
    limits.signal.addEventListener("abort", interrupt, { once: true });
    if (limits.signal.aborted) interrupt();
    try {
      giveUp.signal.throwIfAborted();
      return await link.client.request({ method, params }, link.sdk.ResultSchema, {
        signal: giveUp.signal,
        timeout: NO_LIMIT_MS,
        onprogress: () => {}, // asked for, so that servers see that somebody waits
      });
    } catch (error) {
      throw giveUp.signal.aborted ? giveUp.signal.reason : error;
    } finally {
      limits.signal.removeEventListener("abort", interrupt);
      this.#running.delete(deadline);
      deadline[Symbol.dispose]();
      if (limits.answer !== undefined) this.#answerers.splice(this.#answerers.lastIndexOf(limits.answer), 1);
    }
  }

  /** Failures of the network, and of servers that are busy. Processes do not get better by asking again. */
  #mayPass(error: unknown): boolean {
    if (this.config.transport.type === "stdio" || !(error instanceof Error)) return false;
    if (error.name === "McpError" || error.name === "AuthRequiredError" || error instanceof McpRequestError)
      return false;
    const status = "code" in error ? error.code : undefined;
    return typeof status !== "number" || RETRIED_STATUSES.includes(status);
  }

  #sessionExpired(error: unknown): boolean {
    if (this.config.transport.type === "stdio" || !(error instanceof Error)) return false;
    return error.name !== "McpError" && "code" in error && error.code === SESSION_EXPIRED;
  }

  #explained(error: unknown): McpRequestError {
    if (error instanceof McpRequestError) return error;
    const { report } = this;
    const told = report?.status === undefined ? "" : evidence(report);
    return new McpRequestError(`${requestFailure(error)}${told}`, { cause: error });
  }
}

/** A server that cannot be told so ends its session by itself, in time. */
async function endSession(transport: Exclude<Link["transport"], StdioTransport>): Promise<void> {
  const told = transport.terminateSession().catch((error: unknown) => {
    if (!(error instanceof Error)) throw error;
  });
  await Promise.race([told, Bun.sleep(END_SESSION_MS)]);
}

const END_SESSION_MS = 500;
