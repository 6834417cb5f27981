// The connected clients: what all of them are told, and questions of which the first answer counts (app-server.md 1 and 14).

import type { RpcId } from "../rpc/message";
import type { Client, Clients } from "./client";

export type ConnectedClients = Clients & {
  /** It has introduced itself. */
  readonly add: (client: Client) => void;
  readonly remove: (client: Client) => void;
  /** `result` is undefined for an error. An answer to nothing is passed over. */
  readonly answered: (client: Client, id: RpcId, result: unknown) => void;
};

type Open = { readonly to: Set<Client>; readonly resolve: (result: unknown) => void };

export function connectedClients(): ConnectedClients {
  const clients = new Set<Client>();
  const open = new Map<string, Open>();
  let asked = 0;
  return {
    all: () => [...clients],
    add: (client) => void clients.add(client),
    remove(client) {
      clients.delete(client);
      for (const { to } of open.values()) to.delete(client);
    },
    async broadcast(method, params) {
      await Promise.all([...clients].map((client) => client.notify(method, params)));
    },
    ask(to, method, params, signal) {
      const id = asked++;
      const key = String(id);
      const { promise, resolve } = Promise.withResolvers<unknown>();
      const giveUp = () => resolve(undefined);
      const question: Open = { to: new Set(), resolve };
      const askAlso = (client: Client) => {
        if (!open.has(key)) return;
        question.to.add(client);
        void client.put(id, method, params);
      };
      if (signal.aborted) giveUp();
      signal.addEventListener("abort", giveUp, { once: true });
      open.set(key, question);
      for (const client of to) askAlso(client);
      const reply = promise.finally(() => {
        open.delete(key);
        signal.removeEventListener("abort", giveUp);
      });
      return { id, reply, askAlso };
    },
    answered(client, id, result) {
      const question = open.get(id);
      if (question?.to.has(client) === true) question.resolve(result);
    },
  };
}
