// The transcript of a played scenario: what is compared with the recording, and committed.

import type { Json } from "./normalise";

export type Transcript = {
  readonly runs: readonly RunTranscript[];
  /** Text of the workspace's files after the last run. */
  readonly files: Readonly<Record<string, string>>;
  /** What was added to config.toml. */
  readonly configAdded?: string;
  /** The lines of every session file. */
  readonly sessions: readonly (readonly Json[])[];
};

export type RunTranscript = {
  /** Events with --json, else lines. */
  readonly stdout: readonly Json[];
  readonly stderr: readonly string[];
  readonly exit: number | string;
  readonly requests: readonly RequestTranscript[];
  readonly others?: readonly string[];
};

export type RequestTranscript = {
  readonly path?: string;
  readonly headers?: Json;
  /** Fields beside instructions, input and tools; absent when the same as in the request before. */
  readonly fields?: Json;
  /** Names; whole shapes where the scenario asks for them. Absent when the same as in the request before. */
  readonly tools?: readonly Json[];
  /** How many items of the request before this one begins with. */
  readonly kept: number;
  readonly added: readonly Json[];
};
