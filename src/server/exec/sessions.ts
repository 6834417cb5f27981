// Sessions: the processes of a client, which outlive its connection by some seconds so that another can go on (exec-server.md 3).

import { createProcesses, type Processes } from "./processes";
import type { Notify } from "./process";
import { INVALID_REQUEST, RpcFailure } from "../rpc/message";

/** A session without a connection ends after this. */
const DETACHED_MS = 10_000;

export type Session = { readonly id: string; readonly processes: Processes };

/** Disposing of it ends every session. */
export type Sessions = AsyncDisposable & {
  /** A new session, or one that nobody has any more. @throws RpcFailure */
  readonly attach: (notify: Notify, resume: string | undefined) => Session;
  /** It ends, unless somebody comes for it. */
  readonly detach: (session: Session) => void;
};

type Held = {
  readonly session: Session;
  /** Undefined while nobody is there; what is told then is told to nobody. */
  client: Notify | undefined;
  timer: NodeJS.Timeout | undefined;
};

export function openSessions(): Sessions {
  const all = new Map<string, Held>();
  const end = async (held: Held) => {
    clearTimeout(held.timer);
    all.delete(held.session.id);
    await held.session.processes[Symbol.asyncDispose]();
  };
  const create = (client: Notify): Session => {
    const id = crypto.randomUUID();
    const processes = createProcesses(async (method, params) => {
      await held.client?.(method, params);
    });
    const held: Held = { session: { id, processes }, client, timer: undefined };
    all.set(id, held);
    return held.session;
  };
  return {
    attach(client, resume) {
      if (resume === undefined) return create(client);
      const held = all.get(resume);
      if (held === undefined) throw new RpcFailure(INVALID_REQUEST, `unknown session id ${resume}`);
      if (held.client !== undefined) {
        const message = `session ${resume} is already attached to another connection`;
        throw new RpcFailure(INVALID_REQUEST, message);
      }
      clearTimeout(held.timer);
      held.client = client;
      return held.session;
    },
    detach({ id }) {
      const held = all.get(id);
      if (held === undefined) return;
      held.client = undefined;
      held.timer = setTimeout(() => void end(held), DETACHED_MS);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...all.values()].map(end));
    },
  };
}
