// What `codex exec` was told on the command line, with the options before the word `exec` taken over (cli.md 4.5).

import type { Invocation, Level } from "../grammar/spec";
import type { ColourMode } from "../style";

export type ExecFlags = {
  /** The positional; undefined when there is none. */
  readonly prompt: string | undefined;
  /** As typed, in the order in which they are sent. */
  readonly images: readonly string[];
  /** `-c` entries, later ones win. */
  readonly overrides: readonly string[];
  readonly enable: readonly string[];
  readonly disable: readonly string[];
  readonly strictConfig: boolean;
  readonly profile: string | undefined;
  readonly model: string | undefined;
  readonly oss: boolean;
  readonly localProvider: string | undefined;
  readonly sandboxMode: "read-only" | "workspace-write" | "danger-full-access" | undefined;
  /** No approvals and no sandbox. */
  readonly bypass: boolean;
  /** `--full-auto` was given to exec itself, which deserves a warning. */
  readonly fullAuto: boolean;
  readonly cd: string | undefined;
  readonly addDirs: readonly string[];
  readonly skipGitRepoCheck: boolean;
  readonly ephemeral: boolean;
  readonly ignoreUserConfig: boolean;
  readonly outputSchema: string | undefined;
  readonly outputLastMessage: string | undefined;
  readonly json: boolean;
  readonly colour: ColourMode;
};

/** Pure: the values of all levels, root first, become one set. */
export function execFlags(invocation: Invocation): ExecFlags {
  const [root, ...own] = invocation.levels;
  const all = [root, ...own];
  return {
    prompt: last(own, (level) => level.words.get("PROMPT")),
    images: every(all, "image"),
    overrides: every(all, "config"),
    enable: every(all, "enable"),
    disable: every(all, "disable"),
    strictConfig: any(all, "strict-config"),
    profile: last(all, (level) => level.values.get("profile")),
    model: last(all, (level) => level.values.get("model")),
    oss: any(all, "oss"),
    localProvider: last(all, (level) => level.values.get("local-provider")),
    ...confinement(root, own),
    cd: last(all, (level) => level.values.get("cd")),
    addDirs: every(all, "add-dir"),
    skipGitRepoCheck: any(own, "skip-git-repo-check"),
    ephemeral: any(own, "ephemeral"),
    ignoreUserConfig: any(own, "ignore-user-config"),
    outputSchema: last(own, (level) => level.values.get("output-schema")),
    outputLastMessage: last(own, (level) => level.values.get("output-last-message")),
    json: any(own, "json"),
    colour: (last(own, (level) => level.values.get("color")) ?? "auto") as ColourMode, // one of the flag's choices
  };
}

const BYPASS = "dangerously-bypass-approvals-and-sandbox";

/**
 * What exec says about confinement replaces what was said before it as a whole: `codex --yolo exec -s read-only` is
 * read-only. `--full-auto` is workspace-write and beats `-s` (exec.md 1).
 */
function confinement(
  root: Level,
  own: readonly Level[],
): Pick<ExecFlags, "sandboxMode" | "bypass" | "fullAuto"> {
  const fullAuto = any(own, "full-auto");
  if (fullAuto) return { sandboxMode: "workspace-write", bypass: false, fullAuto };
  const said = own.some((level) => level.switches.has(BYPASS) || level.values.has("sandbox"));
  const speaking = said ? own : [root];
  const mode = any(speaking, "full-auto")
    ? "workspace-write"
    : last(speaking, (level) => level.values.get("sandbox"));
  return {
    sandboxMode: mode as ExecFlags["sandboxMode"], // one of the flag's choices
    bypass: any(speaking, BYPASS),
    fullAuto,
  };
}

function any(levels: readonly Level[], name: string): boolean {
  return levels.some((level) => level.switches.has(name));
}

function every(levels: readonly Level[], name: string): readonly string[] {
  return levels.flatMap((level) => level.values.get(name) ?? []);
}

/** The value of the innermost level that has one. */
function last(
  levels: readonly Level[],
  pick: (level: Level) => readonly string[] | undefined,
): string | undefined {
  return levels.map((level) => pick(level)?.at(-1)).findLast((value) => value !== undefined);
}
