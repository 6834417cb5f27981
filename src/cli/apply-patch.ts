// The stand-alone `apply_patch` command and the patch helper process of a session; imports nothing heavy (apply-patch.md 6).

import { readFileSync, readSync } from "node:fs";
import { applyPatchText } from "../patch/apply";
import type { LineEndings } from "../patch/file-lines";
import { runPatchHelper } from "../patch/patch-process";
import { decodeUtf8 } from "../patch/encoding";
import { osErrorText } from "../util/os-error";
import { APPLY_PATCH_FLAG } from "./embedded-tools";
import { writeOutputNow } from "./output";
import { homeFolder } from "../util/home-folder";

/** Set to 1 by a session for its commands (newer.md). */
const KEEP_VARIABLE = "CODEX_APPLY_PATCH_PRESERVE_LINE_ENDINGS";

const STDIN_BYTES = 256 * 1024 * 1024;
const STDIN_CHUNK_BYTES = 64 * 1024;
const EMPTY_PIPE_RETRY_MS = 2;

/** `apply_patch [PATCH]`: the patch is the only argument, or stdin. Returns the exit code: 0, 1 or 2. */
export function runApplyPatch(args: readonly string[]): number {
  if (args.length > 1) return refuse(2, "Error: apply_patch accepts exactly one argument.");
  const [argument] = args;
  if (argument !== undefined) {
    if (!isUtf8Argument(argument, 1)) {
      return refuse(1, "Error: apply_patch requires a UTF-8 PATCH argument.");
    }
    return applyAndReport(argument);
  }
  const input = readStdin();
  if (input.type === "failed") return refuse(1, `Error: Failed to read PATCH from stdin.\n${input.reason}`);
  const decoded = decodeUtf8(input.bytes);
  if (decoded.type === "invalid") {
    return refuse(1, "Error: Failed to read PATCH from stdin.\nstream did not contain valid UTF-8");
  }
  if (decoded.text === "") {
    return refuse(2, "Usage: apply_patch 'PATCH'\n       echo 'PATCH' | apply_patch");
  }
  return applyAndReport(decoded.text);
}

/** `codex --codex-run-as-apply-patch PATCH`, given what follows the flag; more arguments are ignored. Returns 0 or 1. */
export function runApplyPatchFlag(args: readonly string[]): number {
  const [argument] = args;
  if (argument === undefined || !isUtf8Argument(argument, 2)) {
    return refuse(1, `Error: ${APPLY_PATCH_FLAG} requires a UTF-8 PATCH argument.`);
  }
  return applyAndReport(argument);
}

/** `codex --codex-run-as-patch-helper`: a JSON request on stdin, a JSON result on stdout. 0 when a result was written. */
export function runPatchHelperProcess(): number {
  const input = readStdin();
  if (input.type === "failed") return refuse(1, `Error: Failed to read the patch request: ${input.reason}`);
  writeOutputNow(1, runPatchHelper(input.bytes));
  return 0;
}

function applyAndReport(text: string): number {
  const lineEndings: LineEndings = process.env[KEEP_VARIABLE] === "1" ? "keep" : "patch";
  const outcome = applyPatchText(text, { cwd: process.cwd(), home: homeFolder(), lineEndings });
  if (outcome.stdout !== "") writeOutputNow(1, outcome.stdout);
  if (outcome.stderr !== "") writeOutputNow(2, outcome.stderr);
  return outcome.exitCode;
}

function refuse(exitCode: number, message: string): number {
  writeOutputNow(2, `${message}\n`);
  return exitCode;
}

/** The runtime has already replaced what was not UTF-8, so an argument that may be harmed is looked up where it is raw. */
function isUtf8Argument(argument: string, index: number): boolean {
  if (!argument.includes("\ufffd") || process.platform !== "linux") return true;
  const commandLine = readFileSync("/proc/self/cmdline");
  let start = 0;
  for (let skipped = 0; skipped < index; skipped++) start = commandLine.indexOf(0, start) + 1;
  const end = commandLine.indexOf(0, start);
  return decodeUtf8(commandLine.subarray(start, end === -1 ? undefined : end)).type === "text";
}

type Input =
  | { readonly type: "bytes"; readonly bytes: Uint8Array }
  | { readonly type: "failed"; readonly reason: string };

function readStdin(): Input {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    while (length <= STDIN_BYTES) {
      const chunk = Buffer.allocUnsafe(STDIN_CHUNK_BYTES);
      const count = readSome(chunk);
      if (count === 0) return { type: "bytes", bytes: Buffer.concat(chunks, length) };
      chunks.push(chunk.subarray(0, count));
      length += count;
    }
  } catch (error) {
    return { type: "failed", reason: osErrorText(error) };
  }
  return { type: "failed", reason: `it is longer than ${STDIN_BYTES} bytes` };
}

/** Waits when somebody else has made our stdin non-blocking. Returns 0 at the end. */
function readSome(chunk: Uint8Array): number {
  for (;;) {
    try {
      return readSync(0, chunk);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
      Bun.sleepSync(EMPTY_PIPE_RETRY_MS);
    }
  }
}
