// Runs a file operation in a process of its own, this executable inside the sandbox, and is that process too (exec-server.md 6).

import { dirname } from "node:path";
import { selfCommand } from "../../exec/executable";
import { spawnCommand, type ExitStatus } from "../../exec/spawn";
import type { PermissionProfile } from "../../protocol/policy";
import { confine } from "../../sandbox/confine";
import { isWithin, resolvedEntries } from "../../sandbox/entries";
import { messageOf } from "../../util/user-error";
import { fileOperation } from "./file-methods";
import { INTERNAL_ERROR, INVALID_REQUEST, isRecord, RpcFailure } from "../rpc/message";
import type { SandboxContext } from "./sandbox-context";

const FILE_HELPER_FLAG = "--codex-run-as-fs-helper";

/** An operation that takes longer is stuck on something that is not ours, such as a dead network file system. */
const DEADLINE_MS = 120_000;
const KILL_GRACE_MS = 50;
/** The largest file in base64, and what is around it. */
const ANSWER_BYTES = 805_306_368;
const ERROR_BYTES = 65_536;
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
      textOf(helper.stdout, ANSWER_BYTES, helper.kill),
      textOf(helper.stderr, ERROR_BYTES, helper.kill),
    ]);
    const request = { operation, params: { ...(isRecord(params) ? params : {}), sandbox: null } };
    await helper.write(new TextEncoder().encode(JSON.stringify(request)));
    helper.closeStdin();
    const status = await helper.exited;
    const [stdout, stderr] = await output;
    if (status.type !== "exited" || status.code !== 0) throw helperFailure(status, stderr);
    return readAnswer(stdout);
  } finally {
    clearTimeout(deadline);
  }
}

/**
 * What the helper does: takes the text of a request, and gives one line of JSON.
 * @throws Error for a request that cannot be understood
 */
export async function answerAsHelper(request: string): Promise<string> {
  const value: unknown = JSON.parse(request);
  if (!isRecord(value) || typeof value.operation !== "string") throw new Error("it names no operation");
  const { operation: name, params } = value;
  const found = fileOperation(name, params);
  if (found === undefined) throw new Error(`unknown variant \`${name}\``);
  if (found.sandbox !== undefined) throw new Error("the sandbox of an operation is made by the server");
  try {
    return line({ status: "ok", payload: { operation: name, response: await found.run() } });
  } catch (error) {
    if (!(error instanceof RpcFailure)) throw error;
    return line({ status: "error", payload: { code: error.code, message: error.message } });
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

/** Ends the helper when there is more than the limit. */
async function textOf(
  stream: ReadableStream<Uint8Array> | null,
  limit: number,
  stop: () => void,
): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream ?? []) {
    length += chunk.byteLength;
    if (length > limit) {
      stop();
      break;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
