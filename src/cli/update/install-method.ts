// How this executable got onto the machine, and with it the command that brings a newer one (login-notify.md 9.2).

import { join, sep } from "node:path";
import type { Environment } from "../../config/home";
import { npmPackage, releasesUrl } from "./release-channel";

export type InstallMethod =
  | {
      readonly type: "npm" | "bun" | "homebrew" | "standalone";
      /** To be run as it is, attached to the terminal. */
      readonly update: readonly [string, ...string[]];
    }
  | { readonly type: "other" };

export type Installation = {
  readonly env: Environment;
  /** Canonical. */
  readonly codexHome: string;
  /** Canonical path of the running executable. */
  readonly executable: string;
  readonly platform: NodeJS.Platform;
};

/** Below the home folder, where install.sh puts every version into a folder of its own. */
const STANDALONE_RELEASES = join("packages", "standalone", "releases");
const HOMEBREW_PREFIXES = ["/opt/homebrew/", "/usr/local/"];

export function installMethod({ env, codexHome, executable, platform }: Installation): InstallMethod {
  if (isSet(env["CODEX_MANAGED_BY_NPM"])) {
    return { type: "npm", update: ["npm", "install", "-g", npmPackage()] };
  }
  if (isSet(env["CODEX_MANAGED_BY_BUN"])) {
    return { type: "bun", update: ["bun", "install", "-g", npmPackage()] };
  }
  const installer = installerCommand(platform);
  if (installer !== undefined && executable.startsWith(join(codexHome, STANDALONE_RELEASES) + sep)) {
    return { type: "standalone", update: installer };
  }
  if (platform === "darwin" && HOMEBREW_PREFIXES.some((prefix) => executable.startsWith(prefix))) {
    return { type: "homebrew", update: ["brew", "upgrade", "--cask", "codex"] };
  }
  return { type: "other" };
}

/** Of this very process. */
export function ownInstallMethod(codexHome: string, env: Environment): InstallMethod {
  const { execPath: executable, platform } = process;
  return installMethod({ env, codexHome, executable, platform });
}

/** As the user would type it. */
export function shownCommand(command: readonly string[]): string {
  return command.map((word) => (/[\s|;$]/.test(word) ? `'${word}'` : word)).join(" ");
}

function installerCommand(platform: NodeJS.Platform): readonly [string, ...string[]] | undefined {
  const releases = releasesUrl();
  if (releases === undefined) return undefined;
  const script = `${releases}/latest/download/install`;
  if (platform === "win32") {
    const line = `$env:CODEX_NON_INTERACTIVE=1; irm ${script}.ps1 | iex`;
    return ["powershell", "-ExecutionPolicy", "Bypass", "-c", line];
  }
  return ["sh", "-c", `curl -fsSL ${script}.sh | CODEX_NON_INTERACTIVE=1 sh`];
}

function isSet(variable: string | undefined): boolean {
  return variable !== undefined && variable !== "";
}
