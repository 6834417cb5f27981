// Reads the JSON that a hook has printed, and says what in it does not belong there (agent.md 15).

import type { HookEventName } from "../protocol/hooks";
import { positionText, readJson } from "../util/json-reader";
import { isTable } from "./handlers";

/** What a hook answered. Keys that its event does not take are never there. */
export type HookOutput = {
  readonly continue?: boolean;
  readonly stopReason?: string;
  readonly suppressOutput?: boolean;
  readonly systemMessage?: string;
  readonly decision?: string;
  readonly reason?: string;
  readonly hookSpecificOutput?: {
    readonly hookEventName?: string;
    readonly additionalContext?: string;
    readonly permissionDecision?: string;
    readonly permissionDecisionReason?: string;
    readonly updatedInput?: unknown;
    readonly updatedMCPToolOutput?: unknown;
    readonly decision?: PermissionDecision;
  };
};

type PermissionDecision = {
  readonly behavior?: string;
  readonly message?: string;
  readonly interrupt?: boolean;
  readonly updatedInput?: unknown;
  readonly updatedPermissions?: unknown;
};

/** Text that can only be meant as JSON. */
export function looksLikeJson(text: string): boolean {
  return text.startsWith("{") || text.startsWith("[");
}

/** The output, or what is wrong with it, to complete "invalid … JSON output: ". */
export function readOutput(event: HookEventName, text: string): { ok: HookOutput } | { problem: string } {
  const node = readJson(text);
  if (node.type === "error") return { problem: `${node.problem} at ${positionText(text, node.at)}` };
  if (!isTable(node.value)) return { problem: "it must be an object" };
  const problem = fault(node.value, shapeOf(event), "");
  return problem === undefined ? { ok: withoutNulls(node.value) } : { problem };
}

/** `any` takes everything, a list one of its texts, an object other keys. */
type Shape = "text" | "boolean" | "any" | readonly string[] | { readonly [key: string]: Shape };

const UNIVERSAL = {
  continue: "boolean",
  stopReason: "text",
  suppressOutput: "boolean",
  systemMessage: "text",
} as const;
const BLOCKING = { ...UNIVERSAL, decision: ["block"], reason: "text" } as const;
const CONTEXT = { hookEventName: "text", additionalContext: "text" } as const;

function shapeOf(event: HookEventName): { readonly [key: string]: Shape } {
  switch (event) {
    case "PreToolUse":
      return {
        ...BLOCKING,
        decision: ["block", "approve"],
        hookSpecificOutput: {
          ...CONTEXT,
          permissionDecision: ["allow", "deny", "ask"],
          permissionDecisionReason: "text",
          updatedInput: "any",
        },
      };
    case "PermissionRequest":
      return {
        ...UNIVERSAL,
        hookSpecificOutput: {
          hookEventName: "text",
          decision: {
            behavior: ["allow", "deny"],
            message: "text",
            interrupt: "boolean",
            updatedInput: "any",
            updatedPermissions: "any",
          },
        },
      };
    case "PostToolUse":
      return { ...BLOCKING, hookSpecificOutput: { ...CONTEXT, updatedMCPToolOutput: "any" } };
    case "UserPromptSubmit":
      return { ...BLOCKING, hookSpecificOutput: CONTEXT };
    case "SessionStart":
    case "SubagentStart":
      return { ...UNIVERSAL, hookSpecificOutput: CONTEXT };
    case "Stop":
    case "SubagentStop":
      return BLOCKING;
    case "PreCompact":
    case "PostCompact":
      return UNIVERSAL;
    default:
      return event satisfies never;
  }
}

/** Null stands for a key that is not there. */
function fault(value: unknown, shape: Shape, place: string): string | undefined {
  if (value === null || shape === "any") return undefined;
  if (shape === "text") return typeof value === "string" ? undefined : `\`${place}\` must be text`;
  if (shape === "boolean")
    return typeof value === "boolean" ? undefined : `\`${place}\` must be true or false`;
  if (isChoice(shape)) {
    const known = typeof value === "string" && shape.includes(value);
    return known ? undefined : `\`${place}\` must be ${shape.map((word) => `"${word}"`).join(" or ")}`;
  }
  if (!isTable(value)) return `\`${place}\` must be an object`;
  for (const [key, inner] of Object.entries(value)) {
    const path = place === "" ? key : `${place}.${key}`;
    const known = Object.hasOwn(shape, key) ? shape[key] : undefined;
    const problem = known === undefined ? `unknown key \`${path}\`` : fault(inner, known, path);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function isChoice(shape: Shape): shape is readonly string[] {
  return Array.isArray(shape);
}

/** Of what an update holds, nulls are its own. Every key that is there has been compared with the shape. */
function withoutNulls(value: Readonly<Record<string, unknown>>): HookOutput {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null)
      .map(([key, inner]) => [
        key,
        isTable(inner) && (key === "hookSpecificOutput" || key === "decision") ? withoutNulls(inner) : inner,
      ]),
  );
}
