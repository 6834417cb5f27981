// Decides what becomes of a command or a patch: run it, in the sandbox or outside, ask the user, or refuse (approvals.md 2, 8, 9).

import type { ApprovalPolicy, PermissionProfile } from "../protocol/policy";
import { isDangerous, isDestructive } from "./dangerous";
import { matchCommand, strictest, type RuleDecision, type RuleMatch, type RuleSet } from "./match";
import { isBannedPrefix, widened } from "./propose";
import { forbiddenReason, promptReason, unaskable, type SandboxPermissions } from "./refusal";
import { isSafe } from "./safe";
import { lower, type Lowered, type PlainCommand } from "./shell";
import { coveredCommands, visibleCommands } from "./shell-view";
import { isSafeOnWindows } from "./windows";

/** `restricted`: files are; `unrestricted`: all files may be written, the rest is managed; `external`: an outer sandbox is declared. */
export type SandboxClass = "restricted" | "unrestricted" | "disabled" | "external";

export type DecisionInput = {
  readonly argv: readonly string[];
  readonly rules: RuleSet;
  readonly approvalPolicy: ApprovalPolicy;
  readonly sandbox: SandboxClass;
  /** True when some paths may not even be read: then nothing ever runs outside the sandbox. */
  readonly deniesReads: boolean;
  /** What the call asked for, after `permissionRefusal` let it pass. */
  readonly permissions: SandboxPermissions;
  readonly justification: string | undefined;
  /** The rule that the model suggests. */
  readonly prefixRule: readonly string[] | undefined;
  readonly platform: NodeJS.Platform;
  /** Windows only: the profile restricts, but there is no sandbox to enforce it. */
  readonly unenforced: boolean;
};

/** After the sandbox stopped a command: the failure goes to the model, the user is asked, or it runs again outside at once. */
export type AfterDenial = "fail" | "ask" | "retry";

export type Decision =
  | {
      readonly type: "run";
      /** True when it runs without the sandbox that the profile would have. */
      readonly outside: boolean;
      readonly afterDenial: AfterDenial;
      /** What "always" would save if the user is asked after a denial. */
      readonly proposedPrefix: readonly string[] | null;
    }
  | {
      readonly type: "ask";
      readonly reason: string | null;
      /** The rule that "always" would save; null when none is offered. */
      readonly proposedPrefix: readonly string[] | null;
      /** Where it runs once approved. */
      readonly outside: boolean;
      readonly afterDenial: AfterDenial;
      /** False when an answer "for this session" may be neither stored nor used. */
      readonly rememberable: boolean;
    }
  | { readonly type: "refuse"; readonly reason: string };

/** The question put after a denial (approvals.md 8). */
export const RETRY_REASON = "command failed; retry without sandbox?";
const DESTRUCTIVE_REASON = "this can destroy work, and would run outside the sandbox";

/** The decision for a command. Pure: nothing but the input counts. */
export function decide(input: DecisionInput): Decision {
  const { argv, approvalPolicy, sandbox } = input;
  const lowered = lower(argv);
  const commands = evaluateCommands(input, lowered);
  const matches = [...hiddenMatches(input), ...commands.flatMap((command) => command.matches)];
  const verdict = strictest([...matches, ...commands].map(({ decision }) => decision)) ?? "allow";
  if (verdict === "forbidden") return { type: "refuse", reason: forbiddenReason(argv, matches) };

  const allowedByRule = verdict === "allow" && commands.every((command) => command.matches.length > 0);
  const outside = canLeave(input) && (allowedByRule || (verdict === "prompt" && escalates(input)));
  const unguarded = outside || sandbox === "disabled" || sandbox === "unrestricted";
  const destructive = isDestructive(argv);
  const risky = destructive && unguarded;
  if (verdict === "allow" && !risky) {
    const afterDenial = outside ? "fail" : denialOf(input, "unasked");
    return { type: "run", outside, afterDenial, proposedPrefix: retryPrefix(lowered, commands, destructive) };
  }
  if (verdict === "allow" && approvalPolicy === "never" && sandbox === "disabled") {
    return { type: "run", outside, afterDenial: "fail", proposedPrefix: null };
  }
  const asker = matches.some(({ decision }) => decision === "prompt") ? "rule" : "other";
  const refusal = unaskable(approvalPolicy, asker);
  if (refusal !== undefined) {
    const canStayInside = verdict === "allow" && sandbox !== "unrestricted" && sandbox !== "disabled";
    if (canStayInside) return { type: "run", outside: false, afterDenial: "fail", proposedPrefix: null };
    return { type: "refuse", reason: refusal };
  }
  const afterDenial = outside ? "fail" : denialOf(input, destructive ? "unasked" : "approved");
  return {
    type: "ask",
    reason: promptReason(argv, matches) ?? input.justification ?? (risky ? DESTRUCTIVE_REASON : null),
    proposedPrefix: destructive || asker === "rule" ? null : proposal(input, lowered, commands),
    outside,
    afterDenial,
    rememberable: !risky,
  };
}

