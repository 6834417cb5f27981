// Runs a file operation in a process of its own, this executable inside the sandbox, and is that process too (exec-server.md 6).

import { dirname } from "node:path";
import { selfCommand } from "../../exec/executable";
import { spawnCommand, type ExitStatus } from "../../exec/spawn";
import type { PermissionProfile } from "../../protocol/policy";
import { confine } from "../../sandbox/confine";
import { isWithin, resolvedEntries } from "../../sandbox/entries";
import { messageOf } from "../../util/user-error";
import { fileOperation } from "./file-methods";
import { base64Result } from "./files";
import {
  INTERNAL_ERROR,
  INVALID_REQUEST,
  isRecord,
  piecesOf,
  RpcFailure,
  type LongResult,
} from "../rpc/message";
import type { SandboxContext } from "./sandbox-context";

const FILE_HELPER_FLAG = "--codex-run-as-fs-helper";

/** An operation that takes longer is stuck on something that is not ours, such as a dead network file system. */
const DEADLINE_MS = 120_000;
const KILL_GRACE_MS = 50;
/** The largest file in base64, and what is around it. */
const ANSWER_BYTES = 805_306_368;
const ERROR_BYTES = 65_536;
const GROWTH_BYTES = 1_048_576;
const COLLECTED_BYTES = 33_554_432;
/** All that the helper knows of our environment. */
const VARIABLES = ["PATH", "TMPDIR", "TMP", "TEMP", "__CF_USER_TEXT_ENCODING"];

export type HelperPlace = {
  readonly codexHome: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether the user accepts what Landlock leaves open. */
  readonly allowLandlock: boolean;
};

/**
 * The operation's result, had inside the sandbox or not at all.
 * @param params as they were sent, and found to be right
 * @throws RpcFailure
 */
export async function runSandboxed(
  operation: string,
  params: unknown,
  sandbox: SandboxContext,
  place: HelperPlace,
): Promise<unknown> {
  const confinement = confine(helperProfile(sandbox, place), { ...place, cwd: sandbox.cwd });
  if (confinement.type === "refused") {
    const message = `failed to prepare fs sandbox: ${confinement.reason} ${confinement.fix}`;
    throw new RpcFailure(INVALID_REQUEST, message);
  }
  const known = Object.fromEntries(VARIABLES.map((name) => [name, place.env[name]]));
  await using helper = spawnCommand({
    ...selfCommand([FILE_HELPER_FLAG], known),
    cwd: sandbox.cwd,
    confinement,
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
  });
  const deadline = setTimeout(() => void helper.terminate(KILL_GRACE_MS), DEADLINE_MS);
  try {
    const output = Promise.all([
      bytesOf(helper.stdout, ANSWER_BYTES, helper.kill),
      bytesOf(helper.stderr, ERROR_BYTES, helper.kill),
    ]);
    const request = { operation, params: { ...(isRecord(params) ? params : {}), sandbox: null } };
    await helper.write(new TextEncoder().encode(JSON.stringify(request)));
    helper.closeStdin();
    const status = await helper.exited;
    const [stdout, stderr] = await output;
    if (status.type !== "exited" || status.code !== 0) throw helperFailure(status, stderr.toString("utf8"));
    return longAnswer(stdout) ?? readAnswer(stdout.toString("utf8"));
  } finally {
    clearTimeout(deadline);
  }
}

/**
 * What the helper does: takes the text of a request, and gives one line of JSON, in pieces.
 * @throws Error for a request that cannot be understood
 */
export async function answerAsHelper(request: string): Promise<readonly (string | Uint8Array)[]> {
  const value: unknown = JSON.parse(request);
  if (!isRecord(value) || typeof value.operation !== "string") throw new Error("it names no operation");
  const { operation: name, params } = value;
  const found = fileOperation(name, params);
  if (found === undefined) throw new Error(`unknown variant \`${name}\``);
  if (found.sandbox !== undefined) throw new Error("the sandbox of an operation is made by the server");
  try {
    const response = await found.run();
    const pieces = piecesOf(response) ?? [JSON.stringify(response)];
    return [`{"status":"ok","payload":{"operation":${JSON.stringify(name)},"response":`, ...pieces, "}}\n"];
  } catch (error) {
    if (!(error instanceof RpcFailure)) throw error;
    const { code, message } = error;
    return [`${JSON.stringify({ status: "error", payload: { code, message } })}\n`];
  }
}

