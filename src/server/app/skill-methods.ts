// Skills: which there are, and which are on (app-server.md 13).

import { realpathSync, statSync } from "node:fs";
import { skillsOf } from "../../agent/thread";
import { editConfigFile, type ConfigEdit } from "../../config/edit";
import { isTable, valueAt } from "../../config/toml-text";
import { tryLock } from "../../exec/libc";
import { messageOf } from "../../util/user-error";
import { configFor } from "../app-threads/open-thread";
import { boolean, list, optional, path, required, string, struct, withDefault } from "../rpc/decode";
import { folder } from "../rpc/folder";
import { INTERNAL_ERROR, RpcFailure } from "../rpc/message";
import { watchSkills } from "../app-host/skill-watch";
import { answering, method, type App, type Method } from "./app";
import { refuseValue } from "./params";

export const SKILL_METHODS: readonly (readonly [string, Method])[] = [
  method(
    "skills/list",
    struct("SkillsListParams", {
      cwds: withDefault(list(string), []),
      forceReload: withDefault(boolean, false),
    }),
    async ({ cwds }, { app }) => {
      const folders = cwds.length === 0 ? [app.place.cwd] : cwds;
      return { data: await Promise.all(folders.map((cwd) => entryOf(cwd, app))) };
    },
  ),
  answering(
    "skills/config/write",
    struct("SkillsConfigWriteParams", {
      path: optional(path),
      name: optional(string),
      enabled: required(boolean),
    }),
    async ({ path: file, name, enabled }, { app }) => {
      if ((file === undefined) === (name === undefined)) {
        throw refuseValue("skills/config/write requires exactly one of path or name");
      }
      const config = await configFor({}, app.place);
      const chosen = file === undefined ? { name } : { path: realPath(file) };
      try {
        editConfigFile(config.userConfigPath, (current) => editsOf(current, chosen, enabled), { tryLock });
      } catch (error) {
        throw new RpcFailure(INTERNAL_ERROR, `failed to update skill settings: ${messageOf(error)}`);
      }
      return {
        result: { effectiveEnabled: enabled },
        after: () => void app.clients.broadcast("skills/changed", {}),
      };
    },
    { key: () => "config" },
  ),
];

async function entryOf(cwd: string, app: App): Promise<object> {
  try {
    const real = folder(cwd);
    const found = skillsOf(await configFor({ cwd: real }, app.place));
    const { skills, problems } = found;
    watchSkills(app, real, () => found);
    return {
      cwd,
      skills: skills.map(({ name, description, path: file, scope, enabled }) => ({
        ...{ name, description, path: file, scope, enabled },
      })),
      errors: problems.map((problem) => ({ path: pathIn(problem), message: problem })),
    };
  } catch (error) {
    if (!(error instanceof RpcFailure)) throw error;
    return { cwd, skills: [], errors: [{ path: cwd, message: error.message }] };
  }
}

/** `Skipped the skill PATH: why` */
function pathIn(problem: string): string {
  return /^Skipped the skill (.*?): /.exec(problem)?.[1] ?? "";
}

/** A skill that is on needs no entry. */
function editsOf(
  current: Parameters<typeof valueAt>[0],
  chosen: { readonly path?: string; readonly name?: string | undefined },
  enabled: boolean,
): readonly ConfigEdit[] {
  const at = ["skills", "config"];
  const held = valueAt(current, at);
  const others = (Array.isArray(held) ? held : [])
    .filter(isTable)
    .filter((entry) =>
      chosen.path === undefined
        ? entry["name"] !== chosen.name
        : typeof entry["path"] !== "string" || realPath(entry["path"]) !== chosen.path,
    );
  const entries = enabled ? others : [...others, { ...chosen, enabled }];
  return [
    { type: "delete", path: at },
    ...(entries.length === 0 ? [] : [{ type: "set", path: at, value: entries } as const]),
  ];
}

function realPath(file: string): string {
  return statSync(file, { throwIfNoEntry: false }) === undefined ? file : realpathSync(file);
}
