// What all clients of one app-server share, and what a method sees of it and of its caller.

import type { Decode } from "../rpc/decode";
import type { Answer } from "../rpc/message";
import type { Client, Clients, Place } from "./client";
import { refuse, readParams } from "./params";
import type { Threads } from "../app-threads/threads";

/** Disposing of it ends every thread and every login that is under way. */
export type App = AsyncDisposable & {
  readonly place: Place;
  readonly clients: Clients;
  readonly threads: Threads;
  /** What lives as long as the server, by name; made at its first use. */
  readonly own: <T extends AsyncDisposable>(name: string, make: () => T) => T;
};

export type Call = { readonly app: App; readonly client: Client };

export type Prepared = {
  /** Requests with the same key are done in the order in which they came. */
  readonly key: string | undefined;
  readonly run: () => Promise<Answer>;
};

export type Method = (params: unknown, call: Call) => Prepared;

export type MethodOptions<T> = {
  readonly key?: (given: T, call: Call) => string | undefined;
  /** Fields that need `experimentalApi`; `true`: the whole method does. */
  readonly experimental?: true | readonly string[];
};

/** An entry of the table of methods. @param run what it does; a plain object is the result */
export function method<T>(
  name: string,
  decode: Decode<T>,
  run: (given: T, call: Call) => Promise<object>,
  { key, experimental }: MethodOptions<T> = {},
): readonly [string, Method] {
  return answering(name, decode, async (given, call) => ({ result: await run(given, call) }), {
    ...(key !== undefined && { key }),
    ...(experimental !== undefined && { experimental }),
  });
}

/** The same for a method with something to do once its answer is on its way. */
export function answering<T>(
  name: string,
  decode: Decode<T>,
  run: (given: T, call: Call) => Promise<Answer>,
  { key, experimental }: MethodOptions<T> = {},
): readonly [string, Method] {
  return [
    name,
    (params, call) => {
      const given = readParams(decode, params);
      if (!call.client.info.experimental) refuseExperimental(name, params, experimental);
      return { key: key?.(given, call), run: () => run(given, call) };
    },
  ];
}

function refuseExperimental(name: string, params: unknown, gated: true | readonly string[] = []): void {
  if (gated === true) throw experimentalOnly(name);
  const given: object = typeof params === "object" && params !== null ? params : {};
  const field = gated.find((one) => !isEmpty(Object.getOwnPropertyDescriptor(given, one)?.value));
  if (field !== undefined) throw experimentalOnly(`${name}.${field}`);
}

/** @param what a method, a field or a value */
export function experimentalOnly(what: string): Error {
  return refuse(`${what} requires experimentalApi capability`);
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
