// One client: its messages are answered one after another, and what they wait for ends with it (exec-server.md 2 and 3).

import { messageOf } from "../../util/user-error";
import { optional, required, string, struct } from "../rpc/decode";
import type { HelperPlace } from "./file-helper";
import { createHttpRequests } from "./http";
import { prepare } from "./methods";
import {
  errorText,
  INTERNAL_ERROR,
  INVALID_REQUEST,
  NO_ID,
  readMessage,
  resultMessage,
  RpcFailure,
  type Answer,
  type Incoming,
} from "../rpc/message";
import type { Connection, Wire } from "../rpc/wire";
import type { Session, Sessions } from "./sessions";

/** Messages that wait for the one before them. */
const WAITING_MESSAGES = 65_536;
const WAITING_CHARACTERS = 536_870_912;

export type Service = { readonly sessions: Sessions; readonly helper: HelperPlace };

type Request = Extract<Incoming, { type: "request" }>;

const initializeParams = struct("InitializeParams", {
  clientName: required(string),
  resumeSessionId: optional(string),
});

export function connect({ sessions, helper }: Service, wire: Wire): Connection {
  const gone = new AbortController();
  const { signal } = gone;
  const waiting: { readonly message: string; readonly done: () => void }[] = [];
  let characters = 0;
  let busy = false;
  let session: Session | undefined;
  let initialized = false;
  const notify = async (method: string, params: object) => {
    if (!signal.aborted) await wire.send(JSON.stringify({ method, params }));
  };
  const http = createHttpRequests(notify, signal);

  const initialize = (params: unknown): Answer => {
    const { resumeSessionId } = initializeParams(params);
    if (session !== undefined) {
      throw new RpcFailure(INVALID_REQUEST, "initialize may only be sent once per connection");
    }
    session = sessions.attach(notify, resumeSessionId);
    return { result: { sessionId: session.id } };
  };
  const perform = async ({ method, params }: Request): Promise<Answer> => {
    if (method === "initialize") return initialize(params);
    const { family, run } = prepare(method, params);
    if (session === undefined) throw tooEarly(`client must call initialize before using ${family} methods`);
    if (!initialized) throw tooEarly(`client must send initialized before using ${family} methods`);
    return await run({ session, http, helper, signal });
  };
  const answer = async (request: Request): Promise<void> => {
    try {
      const { result, after } = await perform(request);
      if (!signal.aborted) await sendThen(wire.send(resultMessage(request.id, result)), after);
      else after?.();
    } catch (error) {
      const code = error instanceof RpcFailure ? error.code : INTERNAL_ERROR;
      if (!signal.aborted) await wire.send(errorText(request.id, code, messageOf(error)));
    }
  };
  const refuse = async (reason: string): Promise<void> => {
    const message = `failed to parse ${wire.name}: ${reason}`;
    await wire.send(errorText(NO_ID, INVALID_REQUEST, message));
  };
  const handle = async (text: string): Promise<void> => {
    const message = readMessage(text);
    switch (message.type) {
      case "request":
        return await answer(message);
      case "invalid":
        return await refuse(message.reason);
      case "notification":
        if (message.method === "initialized" && session !== undefined) initialized = true;
        else wire.hangUp();
        return;
      case "response":
        return wire.hangUp();
      default:
        message satisfies never;
    }
  };
  const work = async (): Promise<void> => {
    busy = true;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      characters -= next.message.length;
      if (!signal.aborted) await handle(next.message);
      next.done();
    }
    busy = false;
  };

  return {
    refuse,
    receive(message) {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push({ message, done: resolve });
      characters += message.length;
      if (waiting.length > WAITING_MESSAGES || characters > WAITING_CHARACTERS) wire.hangUp();
      if (!busy) void work();
      return promise;
    },
    async ended() {
      if (signal.aborted) return;
      gone.abort();
      if (session !== undefined) sessions.detach(session);
    },
  };
}

/** What follows begins when the answer is on its way, also while the other side reads slowly. */
async function sendThen(sent: Promise<void>, after: (() => void) | undefined): Promise<void> {
  after?.();
  await sent;
}

function tooEarly(message: string): RpcFailure {
  return new RpcFailure(INVALID_REQUEST, message);
}
