// What a scenario is: a workspace, a scripted model, and one or more runs of the executable.

import type { Difference } from "./difference";
import type { Paths } from "./paths";
import type { HookSet } from "../support/hooks";
import type { RecordedRequest, Step } from "../support/responses-server";

export type Scenario = {
  /** Kebab-case; the name of its recording. */
  readonly name: string;
  /** A sentence of behaviour; the name of its test. */
  readonly about: string;
  /** One answer a request, over all runs. A request too many gets a 400 that says so. */
  readonly script?: readonly ScriptStep[];
  /** In the same home and workspace, one after the other. */
  readonly runs: readonly Run[];
  /** Files of the workspace by relative path; a path that begins with `codex-home/` lies in CODEX_HOME instead. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Whether the workspace is a git repository. Default true. */
  readonly git?: boolean;
  /** The user's, trusted. */
  readonly hooks?: HookSet;
  /** Lines before the provider table of config.toml. */
  readonly settings?: string;
  /** Lines of the provider table, after those of a provider without retries. */
  readonly provider?: string;
  /** The whole of config.toml instead; `{server}` stands for the base URL. */
  readonly config?: string;
  /** Also compares the headers of the first request and the schemas of the tools. */
  readonly wire?: true;
  /** Differences that show in this scenario, beside those that show in all. */
  readonly differs?: readonly Difference[];
  /** Row of the difference because of which the whole is compared with a recording of our own. */
  readonly ours?: string;
};

/** A step, or what makes one out of the request it answers. */
export type ScriptStep = Step | ((request: RecordedRequest, paths: Paths) => Step);

export type Run = {
  /** `{workspace}`, `{root}` and `{thread}` (the id of the first run's thread) are filled in. */
  readonly args: readonly string[];
  /** Default: /dev/null. */
  readonly stdin?: string | Uint8Array;
  /** Undefined removes a variable. RUST_LOG is `off` unless it is named here. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Relative to the workspace. */
  readonly cwd?: string;
  /** Sent as soon as stdout or stderr shows the text. */
  readonly interrupt?: { readonly shown: string; readonly signal: NodeJS.Signals };
};

const EXEC = ["exec", "-s", "workspace-write"];

/** `codex exec --json` that may write to the workspace. */
export function json(...args: readonly string[]): Run {
  return { args: [...EXEC, "--json", ...args] };
}

/** `codex exec` for people, that may write to the workspace. */
export function human(...args: readonly string[]): Run {
  return { args: [...EXEC, ...args] };
}

/** The session id that the last output of a request names. */
export function sessionIdIn(request: RecordedRequest): number {
  const ids = [...request.text.matchAll(/session ID (\d+)/g)];
  return Number(ids.at(-1)?.[1] ?? 0);
}
