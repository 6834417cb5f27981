// Says which sandbox this machine has, why it is not a better one, and what that one does not do: for people.

import type { PermissionProfile } from "../protocol/policy";
import type { LandlockTerms } from "../protocol/thread";
import { confine, systemRefusal, type ConfineOptions } from "./confine";
import { BUBBLEWRAP_GAPS } from "./bubblewrap";
import { canRefuseWriting, landlockGaps } from "./landlock";
import { linuxRung, tryRungs } from "./ladder";
import { sandboxNeeded } from "./policy";
import type { Blocker } from "./rung";

export type SandboxDescription = {
  readonly rung: "namespaces" | "bubblewrap" | "landlock" | "seatbelt" | "token" | "none";
  /** One sentence: what it is built on, or what keeps it from being built; and the fix, where there is one. */
  readonly why: string;
  /** A sentence for each thing that it does not do. */
  readonly notEnforced: readonly string[];
};

/** Tries anew what can be built; takes some milliseconds. */
export function describeSandbox(options: ConfineOptions): SandboxDescription {
  const refusal = systemRefusal();
  if (refusal !== undefined) {
    return { rung: "none", why: `${refusal.reason} ${refusal.fix}`, notEnforced: NOTHING_RUNS };
  }
  if (process.platform === "darwin") {
    return { rung: "seatbelt", why: "The system confines commands by profiles.", notEnforced: SEATBELT_GAPS };
  }
  if (process.platform === "win32") return describeWindows(options);
  const rung = tryRungs(options);
  switch (rung.type) {
    case "namespaces":
      return {
        rung: rung.type,
        why: "The kernel gives commands namespaces of their own.",
        notEnforced: namespaceGaps(options),
      };
    case "bubblewrap":
      return {
        rung: rung.type,
        why: `${rung.bubblewrap.program} is used because ${causeOf(rung.blocker)}.`,
        notEnforced: [...namespaceGaps(options), ...BUBBLEWRAP_GAPS],
      };
    case "landlock":
      return {
        rung: rung.type,
        why: `Landlock (version ${rung.version}) is used because ${causeOf(rung.blocker)}; to have more, ${rung.blocker.fix}.`,
        notEnforced: landlockGaps(rung.version),
      };
    case "none":
      return {
        rung: rung.type,
        why: `${rung.blocker.reason}; ${rung.blocker.fix}.`,
        notEnforced: NOTHING_RUNS,
      };
    default:
      return rung satisfies never;
  }
}

/** For the start of a session, where commands are confined by less than they could be, or refused; undefined otherwise. */
export function sandboxNotice(profile: PermissionProfile, options: ConfineOptions): string | undefined {
  const rung = landlockRung(profile, options);
  if (rung === undefined) return undefined;
  const confinement = confine(profile, options);
  if (confinement.type === "refused") {
    return `Commands will be refused. ${confinement.reason} ${confinement.fix}`;
  }
  const gaps = landlockGaps(rung.version).join(" ");
  return `Commands are confined by Landlock alone, because ${causeOf(rung.blocker)}. ${gaps} To have more, ${rung.blocker.fix}.`;
}

/** What to ask the user before commands can run: undefined where nothing is to be accepted, or somebody has decided. */
export function landlockTerms(
  profile: PermissionProfile,
  options: ConfineOptions,
): LandlockTerms | undefined {
  const rung = options.allowLandlock === undefined ? landlockRung(profile, options) : undefined;
  if (rung === undefined || profile.type !== "managed") return undefined;
  const isRefused = (allowLandlock: boolean) =>
    confine(profile, { ...options, allowLandlock }).type === "refused";
  if (!isRefused(false) || isRefused(true)) return undefined;
  return {
    cause: causeOf(rung.blocker),
    fix: rung.blocker.fix,
    network: profile.network === "enabled" ? "open" : "closed",
    gaps: landlockGaps(rung.version),
  };
}

/** Undefined where commands under this profile get something else. */
function landlockRung(profile: PermissionProfile, options: ConfineOptions) {
  if (process.platform !== "linux" || !sandboxNeeded(profile) || systemRefusal() !== undefined)
    return undefined;
  const rung = linuxRung(options);
  return rung.type === "landlock" ? rung : undefined;
}

function describeWindows({ windows }: ConfineOptions): SandboxDescription {
  if (windows?.sandbox === "unelevated") {
    return { rung: "token", why: "Commands get a token of fewer rights.", notEnforced: WINDOWS_GAPS };
  }
  const why =
    windows?.sandbox === "elevated"
      ? 'The elevated sandbox of Windows is not in this build; set `sandbox = "unelevated"` under `[windows]`.'
      : 'It is switched off; set `sandbox = "unelevated"` under `[windows]` in config.toml.';
  return { rung: "none", why, notEnforced: windows?.sandbox === undefined ? EACH_IS_ASKED : NOTHING_RUNS };
}

const EACH_IS_ASKED = ["Commands run unconfined, each after a question."];
const WINDOWS_GAPS = [
  "Everything can be read.",
  "The network is closed only to programs that heed proxy variables.",
  "Folders that everyone may write stay writable.",
  "`.git`, `.codex` and `.agents` can be made where they do not exist.",
];

const NOTHING_RUNS = ["Commands are refused unless they need no sandbox."];
function namespaceGaps({ nestedSandboxes }: ConfineOptions): readonly string[] {
  return nestedSandboxes === true || !canRefuseWriting() ? [PIPES, RATIONS] : [RATIONS];
}

const PIPES = "A named pipe outside can be written, where somebody reads from it.";
const RATIONS = "Memory, processor time and disk are not rationed.";

const SEATBELT_GAPS = ["Commands that made a session of their own may go on when we are killed.", RATIONS];

function causeOf({ cause, reason }: Blocker): string {
  return cause ?? reason;
}
