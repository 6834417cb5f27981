// Decides how commands under a permission profile are confined on this system, as data for exec/ (sandbox.md 2).

import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Confinement } from "../exec/confinement";
import type { PermissionProfile } from "../protocol/policy";
import { messageOf } from "../util/user-error";
import { once } from "../util/once";
import { bubblewrapConfinement } from "./bubblewrap";
import type { Place } from "./entries";
import { likelyRung, linuxRung, type Blocker } from "./ladder";
import { landlockConfinement } from "./landlock";
import { seatbeltConfinement } from "./seatbelt";
import { mountRules } from "./mount-rules";
import { MEMORIES, sandboxNeeded, writableRoots } from "./policy";
import { isFilterKnown, systemCallFilter } from "./system-calls";
import type { WindowsSettings } from "./windows-plan";

/** Why commands cannot be confined as asked, and what to do about it: two sentences for a person. */
export type Refusal = {
  readonly type: "refused";
  readonly reason: string;
  readonly fix: string;
  /** Nobody asked for a sandbox on this system, where there is none by default: the user is asked instead. */
  readonly isOff?: boolean;
};

export type ConfineOptions = Place & {
  readonly codexHome: string;
  /** Whether the user accepts what Landlock leaves open: `sandbox_linux.allow_landlock`. */
  readonly allowLandlock?: boolean | undefined;
  /** Whether commands without network may talk to each other: `sandbox_workspace_write.loopback_access`. */
  readonly loopback?: boolean | undefined;
  /** Whether commands may build sandboxes that mount: `sandbox_linux.nested_sandboxes`. */
  readonly nestedSandboxes?: boolean | undefined;
  /** Whether the caller asks again, without this, when the command cannot be started. */
  readonly untried?: boolean;
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
  const memories = join(options.codexHome, MEMORIES);
  if (writableRoots(profile, options).includes(memories)) makeFolder(memories);
  if (process.platform === "darwin") return seatbeltConfinement(profile, options);
  if (process.platform === "win32") {
    // Not in executables for other systems, where nobody gets here; `require` gives no types.
    const { windowsConfinement } = require("./windows-plan") as typeof import("./windows-plan");
    return windowsConfinement(profile, options);
  }
  const rung = options.untried === true ? likelyRung(options) : linuxRung(options);
  if (rung.type === "none") return blocked(rung.blocker);
  const { file_system: files } = profile;
  const rules = files.type === "unrestricted" ? undefined : mountRules(files, options);
  if (rules?.type === "refused") return rules;
  const network = profile.network === "enabled" ? "shared" : "none";
  if (rung.type === "landlock") {
    const opens = rules === undefined || rules.mounts.some(({ type }) => type === "open");
    if (opens && options.allowLandlock !== true) return landlockUnasked(rung.blocker);
    return landlockConfinement(rules, { version: rung.version, network, codexHome: options.codexHome });
  }
  const reach = network === "none" && options.loopback ? "loopback" : network;
  const confinement = {
    type: "namespaces",
    network: reach,
    tree: rules?.tree ?? "open",
    pipes: rules?.tree !== "sealed" || options.nestedSandboxes === true ? "open" : "closed",
    mounts: rules?.mounts ?? [],
    filter: systemCallFilter(process.arch, reach),
  } as const;
  return rung.type === "namespaces" ? confinement : bubblewrapConfinement(rung.bubblewrap, confinement);
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

/** Where it cannot be made there is nothing to keep in it; the root is then skipped like any other missing one. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
  }
}

function refused(reason: string, fix: string): Refusal {
  return { type: "refused", reason, fix };
}
