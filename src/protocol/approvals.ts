// The questions a turn may put to whoever is in front of it, and their answers (approvals.md 7).

import type { Elicitation, FormValue } from "./elicitation";
import type { FileChange } from "./items";
import type { UserQuestion } from "./questions";

/** Where a rule saved by "always" holds: for everything this user does, or for everybody in this project. */
export type RuleScope = "user" | "project";

/** What "always" would save, to be shown before it is saved. */
export type RuleProposal = {
  /** The first words of the command; every command that begins with them would run without a question. */
  readonly prefix: readonly string[];
  /** The line of the file. */
  readonly text: string;
  /** Where it can be saved, the user's file first; `project` is there only if the project is trusted. */
  readonly places: readonly { readonly scope: RuleScope; readonly file: string }[];
};

/** What a command asks for beyond the sandbox, within which it stays. Paths are absolute. */
export type AdditionalPermissions = {
  readonly network: boolean;
  readonly read: readonly string[];
  readonly write: readonly string[];
};

export type AskRequest =
  | {
      readonly type: "command";
      readonly callId: string;
      readonly command: readonly string[];
      readonly cwd: string;
      readonly reason: string | null;
      /** Null when there is nothing that "always" could save. */
      readonly proposal: RuleProposal | null;
      /** Whether an answer "for this session" will be remembered. */
      readonly rememberable: boolean;
      readonly additionalPermissions: AdditionalPermissions | null;
    }
  | {
      readonly type: "patch";
      readonly callId: string;
      readonly changes: readonly FileChange[];
      readonly reason: string | null;
      readonly grantRoot: string | null;
    }
  | {
      readonly type: "mcp_tool_call";
      readonly callId: string;
      /** Names as the server has them. */
      readonly server: string;
      readonly tool: string;
      readonly title: string | null;
      readonly description: string | null;
      /** An object; null when there are none. */
      readonly arguments: unknown;
      /** Whether an answer for the session, or for always, will be remembered. */
      readonly rememberable: boolean;
    }
  /** `decline` says no to the server, `cancel` says that nobody decided. */
  | {
      readonly type: "mcp_elicitation";
      /** Of the call during which the server asks. */
      readonly callId: string;
      readonly elicitation: Elicitation;
    }
  /** Answered with `answers`; `decline` leaves all of them open, `cancel` ends the turn. */
  | { readonly type: "questions"; readonly callId: string; readonly questions: readonly UserQuestion[] };

export type AskAnswer =
  /** `content`: what a form of an MCP server was filled in with. */
  | { readonly type: "approve"; readonly content?: Readonly<Record<string, FormValue>> }
  /** The same command, or patches to the same files, are not asked about again in this session. */
  | { readonly type: "approve_for_session" }
  /** Saves a rule; of the user's without `scope`. Where the question proposed none, this is a plain `approve`. */
  | { readonly type: "approve_always"; readonly prefix: readonly string[]; readonly scope?: RuleScope }
  | { readonly type: "decline" }
  /** By question id: the labels that were chosen, then what was typed. A question that is missing was not answered. */
  | { readonly type: "answers"; readonly answers: Readonly<Record<string, readonly string[]>> }
  /** Declines and ends the turn; of a question about an MCP tool or by an MCP server, only that question. */
  | { readonly type: "cancel" };

/** A front end's way to put a question, one at a time. It must answer; a front end without a user answers `decline`. */
export type Ask = (request: AskRequest, signal: AbortSignal) => Promise<AskAnswer>;
