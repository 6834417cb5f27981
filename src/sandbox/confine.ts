// Decides how commands under a permission profile are confined on this system, as data for exec/ (sandbox.md 2).

import { readFileSync } from "node:fs";
import type { Confinement } from "../exec/confinement";
import type { PermissionProfile } from "../protocol/policy";
import { messageOf } from "../util/user-error";
import { once } from "../util/once";
import { bubblewrapConfinement } from "./bubblewrap";
import { linuxRung } from "./ladder";
import { landlockConfinement } from "./landlock";
import {
  makeMemories,
  namespaceConfinement,
  rulesOf,
  type ManagedProfile,
  type NamespaceOptions,
} from "./namespaces";
import { sandboxNeeded } from "./policy";
import type { Blocker, Rung } from "./rung";
import { seatbeltConfinement } from "./seatbelt";
import { isFilterKnown } from "./system-calls";
import type { WindowsSettings } from "./windows-plan";

/** Why commands cannot be confined as asked, and what to do about it: two sentences for a person. */
export type Refusal = {
  readonly type: "refused";
  readonly reason: string;
  readonly fix: string;
  /** Nobody asked for a sandbox on this system, where there is none by default: the user is asked instead. */
  readonly isOff?: boolean;
};

export type ConfineOptions = NamespaceOptions & {
  /** Whether the user accepts what Landlock leaves open: `sandbox_linux.allow_landlock`. */
  readonly allowLandlock?: boolean | undefined;
  /** macOS: sockets by path that may be used all the same, and a mark for the system's log. */
  readonly unixSockets?: readonly string[];
  readonly logTag?: string;
  /** `[windows]` of the configuration: without it commands there are not confined, and refused here. */
  readonly windows?: WindowsSettings | undefined;
};

/**
 * How to run a command under a profile. Asked anew for each command: what must be protected depends on what is there now.
 * Whether the kernel will do it shows when the command starts; it never runs with less.
 */
export function confine(profile: PermissionProfile, options: ConfineOptions): Confinement | Refusal {
  if (!sandboxNeeded(profile) || profile.type !== "managed") return { type: "none" };
  const refusal = systemRefusal();
  if (refusal !== undefined) return refusal;
  makeMemories(profile, options);
  if (process.platform === "darwin") return seatbeltConfinement(profile, options);
  if (process.platform === "win32") {
    // Not in executables for other systems, where nobody gets here; `require` gives no types.
    const { windowsConfinement } = require("./windows-plan") as typeof import("./windows-plan");
    return windowsConfinement(profile, options);
  }
  const rung = linuxRung(options);
  if (rung.type === "none") return blocked(rung.blocker);
  if (rung.type === "landlock") return underLandlock(profile, options, rung);
  const confinement = namespaceConfinement(profile, options);
  if (confinement.type === "refused" || rung.type === "namespaces") return confinement;
  return bubblewrapConfinement(rung.bubblewrap, confinement);
}

function underLandlock(
  profile: ManagedProfile,
  options: ConfineOptions,
  { version, blocker }: Extract<Rung, { type: "landlock" }>,
): Confinement | Refusal {
  const rules = rulesOf(profile, options);
  if (rules?.type === "refused") return rules;
  const opens = rules === undefined || rules.mounts.some(({ type }) => type === "open");
  if (opens && options.allowLandlock !== true) return landlockUnasked(blocker);
  const network = profile.network === "enabled" ? "shared" : "none";
  return landlockConfinement(rules, { version, network, codexHome: options.codexHome });
}

function blocked({ reason, fix }: Blocker): Refusal {
  return refused(`${sentence(reason)}.`, `${sentence(fix)}.`);
}

/** Never quietly: what Landlock cannot do is the user's to accept. */
function landlockUnasked({ reason, cause, fix }: Blocker): Refusal {
  return refused(
    `Here the sandbox can only use Landlock, which cannot keep .git whole nor the modes of your files, because ${cause ?? reason}.`,
    `${sentence(fix)}, or accept that with \`-c sandbox_linux.allow_landlock=true\` or in config.toml.`,
  );
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Undefined where this version can confine commands. */
export const systemRefusal = once((): Refusal | undefined => {
  if (process.platform === "darwin" || process.platform === "win32") return undefined;
  if (process.platform !== "linux") {
    return refused(
      `This version has no sandbox for ${process.platform}.`,
      "Run it on Linux, or, where the machine itself is the sandbox, with `--sandbox danger-full-access`.",
    );
  }
  if (!isFilterKnown(process.arch)) {
    return refused(
      `The sandbox does not know the processor architecture ${process.arch}.`,
      "Run it on x86_64 or aarch64, or, where the machine itself is the sandbox, with `--sandbox danger-full-access`.",
    );
  }
  if (isFirstWsl(kernelVersion())) {
    return refused(
      "WSL1 cannot create the user namespaces that the sandbox needs.",
      "Use WSL2 for sandboxed shell commands.",
    );
  }
  return undefined;
});

/** By the text of /proc/version: the first `wsl<digits>` decides, else Microsoft's own kernel name. */
export function isFirstWsl(version: string): boolean {
  const text = version.toLowerCase();
  const numbered = /wsl(\d+)/.exec(text);
  if (numbered !== null) return numbered[1] === "1";
  return text.includes("microsoft") && !text.includes("microsoft-standard");
}

function kernelVersion(): string {
  try {
    return readFileSync("/proc/version", "utf8");
  } catch (error) {
    return messageOf(error);
  }
}

function refused(reason: string, fix: string): Refusal {
  return { type: "refused", reason, fix };
}
