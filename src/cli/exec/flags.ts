// The options of a non-interactive run, with those before the word `exec` taken over (cli.md 4.5).

import type { Invocation, Level } from "../grammar/spec";
import type { ColourMode } from "../style";

export type ExecFlags = {
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
  /** Hooks run that nobody has trusted. */
  readonly bypassHookTrust: boolean;
  /** `--full-auto` was given to exec itself, which deserves a warning. */
  readonly fullAuto: boolean;
  readonly cd: string | undefined;
  readonly addDirs: readonly string[];
  readonly skipGitRepoCheck: boolean;
  readonly ephemeral: boolean;
  readonly ignoreUserConfig: boolean;
  readonly ignoreRules: boolean;
  /** Stdin is neither read nor waited for. */
  readonly noStdin: boolean;
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
    images: collected(all, "image"),
    overrides: collected(all, "config"),
    enable: collected(all, "enable"),
    disable: collected(all, "disable"),
    strictConfig: isOn(all, "strict-config"),
    profile: innermost(all, (level) => level.values.get("profile")),
    model: innermost(all, (level) => level.values.get("model")),
    oss: isOn(all, "oss"),
    localProvider: innermost(all, (level) => level.values.get("local-provider")),
    ...confinement(root, own),
    bypassHookTrust: isOn(all, "dangerously-bypass-hook-trust"),
    cd: innermost(all, (level) => level.values.get("cd")),
    addDirs: collected(all, "add-dir"),
    skipGitRepoCheck: isOn(own, "skip-git-repo-check"),
    ephemeral: isOn(own, "ephemeral"),
    ignoreUserConfig: isOn(own, "ignore-user-config"),
    ignoreRules: isOn(own, "ignore-rules"),
    noStdin: isOn(own, "no-stdin"),
    outputSchema: innermost(own, (level) => level.values.get("output-schema")),
    outputLastMessage: innermost(own, (level) => level.values.get("output-last-message")),
    json: isOn(own, "json"),
    colour: (innermost(own, (level) => level.values.get("color")) ?? "auto") as ColourMode, // one of the flag's choices
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
  const fullAuto = isOn(own, "full-auto");
  if (fullAuto) return { sandboxMode: "workspace-write", bypass: false, fullAuto };
  const said = own.some((level) => level.switches.has(BYPASS) || level.values.has("sandbox"));
  const speaking = said ? own : [root];
  const mode = isOn(speaking, "full-auto")
    ? "workspace-write"
    : innermost(speaking, (level) => level.values.get("sandbox"));
  return {
    sandboxMode: mode as ExecFlags["sandboxMode"], // one of the flag's choices
    bypass: isOn(speaking, BYPASS),
    fullAuto,
  };
}

function isOn(levels: readonly Level[], name: string): boolean {
  return levels.some((level) => level.switches.has(name));
}

function collected(levels: readonly Level[], name: string): readonly string[] {
  return levels.flatMap((level) => level.values.get(name) ?? []);
}

/** The value of the innermost level that has one. */
function innermost(
  levels: readonly Level[],
  pick: (level: Level) => readonly string[] | undefined,
): string | undefined {
  return levels.map((level) => pick(level)?.at(-1)).findLast((value) => value !== undefined);
}