/** Without network, and able to read its own executable where the rest is hidden. */
function helperProfile(sandbox: SandboxContext, { env }: HelperPlace): PermissionProfile {
  const { permissions, cwd } = sandbox;
  if (permissions.type !== "managed" || permissions.file_system.type === "unrestricted") return permissions;
  const files = permissions.file_system;
  const own = dirname(process.execPath);
  const hidden = resolvedEntries(files, { cwd, env }).some(
    ({ path, access }) => access === "deny" && isWithin(own, path),
  );
  const entries = hidden
    ? [...files.entries, { path: { type: "path", path: own }, access: "read" } as const]
    : files.entries;
  return { ...permissions, network: "restricted", file_system: { ...files, entries } };
}

const BEFORE_BASE64 = Buffer.from(
  '{"status":"ok","payload":{"operation":"fs/readFile","response":{"dataBase64":"',
);
const BEHIND_BASE64 = Buffer.from('"}}}\n');
/** What would end the string, or the line. */
const NOT_IN_BASE64: readonly number[] = [0x22, 0x5c, 0x0a];

/** Of a file that was read, the result without a parse of it all; undefined for any other answer. */
function longAnswer(answer: Buffer<ArrayBuffer>): LongResult | undefined {
  const [begin, end] = [BEFORE_BASE64.byteLength, answer.byteLength - BEHIND_BASE64.byteLength];
  if (begin > end || !BEFORE_BASE64.equals(answer.subarray(0, begin))) return undefined;
  if (!BEHIND_BASE64.equals(answer.subarray(end))) return undefined;
  const base64 = answer.subarray(begin, end);
  return NOT_IN_BASE64.some((byte) => base64.includes(byte)) ? undefined : base64Result([base64]);
}

function readAnswer(text: string): unknown {
  const value = parsed(text);
  const payload = isRecord(value) && isRecord(value.payload) ? value.payload : {};
  if (isRecord(value) && value.status === "ok" && "response" in payload) return payload.response;
  const { code, message } = payload;
  if (typeof code === "number" && typeof message === "string") throw new RpcFailure(code, message);
  throw new RpcFailure(INTERNAL_ERROR, "fs sandbox helper gave no answer");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = `fs sandbox helper gave no answer: ${messageOf(error)}`;
    throw new RpcFailure(INTERNAL_ERROR, message, { cause: error });
  }
}

function helperFailure(status: ExitStatus, stderr: string): RpcFailure {
  if (status.type === "failed") {
    return new RpcFailure(INTERNAL_ERROR, `fs sandbox helper could not be started: ${status.message}`);
  }
  const how = status.type === "exited" ? `exit status: ${status.code}` : `signal: ${status.signal}`;
  return new RpcFailure(INTERNAL_ERROR, `fs sandbox helper failed with status ${how}: ${stderr.trimEnd()}`);
}

/** In memory that grows with it, so that it is there once. Ends the helper when there is more than the limit. */
async function bytesOf(
  stream: ReadableStream<Uint8Array> | null,
  limit: number,
  stop: () => void,
): Promise<Buffer<ArrayBuffer>> {
  const memory = new ArrayBuffer(0, { maxByteLength: limit });
  let length = 0;
  let collected = 0;
  for await (const chunk of stream ?? []) {
    if (length + chunk.byteLength > limit) {
      stop();
      break;
    }
    const needed = length + chunk.byteLength;
    if (needed > memory.byteLength) memory.resize(Math.min(limit, needed + GROWTH_BYTES));
    new Uint8Array(memory, length).set(chunk);
    length = needed;
    if (length - collected < COLLECTED_BYTES) continue;
    Bun.gc(true); // The chunks: beside large memory the collector sees no haste.
    collected = length;
  }
  return Buffer.from(memory, 0, length);
}
