// The questions a turn may put to whoever is in front of it, and their answers (approvals.md 7).

import type { FileChange } from "./items";

export type AskRequest =
  | {
      readonly type: "command";
      readonly callId: string;
      readonly command: readonly string[];
      readonly cwd: string;
      readonly reason: string | null;
      /** The rule that "always" would save: a command prefix. */
      readonly proposedPrefix: readonly string[] | null;
    }
  | {
      readonly type: "patch";
      readonly callId: string;
      readonly changes: readonly FileChange[];
      readonly reason: string | null;
      readonly grantRoot: string | null;
    };

export type AskAnswer =
  | { readonly type: "approve" }
  | { readonly type: "approve_for_session" }
  | { readonly type: "approve_always"; readonly prefix: readonly string[] }
  | { readonly type: "decline" }
  | { readonly type: "cancel" };

/** A front end's way to put a question. It must answer; a front end without a user answers `decline`. */
export type Ask = (request: AskRequest, signal: AbortSignal) => Promise<AskAnswer>;
