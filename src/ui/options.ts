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
  /** That there is a newer version, for instance. */
  readonly news: string | undefined;
  /** To show first: what was wrong without being fatal. */
  readonly warnings: readonly string[];
};
