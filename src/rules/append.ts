// Saves what the user allowed "always": one more line in `default.rules`, and the same rule in memory (approvals.md 12.6).

import {
  closeSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { tryLock } from "../exec/libc";
import { osErrorText } from "../util/os-error";
import { replaceFile } from "../util/replace-file";
import { UserError } from "../util/user-error";
import { matchWords, type NetworkRule, type PrefixRule, type RuleSet } from "./match";
import { ruleText } from "./parse";

const FILE = "default.rules";
/** For another process to finish its own line. */
const LOCK_DEADLINE_MS = 5000;
const LOCK_RETRY_MS = 10;

export type SaveResult =
  | { readonly type: "saved"; readonly file: string }
  /** `reason` completes `Failed to apply execpolicy amendment: `. */
  | { readonly type: "failed"; readonly reason: string };

/** The rule that allows a command prefix from now on. */
export function allowRule(prefix: readonly string[]): PrefixRule {
  return {
    pattern: prefix.map((word) => [word.toWellFormed()]),
    decision: "allow",
    justification: undefined,
  };
}

/** The line that is saved, to be shown to the user before. */
export function allowRuleText(prefix: readonly string[]): string {
  return ruleText(allowRule(prefix));
}

export function networkRuleText({ host, protocol, decision, justification }: NetworkRule): string {
  const word = decision === "forbidden" ? "deny" : decision;
  const why = justification === undefined ? "" : `, justification=${JSON.stringify(justification)}`;
  return `network_rule(host=${JSON.stringify(host)}, protocol="${protocol}", decision="${word}"${why})`;
}

/** The rule set with the prefix allowed; the same set when a rule allows it already. */
export function withAllowed(rules: RuleSet, prefix: readonly string[]): RuleSet {
  const known = matchWords(rules, prefix).some((match) => match.decision === "allow");
  return known ? rules : { ...rules, prefixRules: [...rules.prefixRules, allowRule(prefix)] };
}

/** What the model is told once a prefix is saved. */
export function savedPrefixText(prefix: readonly string[]): string {
  return `Approved command prefix saved:\n- [${prefix.map((word) => JSON.stringify(word)).join(", ")}]`;
}

/**
 * Adds a line to `default.rules` in a `rules` folder, which is made if its parent exists. A line that is there already
 * is not added again. Other processes that add lines wait for the file's lock; readers see the line whole or not at all.
 * @param folder of the user, `$CODEX_HOME/rules`, or of a project, `.codex/rules`
 */
export async function saveRule(folder: string, line: string): Promise<SaveResult> {
  const file = join(folder, FILE);
  try {
    makeFolder(folder);
    const fd = await openLocked(file);
    if (fd === null) return { type: "failed", reason: `${file} is locked by another process` };
    try {
      const text = readFileSync(fd, "utf8");
      if (!text.split("\n").includes(line)) {
        writeWhole(fd, `${text === "" || text.endsWith("\n") ? "" : "\n"}${line}\n`);
        fsyncSync(fd);
      }
    } finally {
      closeSync(fd);
    }
    return { type: "saved", file };
  } catch (error) {
    return { type: "failed", reason: `${file}: ${osErrorText(error)}` };
  }
}

/**
 * As `saveRule`, in a project's `.codex/rules`, whose folders are made if need be. A project may not send the rule
 * elsewhere by a symbolic link.
 */
export async function saveProjectRule(folder: string, line: string): Promise<SaveResult> {
  try {
    mkdirSync(folder, { recursive: true });
    const status = lstatSync(join(folder, FILE), { throwIfNoEntry: false });
    if (realpathSync(folder) !== folder || status?.isSymbolicLink() === true) {
      return { type: "failed", reason: `${join(folder, FILE)} leads elsewhere by a symbolic link` };
    }
  } catch (error) {
    return { type: "failed", reason: `${folder}: ${osErrorText(error)}` };
  }
  return await saveRule(folder, line);
}

/** Open for appending, created if missing, and locked; null when another process does not let go of it. */
async function openLocked(file: string): Promise<number | null> {
  const deadline = performance.now() + LOCK_DEADLINE_MS;
  for (;;) {
    const fd = openSync(file, "a+", 0o600);
    const lock = tryLock(fd);
    // Who takes a rule out puts a new file in the place of the old one.
    if (lock !== "held_elsewhere" && fstatSync(fd).ino === statSync(file).ino) return fd;
    closeSync(fd);
    if (performance.now() > deadline) return null;
    await Bun.sleep(LOCK_RETRY_MS);
  }
}

/**
 * Changes a file of rules while nobody adds to it. Readers see the old or the new text whole.
 * @param change gives the new text
 * @throws the file system's error, or what `change` throws; then nothing has changed
 */
export async function rewriteRules(file: string, change: (text: string) => string): Promise<void> {
  const fd = await openLocked(file);
  if (fd === null) throw new UserError(`${file} is locked by another process`);
  try {
    replaceFile(file, change(readFileSync(fd, "utf8")), fstatSync(fd).mode & 0o777);
  } finally {
    closeSync(fd);
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o755 });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}

/** In one write: what is appended is never mixed with the line of somebody who does not lock. */
function writeWhole(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  if (writeSync(fd, bytes) !== bytes.length) throw new Error("the disk took only a part of the rule");
}
