// Finds the AGENTS.md instructions that apply to a folder: the user's own, then one file per folder from the project root down.

import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { osErrorText } from "../util/os-error";

const FILE_NAMES = ["AGENTS.override.md", "AGENTS.md"] as const;
const GLOBAL_SEPARATOR = "\n\n--- project-doc ---\n\n";

export type AgentsMdOptions = {
  readonly codexHome: string;
  /** Absolute; the deepest folder looked at. */
  readonly cwd: string;
  /** Absolute; cwd or one of its ancestors. */
  readonly projectRoot: string;
  /** Budget shared by the project's files, in bytes (`project_doc_max_bytes`); 0 turns them off. */
  readonly maxBytes: number;
  /** Tried after the usual names (`project_doc_fallback_filenames`). */
  readonly fallbackNames: readonly string[];
};

export type AgentsMd = {
  /** Null when nothing was found. */
  readonly text: string | null;
  readonly sources: readonly string[];
  readonly warnings: readonly string[];
};

/** Reads and joins the instructions as config.md 15 says. Trust does not matter here. */
export function findAgentsMd(options: AgentsMdOptions): AgentsMd {
  const warnings: string[] = [];
  const global = globalInstructions(options.codexHome, warnings);
  const project = projectInstructions(options, warnings);
  const parts = [
    global?.text,
    project.length === 0 ? undefined : project.map((file) => file.text).join("\n\n"),
  ];
  const present = parts.filter((part) => part !== undefined);
  const sources = [...(global === null ? [] : [global.path]), ...project.map((file) => file.path)];
  return { text: present.length === 0 ? null : present.join(GLOBAL_SEPARATOR), sources, warnings };
}

/** The block sent as the first part of the first user message. */
export function agentsMdMessage(text: string, cwd: string): string {
  return `# AGENTS.md instructions for ${cwd}\n\n<INSTRUCTIONS>\n${text}\n</INSTRUCTIONS>`;
}

type Found = { readonly path: string; readonly text: string };

/** A blank override falls through to AGENTS.md, unlike in a project. */
function globalInstructions(codexHome: string, warnings: string[]): Found | null {
  for (const name of FILE_NAMES) {
    const path = join(codexHome, name);
    if (!isFile(path)) continue;
    const bytes = unlessUnreadable(() => readFileSync(path), path, "Global", warnings);
    const text = bytes === undefined ? "" : decode(bytes, path, "Global", warnings).trim();
    if (text !== "") return { path, text };
  }
  return null;
}

function projectInstructions(options: AgentsMdOptions, warnings: string[]): readonly Found[] {
  const found: Found[] = [];
  let budget = options.maxBytes;
  for (const folder of foldersBetween(options.projectRoot, options.cwd)) {
    if (budget <= 0) break;
    const path = [...FILE_NAMES, ...options.fallbackNames].map((name) => join(folder, name)).find(isFile);
    if (path === undefined) continue;
    const most = budget + 1;
    const bytes = unlessUnreadable(() => beginningOf(path, most), path, "Project", warnings);
    if (bytes === undefined) continue;
    const text = decode(bytes.subarray(0, budget), path, "Project", bytes.length > budget ? [] : warnings);
    if (text.trim() === "") continue;
    budget -= Math.min(bytes.length, budget);
    found.push({ path, text });
  }
  return found;
}

/** From the root down to cwd, both included. */
function foldersBetween(root: string, cwd: string): readonly string[] {
  const folders = [cwd];
  let folder = cwd;
  while (folder !== root && dirname(folder) !== folder) {
    folder = dirname(folder);
    folders.unshift(folder);
  }
  return folder === root ? folders : [cwd];
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

type Scope = "Global" | "Project";

/** A file that is closed to us, or no text at all, keeps nobody from working. */
function unlessUnreadable(
  read: () => Uint8Array,
  path: string,
  scope: Scope,
  warnings: string[],
): Uint8Array | undefined {
  try {
    return read();
  } catch (error) {
    warnings.push(`${scope} AGENTS.md instructions from \`${path}\` cannot be read: ${osErrorText(error)}.`);
    return undefined;
  }
}

/** A repository may name any file so, also one without an end. */
function beginningOf(path: string, bytes: number): Uint8Array {
  const fd = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(bytes);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes; length += read) {
      read = readSync(fd, buffer, length, bytes - length, null);
    }
    return buffer.subarray(0, length);
  } finally {
    closeSync(fd);
  }
}

function decode(bytes: Uint8Array, path: string, scope: Scope, warnings: string[]): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    warnings.push(
      `${scope} AGENTS.md instructions from \`${path}\` contain invalid UTF-8: ${reason}. Invalid byte sequences were replaced.`,
    );
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  }
}
