// What parameters of the protocol are made of, beyond what every server here reads, and how it is told what is wrong with them (app-server.md 3 and 17).

import type { ApprovalPolicy, GranularApproval, SandboxPolicy } from "../../protocol/policy";
import {
  boolean,
  invalid,
  list,
  Mismatch,
  oneOf,
  path,
  required,
  struct,
  typeName,
  withDefault,
  wrongType,
  type Decode,
} from "../rpc/decode";
import { INVALID_PARAMS, INVALID_REQUEST, isRecord, RpcFailure } from "../rpc/message";
import { threadIdIn } from "../rpc/thread-id";

const LARGEST_U32 = 4_294_967_295;

/** An error about a request as a whole, which is what nearly all are. */
export function refuse(message: string, data?: unknown): RpcFailure {
  return new RpcFailure(INVALID_REQUEST, message, { data });
}

/** An error about a value that is of the right type and will not do. */
export function refuseValue(message: string, data?: unknown): RpcFailure {
  return new RpcFailure(INVALID_PARAMS, message, { data });
}

/** The parameters of a method. @throws RpcFailure `Invalid request: ...` */
export function readParams<T>(decode: Decode<T>, params: unknown): T {
  try {
    return decode(params ?? {});
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    const { wrong } = error;
    const reason =
      wrong === undefined
        ? error.message
        : `invalid type: ${kindOf(wrong.value)}, expected ${wrong.expected}`;
    throw refuse(`Invalid request: ${reason}`);
  }
}

export const anything: Decode<unknown> = (value) => value;

export const u32: Decode<number> = integerUpTo(LARGEST_U32, "u32");
export const u64: Decode<number> = integerUpTo(Number.MAX_SAFE_INTEGER, "u64");
export const u16: Decode<number> = integerUpTo(65_535, "u16");

/** An object of any members. */
export const record: Decode<Readonly<Record<string, unknown>>> = (value) =>
  isRecord(value) ? value : wrongType(value, "a map");

/** Of a thread, with dashes, in lower case. @throws RpcFailure `invalid thread id: ...` */
export function readThreadId(text: string): string {
  const read = threadIdIn(text);
  if (read.type === "id") return read.id;
  throw refuse(`invalid thread id: ${read.reason}`);
}

/** An object whose `type` says which of several it is. */
export function tagged<T>(name: string, kinds: Readonly<Record<string, Decode<T>>>): Decode<T> {
  return (value) => {
    if (!isRecord(value)) return wrongType(value, `internally tagged enum ${name}`);
    if (!Object.hasOwn(value, "type")) return invalid("missing field `type`");
    const kind = oneOf(...Object.keys(kinds))(value["type"]);
    const decode = kinds[kind];
    return decode === undefined ? invalid(`unknown variant \`${kind}\``) : decode(value);
  };
}

const granular = struct("Granular", {
  sandbox_approval: required(boolean),
  rules: required(boolean),
  skill_approval: withDefault(boolean, false),
  request_permissions: withDefault(boolean, false),
  mcp_elicitations: required(boolean),
});

export const approvalPolicy: Decode<ApprovalPolicy> = (value) => {
  if (isRecord(value) && Object.hasOwn(value, "granular")) {
    return { granular: granular(value["granular"]) satisfies GranularApproval };
  }
  const name = oneOf("untrusted", "on-failure", "on-request", "granular", "never")(value);
  return name === "granular" ? invalid("invalid type: unit variant, expected struct variant") : name;
};

export const sandboxMode = oneOf("read-only", "workspace-write", "danger-full-access");

export const reviewer = oneOf("user", "auto_review", "guardian_subagent");

const networkAccess = withDefault(boolean, false);

/** A policy in the protocol's spelling, as our own. */
export const sandboxPolicy: Decode<SandboxPolicy> = tagged<SandboxPolicy>("SandboxPolicy", {
  dangerFullAccess: () => ({ type: "danger-full-access" }),
  readOnly: (value) => {
    const { networkAccess: network } = struct("SandboxPolicy", { networkAccess })(value);
    return network ? { type: "read-only", network_access: true } : { type: "read-only" };
  },
  externalSandbox: (value) => {
    const network = withDefault(oneOf("restricted", "enabled"), "restricted");
    const given = struct("SandboxPolicy", { networkAccess: network })(value);
    return { type: "external-sandbox", network_access: given.networkAccess };
  },
  workspaceWrite: (value) => {
    const given = struct("SandboxPolicy", {
      writableRoots: withDefault(list(path), []),
      networkAccess,
      excludeTmpdirEnvVar: withDefault(boolean, false),
      excludeSlashTmp: withDefault(boolean, false),
    })(value);
    return {
      type: "workspace-write",
      ...(given.writableRoots.length > 0 && { writable_roots: given.writableRoots }),
      network_access: given.networkAccess,
      exclude_tmpdir_env_var: given.excludeTmpdirEnvVar,
      exclude_slash_tmp: given.excludeSlashTmp,
    };
  },
});

/** The same the other way. */
export function sandboxPolicyOut(policy: SandboxPolicy): object {
  switch (policy.type) {
    case "danger-full-access":
      return { type: "dangerFullAccess" };
    case "read-only":
      return { type: "readOnly", networkAccess: policy.network_access ?? false };
    case "external-sandbox":
      return { type: "externalSandbox", networkAccess: policy.network_access };
    case "workspace-write":
      return {
        type: "workspaceWrite",
        writableRoots: policy.writable_roots ?? [],
        networkAccess: policy.network_access,
        excludeTmpdirEnvVar: policy.exclude_tmpdir_env_var,
        excludeSlashTmp: policy.exclude_slash_tmp,
      };
    default:
      return policy satisfies never;
  }
}

/** One page of a list whose cursor is a number of entries. @throws RpcFailure for a cursor that is none */
export function pageOf<T>(
  all: readonly T[],
  { cursor, limit }: { readonly cursor: string | undefined; readonly limit: number | undefined },
  what: string,
): { readonly data: readonly T[]; readonly nextCursor: string | null } {
  if (cursor !== undefined && !/^\d{1,15}$/.test(cursor)) throw refuse(`invalid cursor: ${cursor}`);
  const start = Number(cursor ?? 0);
  if (start > all.length) throw refuse(`cursor ${start} exceeds total ${what} ${all.length}`);
  const end = start + Math.max(1, limit ?? all.length);
  return { data: all.slice(start, end), nextCursor: end < all.length ? String(end) : null };
}

function integerUpTo(most: number, name: string): Decode<number> {
  return (value) => {
    if (typeof value !== "number" || !Number.isInteger(value)) return wrongType(value, name);
    if (value < 0 || value > most) {
      return invalid(`invalid value: integer \`${value}\`, expected ${name}`);
    }
    return value;
  };
}

/** Here numbers are told apart. */
function kindOf(value: unknown): string {
  if (typeof value !== "number") return typeName(value);
  return Number.isInteger(value) ? `integer \`${value}\`` : `floating point \`${value}\``;
}