type Evaluated = {
  readonly command: PlainCommand;
  /** Rules that match, wrappers seen through; when there are none, the heuristic decides. */
  readonly matches: readonly RuleMatch[];
  readonly decision: RuleDecision;
};

function evaluateCommands(input: DecisionInput, lowered: Lowered): readonly Evaluated[] {
  const commands = lowered.type === "plain" ? lowered.commands : [lowered.command];
  return commands.map((command) => {
    const matches = ruleMatches(input.rules, command);
    const decision = strictest(matches.map((match) => match.decision)) ?? heuristic(input, lowered, command);
    return { command, matches, decision };
  });
}

/** Rules for the words as they are; else, if every command behind harmless wrappers has one, the rules of all those. */
function ruleMatches(rules: RuleSet, { words, literal }: PlainCommand): readonly RuleMatch[] {
  const own = matchCommand(rules, words);
  if (own.length > 0 || rules.prefixRules.length === 0 || !literal) return own;
  const inner = (coveredCommands(words) ?? []).map((command) => matchCommand(rules, command));
  return inner.every((matches) => matches.length > 0) ? inner.flat() : [];
}

/** Rules against a command anywhere within the argv. One that allows says nothing about what is around it. */
function hiddenMatches({ rules, argv }: DecisionInput): readonly RuleMatch[] {
  if (rules.prefixRules.every(({ decision }) => decision === "allow")) return [];
  return visibleCommands(argv)
    .slice(1)
    .flatMap((words) => matchCommand(rules, words))
    .filter(({ decision }) => decision !== "allow");
}

/** The rows of approvals.md 2.1, from top to bottom. */
function heuristic(input: DecisionInput, lowered: Lowered, command: PlainCommand): RuleDecision {
  const { approvalPolicy, sandbox, platform } = input;
  const unenforced = platform === "win32" && input.unenforced && sandbox === "restricted";
  if (lowered.type !== "heredoc" && (approvalPolicy === "untrusted" || unenforced)) {
    if (platform === "win32" ? isSafeOnWindows(command.words) : isSafe(command, platform)) return "allow";
  }
  if (unenforced || isDangerous(command.words, platform)) {
    if (approvalPolicy !== "never") return "prompt";
    return sandbox === "disabled" || sandbox === "external" ? "allow" : "forbidden";
  }
  if (approvalPolicy === "never" || approvalPolicy === "on-failure") return "allow";
  if (approvalPolicy === "untrusted") return "prompt";
  return sandbox === "restricted" && input.permissions !== "use_default" ? "prompt" : "allow";
}

/** There is a sandbox, and nothing in it must stay hidden. */
function canLeave({ sandbox, deniesReads }: DecisionInput): boolean {
  return !deniesReads && (sandbox === "restricted" || sandbox === "unrestricted");
}

function escalates({ permissions }: DecisionInput): boolean {
  return permissions === "require_escalated";
}

