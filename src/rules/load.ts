// Reads all `.rules` files that apply to a session into one rule set (approvals.md 12.1).

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Config, ConfigLayer } from "../config/config";
import { osErrorText } from "../util/os-error";
import { UserError } from "../util/user-error";
import { joinRules, NO_RULES, type RuleSet } from "./match";
import { parseRules } from "./parse";
import type { RulesProblem } from "./rules-error";

/** A file of rules is written by hand; one this large is a mistake. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;

export type LoadedRules = {
  /** Empty when there is a problem: one wrong file discards all, so that no rule is missing unnoticed. */
  readonly rules: RuleSet;
  readonly problem: RulesProblem | undefined;
};

export type RulesOptions = {
  /** Absolute. */
  readonly codexHome: string;
  /** Tells the system's folder and those of projects; one that is disabled, for want of trust, has no say. */
  readonly layers: readonly ConfigLayer[];
  /** `--ignore-rules`: those of the user and of projects are left out. */
  readonly ignoreRules: boolean;
};

/** Whose rules a folder holds. */
export type RulesFolder = { readonly scope: "system" | "user" | "project"; readonly folder: string };

/** The folders to read, lowest precedence first: system, user, projects from the root down. They need not exist. */
export function rulesFolders(options: RulesOptions): readonly string[] {
  return scopedFolders(options).map(({ folder }) => folder);
}

/** As `rulesFolders`, with whose they are. */
export function scopedFolders({ codexHome, layers, ignoreRules }: RulesOptions): readonly RulesFolder[] {
  const of = (scope: "system" | "project"): readonly RulesFolder[] =>
    layers.flatMap(({ source, disabledReason }) =>
      source.type === scope && disabledReason === undefined
        ? [{ scope, folder: join(dirname(source.file), "rules") }]
        : [],
    );
  if (ignoreRules) return of("system");
  return [...of("system"), { scope: "user", folder: join(codexHome, "rules") }, ...of("project")];
}

/** Where "always" may save: the user's folder, and that of the project if it is trusted and another one. */
export function savingFolders({
  codexHome,
  projectRoot,
  trust,
}: Pick<Config, "codexHome" | "projectRoot" | "trust">): readonly (RulesFolder & {
  readonly scope: "user" | "project";
})[] {
  const user = { scope: "user", folder: join(codexHome, "rules") } as const;
  const project = { scope: "project", folder: join(projectRoot, ".codex", "rules") } as const;
  return trust === "trusted" && project.folder !== user.folder ? [user, project] : [user];
}

/**
 * Reads the `.rules` files of the folders: regular files only, not symbolic links, in the order of their names.
 * @throws UserError when a file or folder is there but cannot be read
 */
export function loadRules(folders: readonly string[]): LoadedRules {
  const sets: RuleSet[] = [];
  for (const file of folders.flatMap(rulesFiles)) {
    const parsed = parseRules(readRulesFile(file), file);
    if (parsed.type === "invalid") return { rules: NO_RULES, problem: parsed.problem };
    sets.push(parsed.rules);
  }
  return { rules: joinRules(sets), problem: undefined };
}

/** @throws UserError when the folder is there but cannot be read */
export function rulesFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".rules"))
      .map((entry) => join(folder, entry.name))
      .toSorted();
  } catch (error) {
    if (isMissing(error)) return [];
    throw new UserError(`failed to read rules files from ${folder}: ${osErrorText(error)}`, { cause: error });
  }
}

function readRulesFile(file: string): string {
  const read = readRulesText(file);
  if (read.type === "text") return read.text;
  throw new UserError(`failed to read rules file ${file}: ${read.reason}`);
}

export type RulesText =
  { readonly type: "text"; readonly text: string } | { readonly type: "unreadable"; readonly reason: string };

export function readRulesText(file: string): RulesText {
  try {
    const bytes = readFileSync(file);
    if (bytes.length > MAX_FILE_BYTES)
      return { type: "unreadable", reason: `it is larger than ${MAX_FILE_BYTES} bytes` };
    return { type: "text", text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch (error) {
    const reason = error instanceof TypeError ? "stream did not contain valid UTF-8" : osErrorText(error);
    return { type: "unreadable", reason };
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}
