// The two tools of the server: what they take, as advertised and as checked (mcp.md 17).

import { Validator } from "@cfworker/json-schema";
import type { Params } from "./rpc";
import codexText from "./codex.txt" with { type: "text" };
import replyText from "./codex-reply.txt" with { type: "text" };

const OUTPUT = {
  type: "object",
  properties: { threadId: { type: "string" }, content: { type: "string" } },
  required: ["threadId", "content"],
} as const;

const CODEX_INPUT = {
  type: "object",
  properties: {
    "approval-policy": {
      type: "string",
      enum: ["untrusted", "on-failure", "on-request", "never"],
      description: "When to ask before a command runs",
    },
    "base-instructions": { type: "string", description: "Instructions in place of the built-in ones" },
    "compact-prompt": {
      type: "string",
      description: "How a conversation that has become too long is summed up",
    },
    config: {
      type: "object",
      additionalProperties: true,
      description: "Settings that win over those of config.toml; keys may be dotted",
    },
    cwd: { type: "string", description: "Folder to work in; relative to that of the server" },
    "developer-instructions": {
      type: "string",
      description: "Added to the conversation as a developer message",
    },
    model: { type: "string", description: "Which model to ask" },
    prompt: { type: "string", description: "What to do" },
    sandbox: {
      type: "string",
      enum: ["read-only", "workspace-write", "danger-full-access"],
      description: "What commands may do",
    },
  },
  required: ["prompt"],
  additionalProperties: false,
} as const;

const REPLY_INPUT = {
  type: "object",
  properties: {
    conversationId: { type: "string", description: "Older name of threadId" },
    prompt: { type: "string", description: "What to do next" },
    threadId: {
      type: "string",
      description: "The conversation to go on with, as the first call returned it",
    },
  },
  required: ["prompt"],
} as const;

/** The answer to `tools/list`. */
export const TOOLS = [
  {
    name: "codex",
    title: "Codex",
    description: codexText.trim(),
    inputSchema: CODEX_INPUT,
    outputSchema: OUTPUT,
  },
  {
    name: "codex-reply",
    title: "Codex Reply",
    description: replyText.trim(),
    inputSchema: REPLY_INPUT,
    outputSchema: OUTPUT,
  },
] as const;

export type CodexArguments = {
  readonly prompt: string;
  readonly model?: string;
  readonly cwd?: string;
  readonly "approval-policy"?: "untrusted" | "on-failure" | "on-request" | "never";
  readonly sandbox?: "read-only" | "workspace-write" | "danger-full-access";
  readonly config?: Params;
  readonly "base-instructions"?: string;
  readonly "developer-instructions"?: string;
  readonly "compact-prompt"?: string;
};

export type ReplyArguments = {
  readonly prompt: string;
  readonly threadId?: string;
  readonly conversationId?: string;
};

/** What is wrong with the arguments of `codex`, in one sentence; undefined when nothing is. */
export function codexFault(given: Params): string | undefined {
  const known = Object.keys(CODEX_INPUT.properties);
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown === undefined) return faultOf(given, CODEX_INPUT);
  const names = known.map((name) => `\`${name}\``).join(", ");
  return `unknown field \`${unknown}\`, expected one of ${names}`;
}

export function replyFault(given: Params): string | undefined {
  return faultOf(given, REPLY_INPUT);
}

function faultOf(given: Params, schema: object): string | undefined {
  if (given.prompt === undefined) return "missing field `prompt`";
  const { valid, errors } = new Validator(schema, "2020-12").validate(withoutNulls(given));
  if (valid) return undefined;
  const last = errors.at(-1);
  return last === undefined
    ? "invalid arguments"
    : `${last.instanceLocation.replace(/^#\/?/, "")}: ${last.error}`;
}

/** Some clients send null for what they leave out. */
export function withoutNulls(given: Params): Params {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
}