function denialOf(input: DecisionInput, asked: "approved" | "unasked"): AfterDenial {
  const { approvalPolicy, sandbox, deniesReads } = input;
  if (deniesReads || sandbox === "disabled" || sandbox === "external") return "fail";
  if (approvalPolicy === "never" || approvalPolicy === "on-request") return "fail";
  if (typeof approvalPolicy === "object" && !approvalPolicy.granular.sandbox_approval) return "fail";
  return asked === "approved" ? "retry" : "ask";
}

function proposal(
  { prefixRule, rules }: DecisionInput,
  lowered: Lowered,
  commands: readonly Evaluated[],
): readonly string[] | null {
  if (lowered.type === "heredoc") return null;
  const unmatched = commands.every(({ matches }) => matches.length === 0);
  if (prefixRule !== undefined && prefixRule.length > 0 && unmatched && !isBannedPrefix(prefixRule)) {
    const rule = {
      pattern: prefixRule.map((word) => [word]),
      decision: "allow",
      justification: undefined,
    } as const;
    const added: RuleSet = { ...rules, prefixRules: [...rules.prefixRules, rule] };
    if (commands.every(({ command }) => ruleMatches(added, command).length > 0)) return prefixRule;
  }
  return prefixFor(commands.filter(({ matches, decision }) => matches.length === 0 && decision === "prompt"));
}

function retryPrefix(
  lowered: Lowered,
  commands: readonly Evaluated[],
  destructive: boolean,
): readonly string[] | null {
  const offered = lowered.type !== "heredoc" && !destructive;
  return offered && commands.every(({ matches }) => matches.length === 0) ? prefixFor(commands) : null;
}

/** For the first command that does more than read, else the first. */
function prefixFor(commands: readonly Evaluated[]): readonly string[] | null {
  const plain = commands.flatMap(({ command }) =>
    (coveredCommands(command.words) ?? [command.words]).map((words) => ({ words, literal: command.literal })),
  );
  const chosen = plain.find((command) => !isSafe(command, "linux")) ?? plain[0];
  return chosen === undefined ? null : widened(chosen.words);
}

/** Which class of approvals.md 1 a profile belongs to. */
export function sandboxClass(profile: PermissionProfile): SandboxClass {
  if (profile.type !== "managed") return profile.type;
  const files = profile.file_system;
  if (files.type === "unrestricted") return "unrestricted";
  const writesAll = files.entries.some(
    ({ path, access }) => access === "write" && path.type === "special" && path.value.kind === "root",
  );
  return writesAll && files.entries.every(({ access }) => access === "write") ? "unrestricted" : "restricted";
}

/** True when a profile hides something from reading. */
export function deniesReads(profile: PermissionProfile): boolean {
  if (profile.type !== "managed" || profile.file_system.type === "unrestricted") return false;
  return profile.file_system.entries.some(({ access }) => access === "deny");
}

export type PatchDecisionInput = {
  readonly approvalPolicy: ApprovalPolicy;
  readonly sandbox: SandboxClass;
  /** Every path that the patch reads or writes may be written under the profile. */
  readonly writable: boolean;
  /** The profile lets nothing be written at all. */
  readonly readOnly: boolean;
  /** There is a sandbox to apply the patch in, which catches links out of the writable roots. */
  readonly enforced: boolean;
};

export type PatchDecision =
  | { readonly type: "run"; readonly outside: boolean }
  | { readonly type: "ask" }
  | { readonly type: "refuse"; readonly reason: string };

/** The decision for a verified patch that changes something (approvals.md 9). */
export function decidePatch(input: PatchDecisionInput): PatchDecision {
  const { approvalPolicy, sandbox } = input;
  if (approvalPolicy === "untrusted") return { type: "ask" };
  if (input.writable || approvalPolicy === "on-failure") {
    if (sandbox === "disabled" || sandbox === "external") return { type: "run", outside: true };
    if (input.enforced) return { type: "run", outside: false };
  }
  if (unaskable(approvalPolicy, "other") === undefined) return { type: "ask" };
  const problem = input.readOnly
    ? "writing is blocked by read-only sandbox"
    : "writing outside of the project";
  return { type: "refuse", reason: `patch rejected: ${problem}; rejected by user approval settings` };
}
