// Finds the skills of a user, a repository and the system: folders with a SKILL.md that says what they are for (config.md 14.3).

import { readFileSync, readdirSync, realpathSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Config } from "../../config/config";
import type { Skill } from "../../protocol/thread";
import { homeFolder } from "../../util/home-folder";

const FILE_NAME = "SKILL.md";
/** Of bundled skills, below the user's. */
const SYSTEM_FOLDER = ".system";
const ADMIN_ROOT = "/etc/codex/skills";
/** Below a root; deeper folders belong to a skill. */
const MAX_DEPTH = 6;
/** Of one root. */
const MAX_FOLDERS = 2000;
const MAX_NAME_CHARS = 64;
const MAX_DESCRIPTION_CHARS = 1024;
/** A larger file is no skill. */
const MAX_FILE_BYTES = 1_048_576;

export type FoundSkills = {
  /** In the order of their roots, then by path. */
  readonly skills: readonly Skill[];
  /** Files that are meant as skills and are none, one sentence each. */
  readonly problems: readonly string[];
  /** Where a change can make them others; those that are not there yet too. */
  readonly folders: readonly string[];
};

type Place = Pick<Config, "codexHome" | "cwd" | "projectRoot" | "toml">;

/** Trust does not matter: a skill is text that the model may read. Nothing is read where there is no folder of skills. */
export function findSkills(place: Place): FoundSkills {
  const problems: string[] = [];
  const skills = new Map<string, Skill>();
  const looked: string[] = [];
  for (const { folder, scope } of roots(place)) {
    const { files, folders } = skillFiles(folder);
    looked.push(...(folders.length === 0 ? [folder] : folders));
    for (const path of files) {
      if (skills.has(path)) continue;
      const read = readSkill(path);
      if (typeof read === "string") problems.push(`Skipped the skill ${path}: ${read}`);
      else
        skills.set(path, {
          ...read,
          path,
          scope,
          enabled: isEnabled(place.toml.skills?.config, { ...read, path }),
        });
    }
  }
  return { skills: [...skills.values()], problems, folders: looked };
}

type Root = { readonly folder: string; readonly scope: Skill["scope"] };

function roots({ codexHome, cwd, projectRoot, toml }: Place): readonly Root[] {
  const folders = foldersBetween(projectRoot, cwd);
  const repo = (name: string) => (folder: string) =>
    ({ folder: join(folder, name, "skills"), scope: "repo" }) as const;
  const bundled = { folder: join(codexHome, "skills", SYSTEM_FOLDER), scope: "system" } as const;
  return [
    ...folders
      .toReversed()
      .map(repo(".codex"))
      .filter(({ folder }) => folder !== join(codexHome, "skills")),
    { folder: join(codexHome, "skills"), scope: "user" },
    { folder: join(homeFolder(), ".agents", "skills"), scope: "user" },
    ...(toml.skills?.bundled?.enabled === false ? [] : [bundled]),
    { folder: ADMIN_ROOT, scope: "system" },
    ...folders.map(repo(".agents")),
  ];
}

/** From the root down to cwd, both included; cwd alone when it lies elsewhere. */
function foldersBetween(root: string, cwd: string): readonly string[] {
  const path = relative(root, cwd);
  if (path.startsWith("..")) return [cwd];
  const folders = [cwd];
  for (let folder = cwd; folder !== root && dirname(folder) !== folder;) {
    folder = dirname(folder);
    folders.unshift(folder);
  }
  return folders;
}

/** Real paths, the files sorted, and the folders that were looked into. Hidden ones are passed over, and what lies within a skill. */
function skillFiles(root: string): {
  readonly files: readonly string[];
  readonly folders: readonly string[];
} {
  const files: string[] = [];
  const seen = new Set<string>();
  let level = [root];
  for (let depth = 0; depth <= MAX_DEPTH && level.length > 0; depth++) {
    const next: string[] = [];
    for (const folder of level) {
      const real = realFolder(folder);
      if (real === undefined || seen.has(real) || seen.size >= MAX_FOLDERS) continue;
      seen.add(real);
      const entries = entriesOf(real);
      if (depth > 0 && entries.includes(FILE_NAME)) files.push(join(real, FILE_NAME));
      else next.push(...entries.filter((name) => !name.startsWith(".")).map((name) => join(real, name)));
    }
    level = next;
  }
  return { files: files.sort(), folders: [...seen] };
}

function realFolder(path: string): string | undefined {
  const real = realPath(path);
  return real !== undefined && statSync(real).isDirectory() ? real : undefined;
}

/** Undefined where nothing can be reached: nothing is there, a link leads in a circle, a folder may not be entered. */
function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

/** A folder that may not be read holds no skills. */
function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (error instanceof Error) return [];
    throw error;
  }
}

/** The front matter, or what is wrong with it. */
function readSkill(path: string): { readonly name: string; readonly description: string } | string {
  const real = realPath(path);
  const stat = real === undefined ? undefined : statSync(real);
  if (stat?.isFile() !== true) return "it is not a file";
  if (stat.size > MAX_FILE_BYTES) return `it is larger than ${MAX_FILE_BYTES} bytes`;
  let fields: unknown;
  try {
    const matter = /^\uFEFF?---\r?\n([\s\S]*?)\r?\n---\s*(\r?\n|$)/.exec(readFileSync(path, "utf8"))?.[1];
    if (matter === undefined) return "it does not begin with front matter between lines of `---`";
    fields = Bun.YAML.parse(matter);
  } catch (error) {
    return `its front matter cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
  const { name, description } = Object(fields) as { readonly name?: unknown; readonly description?: unknown };
  const named = oneLine(name);
  const described = oneLine(description);
  if (named === "") return "`name` is missing";
  if (described === "") return "`description` is missing";
  if (named.length > MAX_NAME_CHARS) return `\`name\` is longer than ${MAX_NAME_CHARS} characters`;
  if (described.length > MAX_DESCRIPTION_CHARS) {
    return `\`description\` is longer than ${MAX_DESCRIPTION_CHARS} characters`;
  }
  return { name: named, description: described };
}

function oneLine(value: unknown): string {
  return typeof value === "string" ? value.trim().replace(/\s+/g, " ") : "";
}

type Choices = NonNullable<NonNullable<Config["toml"]["skills"]>["config"]>;

/** The last entry that names the skill decides. */
function isEnabled(
  choices: Choices | undefined,
  skill: { readonly name: string; readonly path: string },
): boolean {
  const choice = choices?.findLast(({ path, name }) =>
    path === undefined ? name === skill.name : isAt(path, skill.path),
  );
  return choice?.enabled ?? true;
}

/** A choice names the file or its folder. */
function isAt(chosen: string, path: string): boolean {
  const real = realPath(chosen) ?? chosen;
  return real === path || real === dirname(path);
}
