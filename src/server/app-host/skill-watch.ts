// Watches the folders of skills that clients have seen, and tells when there are others in them than before (app-server.md 13).

import { skillsOf } from "../../agent/thread";
import type { App } from "../app/app";
import { configFor } from "../app-threads/open-thread";
import { watchPath } from "./path-watch";

type FoundSkills = ReturnType<typeof skillsOf>;

/** Changes that come together are looked at together. */
const GATHER_MS = 200;
/** For one working folder; what changes in others is not seen. */
const MOST_WATCHED = 512;
/** Working folders; the one that was asked about longest ago is forgotten first. */
const MOST_FOLDERS = 32;

type SkillWatch = AsyncDisposable & {
  readonly begin: (cwd: string, find: () => FoundSkills) => void;
};

type Watched = {
  /** All that a list of them would show. */
  readonly known: string;
  readonly watches: readonly Disposable[];
};

/** @param find looks what there is for this working folder; not called where it is watched already */
export function watchSkills(app: App, cwd: string, find: () => FoundSkills): void {
  app.own("skill watch", () => skillWatch(app)).begin(cwd, find);
}

function skillWatch({ place, clients }: App): SkillWatch {
  const all = new Map<string, Watched>();
  const doubtful = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let ended = false;

  const forget = (cwd: string) => {
    for (const watch of all.get(cwd)?.watches ?? []) watch[Symbol.dispose]();
    all.delete(cwd);
  };
  /** Whether they are others than before. */
  const renew = (cwd: string, found: FoundSkills): boolean => {
    const before = all.get(cwd)?.known;
    const known = shownOf(found);
    forget(cwd);
    const changed = () => {
      doubtful.add(cwd);
      timer ??= setTimeout(() => void lookAgain(), GATHER_MS);
    };
    const watches = found.folders.slice(0, MOST_WATCHED).flatMap((one) => watchOf(one, changed));
    all.set(cwd, { known, watches });
    const [oldest] = all.keys();
    if (all.size > MOST_FOLDERS && oldest !== undefined) forget(oldest);
    return before !== undefined && before !== known;
  };
  const lookAgain = async (): Promise<void> => {
    timer = undefined;
    const folders = [...doubtful];
    doubtful.clear();
    let isNew = false;
    for (const cwd of folders) {
      const found = await skillsIn(cwd, place);
      if (ended) return;
      if (found !== undefined && all.has(cwd)) isNew = renew(cwd, found) || isNew;
    }
    if (isNew) await clients.broadcast("skills/changed", {});
  };
  return {
    begin(cwd, find) {
      if (ended) return;
      const watched = all.get(cwd);
      if (watched === undefined) return void renew(cwd, find());
      all.delete(cwd);
      all.set(cwd, watched);
    },
    async [Symbol.asyncDispose]() {
      ended = true;
      clearTimeout(timer);
      for (const cwd of all.keys()) forget(cwd);
    },
  };
}

/** Undefined while the configuration cannot be used, or the folder is gone. */
async function skillsIn(cwd: string, place: App["place"]): Promise<FoundSkills | undefined> {
  try {
    return skillsOf(await configFor({ cwd }, place));
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}

/** Which of them are on is another matter: who switches one tells of it. */
function shownOf({ skills, problems }: FoundSkills): string {
  const shown = skills.map(({ name, description, path, scope }) => [name, description, path, scope]);
  return JSON.stringify([shown, problems]);
}

/** None where the system has no more. */
function watchOf(folder: string, changed: () => void): readonly Disposable[] {
  try {
    return [watchPath(folder, changed)];
  } catch (error) {
    if (error instanceof Error && "code" in error) return [];
    throw error;
  }
}
