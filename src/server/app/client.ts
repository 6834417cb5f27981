// A connected program, as the rest of the server sees it, and where the server runs.

import type { LoadOptions } from "../../config/load";

export type ProjectFiles = {
  /** Paths relative to a folder, in batches as they are found, until the signal comes. */
  readonly list: (
    folder: string,
    env: Readonly<Record<string, string | undefined>>,
    signal: AbortSignal,
  ) => AsyncGenerator<readonly string[], void>;
  /** How well a path answers to a few letters, both in lower case; -Infinity when it does not. */
  readonly rank: (path: string, query: string) => number;
};

/** Where the server runs, and what its command line said. */
export type Place = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute and canonical. */
  readonly codexHome: string;
  /** Of the process: where a request that names no folder works. Absolute and canonical. */
  readonly cwd: string;
  /** Folders put first on the PATH of commands. */
  readonly pathPrefix: readonly string[];
  /** The files that a person might name, which the interface knows how to find. */
  readonly projectFiles: ProjectFiles;
  readonly commandLine: Pick<LoadOptions, "overrides" | "enable" | "disable" | "strict">;
};

export type Params = Readonly<Record<string, unknown>>;

/** What a client said of itself. */
export type ClientInfo = {
  readonly name: string;
  readonly version: string;
  /** Whether it may use what is still being tried out. */
  readonly experimental: boolean;
};

/** A connected program. */
export type Client = {
  /** Of the connection. */
  readonly id: string;
  readonly info: ClientInfo;
  /** Comes with the end of the connection. */
  readonly signal: AbortSignal;
  /** Resolves when there is room for more. */
  readonly notify: (method: string, params: Params) => Promise<void>;
  /** Puts a question that was numbered by `Clients`. */
  readonly put: (id: number, method: string, params: Params) => Promise<void>;
  /** What lives as long as the connection, by name; made at its first use. */
  readonly own: <T extends AsyncDisposable>(name: string, make: () => T) => T;
};

/** All that are connected and have introduced themselves. */
export type Clients = {
  readonly all: () => readonly Client[];
  /** To every one of them. */
  readonly broadcast: (method: string, params: Params) => Promise<void>;
  /** Puts a question to each; the first answer counts. */
  readonly ask: (to: readonly Client[], method: string, params: Params, signal: AbortSignal) => Asked;
};

export type Asked = {
  readonly id: number;
  /** Undefined when a client answered with an error, or the signal fired. Without either it waits, also for clients to come. */
  readonly reply: Promise<unknown>;
  /** Puts it to one more, or once more, while it is open. */
  readonly askAlso: (client: Client) => void;
};
