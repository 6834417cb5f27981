// How this program introduces itself to servers: originator, version, operating system, terminal, client (agent.md 2).

import { readFileSync } from "node:fs";
import { release } from "node:os";
import { VERSION } from "../util/version";

type Environment = Readonly<Record<string, string | undefined>>;

/** The program in front of us, when it is another one than we: an IDE, an SDK. */
export type Client = { readonly name: string; readonly version: string };

/** `CODEX_INTERNAL_ORIGINATOR_OVERRIDE`, with which an SDK marks its requests, else the front end's own name. */
export function originatorFor(own: string, env: Environment): string {
  const override = env.CODEX_INTERNAL_ORIGINATOR_OVERRIDE;
  return override !== undefined && isHeaderValue(override) ? override : own;
}

/**
 * `<originator>/<version> (<OS> <version>; <architecture>) <terminal> (<client>; <its version>)`.
 * Characters that no header may hold become `_`.
 */
export function userAgent(originator: string, client: Client, env: Environment): string {
  const text = `${originator}/${VERSION} (${operatingSystem()}; ${architecture()}) ${terminal(env)} (${client.name}; ${client.version})`;
  return text.replace(/[^\x20-\x7e]/g, "_");
}

/** Printable ASCII, not empty: what a header may carry anywhere. */
export function isHeaderValue(text: string): boolean {
  return /^[\x20-\x7e]+$/.test(text) && text.trim() !== "";
}

/** Names by the ID of os-release; any other distribution is `Linux`. */
const DISTRIBUTIONS: Readonly<Record<string, string>> = {
  almalinux: "AlmaLinux",
  alpine: "Alpine Linux",
  amzn: "Amazon Linux AMI",
  arch: "Arch Linux",
  centos: "CentOS",
  debian: "Debian",
  fedora: "Fedora",
  linuxmint: "Linux Mint",
  manjaro: "Manjaro",
  nixos: "NixOS",
  "opensuse-leap": "openSUSE",
  "opensuse-tumbleweed": "openSUSE",
  pop: "Pop!_OS",
  rhel: "Red Hat Enterprise Linux",
  rocky: "Rocky Linux",
  ubuntu: "Ubuntu",
};

function operatingSystem(): string {
  switch (process.platform) {
    case "linux": {
      const file = textOf("/etc/os-release") ?? textOf("/usr/lib/os-release") ?? "";
      const field = (name: string) => new RegExp(`^${name}="?([^"\\n]*)"?$`, "m").exec(file)?.[1] ?? "";
      return `${DISTRIBUTIONS[field("ID")] ?? "Linux"} ${threePart(field("VERSION_ID"))}`;
    }
    case "darwin": {
      const file = textOf("/System/Library/CoreServices/SystemVersion.plist") ?? "";
      const version = /<key>ProductVersion<\/key>\s*<string>([^<]*)/.exec(file)?.[1] ?? "";
      return `Mac OS ${threePart(version)}`;
    }
    case "win32":
      return `Windows ${threePart(release())}`;
    default:
      return `${process.platform} ${threePart(release())}`;
  }
}

/** `12` → `12.0.0`, `22.04` → `22.4.0`; what is no number is kept. */
function threePart(version: string): string {
  if (version === "") return "Unknown";
  const parts = version.split(".");
  if (!parts.every((part) => /^\d+$/.test(part))) return version;
  return [0, 1, 2].map((i) => Number(parts[i] ?? 0)).join(".");
}

function architecture(): string {
  if (process.arch === "x64") return "x86_64";
  if (process.arch === "arm64") return process.platform === "darwin" ? "arm64" : "aarch64";
  return process.arch;
}

/** The terminal by the variables that terminals set, the surest first. */
function terminal(env: Environment): string {
  const named = (name: string, version: string | undefined) => (version ? `${name}/${version}` : name);
  if (env.TERM_PROGRAM) return named(env.TERM_PROGRAM, env.TERM_PROGRAM_VERSION);
  if (env.WEZTERM_VERSION) return named("WezTerm", env.WEZTERM_VERSION);
  if (env.KITTY_WINDOW_ID) return "kitty";
  if (env.ALACRITTY_SOCKET) return "Alacritty";
  if (env.KONSOLE_VERSION) return named("Konsole", env.KONSOLE_VERSION);
  if (env.GNOME_TERMINAL_SCREEN) return "gnome-terminal";
  if (env.VTE_VERSION) return named("VTE", env.VTE_VERSION);
  if (env.WT_SESSION) return "WindowsTerminal";
  return env.TERM || "unknown";
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined; // the file is a courtesy of the system
  }
}
