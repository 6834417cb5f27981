// What the interface is started with, by `codex`, `codex resume` and `codex fork`.

import type { Config } from "../config/config";
import type { RuleSet } from "../rules/match";

/** Which conversation the interface begins with. */
export type Begin =
  | { readonly type: "new" }
  /** `path`: a session file, as found by rollout/find. */
  | { readonly type: "resume" | "fork"; readonly path: string }
  /** The user chooses from a list first. */
  | {
      readonly type: "pick";
      readonly action: "resume" | "fork";
      /** Sessions of other folders too. */
      readonly everywhere: boolean;
      readonly includeNonInteractive: boolean;
    };

/** What the command line said itself; a resumed session keeps its own settings for the rest. */
export type Given = {
  readonly model: boolean;
  readonly approvalPolicy: boolean;
  readonly sandbox: boolean;
  /** `-C` */
  readonly cwd: boolean;
};

/** A version that can be had, and what can be done about it. */
export type NewerVersion = {
  readonly current: string;
  readonly latest: string;
  /** What brings it, as it would be typed. */
  readonly command: string;
  /** Address of its release notes, where one is known. */
  readonly notes: string | undefined;
  /** Brings it, on the terminal that the interface has given back; the exit code. */
  readonly install: () => Promise<number>;
  /** It is not to be asked about again. Undefined, or why that cannot be remembered. */
  readonly dismiss: () => string | undefined;
};

export type PromptUiOptions = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly config: Config;
  /** Loads the configuration anew, for another folder where one is given: after a sign-in, a trust decision, a change of folder. */
  readonly reload: (cwd?: string) => Promise<Config>;
  readonly readRules: (config: Config) => RuleSet;
  /** Folders put first on the PATH of commands. */
  readonly pathPrefix: readonly string[];
  /** To be sent at once; undefined when there is none. */
  readonly prompt: string | undefined;
  /** Files to send with it, as typed. */
  readonly images: readonly string[];
  readonly begin: Begin;
  readonly given: Given;
  /** To be asked about first; undefined when there is none, or nobody knows how this one was installed. */
  readonly newer: NewerVersion | undefined;
  /** That there is a newer version, for instance. */
  readonly news: string | undefined;
  /** To show first: what was wrong without being fatal. */
  readonly warnings: readonly string[];
};
