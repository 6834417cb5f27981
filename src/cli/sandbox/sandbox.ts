// `codex sandbox`: runs one command under the sandbox with our own stdin, stdout and stderr (cli.md 8, sandbox.md 8).

import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import type { Config } from "../../config/config";
import { findCodexHome } from "../../config/home";
import { loadConfig, type LoadOptions } from "../../config/load";
import { sessionLayer } from "../../config/overrides";
import { commandEnvironment } from "../../config/shell-environment";
import { RUNTIME_SWITCHES } from "../../exec/executable";
import { becomeCommand } from "../../exec/linux-spawner";
import type { PermissionProfile } from "../../protocol/policy";
import type { ConfineOptions } from "../../sandbox/confine";
import { makeMemories, namespaceConfinement } from "../../sandbox/namespaces";
import { profileOf, sandboxNeeded } from "../../sandbox/policy";
import { readRemembered } from "../../sandbox/rung";
import { osErrorText } from "../../util/os-error";
import { UserError } from "../../util/user-error";
import { parseArgv } from "../argv";
import { OVERRIDE_FLAGS } from "../grammar/shared-flags";
import type { CommandSpec, Invocation, Level } from "../grammar/spec";
import { SANDBOX_SPEC } from "./spec";
import { handOver } from "./streams";
import type { SandboxJob } from "./waiting";

const USAGE_EXIT_CODE = 2;

/**
 * Resolves to the command's exit code, or 128 + n when signal n ended it.
 * @throws UserError when there is no command, it cannot be executed, or the sandbox cannot be built
 */
export async function run(invocation: Invocation): Promise<number> {
  const request = readRequest(invocation);
  const config = await switchedOn(request);
  const job = jobOf(request, config);
  if (process.platform === "linux" && !request.logDenials && process.env[STAY] === undefined) standAside(job);
  const { waitFor } = await import("./waiting");
  return await waitFor(job);
}

function jobOf({ command, logDenials, unixSockets }: Request, config: Config): SandboxJob {
  const { cwd, codexHome, toml } = config;
  const place = { cwd, codexHome, env: process.env, addDirs: config.writableRootsFlag };
  const profile = profileOf(config.sandboxPolicy, place);
  const options: ConfineOptions = {
    ...place,
    unixSockets,
    windows: toml.windows,
    allowLandlock: toml.sandbox_linux?.allow_landlock,
    nestedSandboxes: toml.sandbox_linux?.nested_sandboxes,
    loopback: toml.sandbox_workspace_write?.loopback_access,
  };
  return { argv: command, cwd, env: environment(config, profile), profile, options, logDenials };
}

/**
 * Set for the second start of this program, which waits for the command itself: the first one gave its place to what starts
 * commands, and that met with a failure, which only we can explain.
 */
const STAY = "CODEX_SANDBOX_STAY";

/**
 * Does not return where namespaces can be had, which shows when the command starts: most of the time that this takes would go
 * into making sure.
 */
function standAside({ profile, options, ...command }: SandboxJob): void {
  if (!sandboxNeeded(profile) || profile.type !== "managed") return;
  if ((readRemembered(options.codexHome)?.rung.type ?? "namespaces") !== "namespaces") return;
  makeMemories(profile, options);
  const confinement = namespaceConfinement(profile, options);
  if (confinement.type === "refused") return;
  const env = Object.entries({ ...process.env, [STAY]: "1" }).map(([name, value]) => `${name}=${value}`);
  const program = [process.execPath, process.argv0, ...process.argv.slice(2)] as const;
  becomeCommand({ ...command, ...handOver(confinement) }, confinement, program, env);
}

/** On Windows, where sessions have no sandbox unless they are told to: whoever asks for one by name gets it. */
async function switchedOn(request: Request): Promise<Config> {
  const config = await sandboxConfig(request);
  if (process.platform !== "win32" || config.toml.windows?.sandbox !== undefined) return config;
  return await sandboxConfig({
    ...request,
    overrides: [...request.overrides, 'windows.sandbox="unelevated"'],
  });
}

/** What the command line says, older spellings included. */
type Request = {
  readonly command: readonly string[];
  readonly overrides: readonly string[];
  readonly enable: readonly string[];
  readonly disable: readonly string[];
  readonly profile: string | undefined;
  readonly permissions: string | undefined;
  readonly fullAuto: boolean;
  readonly logDenials: boolean;
  /** macOS. */
  readonly unixSockets: readonly string[];
  readonly cd: string | undefined;
};

function readRequest({ levels }: Invocation): Request {
  const words = levels.at(-1)?.words.get("COMMAND") ?? [];
  const older = olderSpelling(words);
  const all = older === undefined ? levels : [...levels, older];
  const command = older === undefined ? words : (older.words.get("COMMAND") ?? []);
  if (command.length === 0) {
    throw new UserError("No command specified to execute.", { exitCode: USAGE_EXIT_CODE });
  }
  const last = (name: string) =>
    all
      .findLast((level) => level.values.has(name))
      ?.values.get(name)
      ?.at(-1);
  const every = (name: string) => all.flatMap((level) => level.values.get(name) ?? []);
  return {
    command,
    overrides: every("config"),
    enable: every("enable"),
    disable: every("disable"),
    profile: last("profile"),
    permissions: last("permissions-profile"),
    fullAuto: all.some((level) => level.switches.has("full-auto")),
    logDenials: all.some((level) => level.switches.has("log-denials")),
    unixSockets: unixSockets(every("allow-unix-socket")),
    cd: levels
      .slice(1)
      .findLast((level) => level.values.has("cd"))
      ?.values.get("cd")
      ?.at(-1),
  };
}

function unixSockets(paths: readonly string[]): readonly string[] {
  if (paths.length > 0 && process.platform !== "darwin") {
    throw new UserError("`--allow-unix-socket` is only available on macOS");
  }
  return paths.map((path) => resolve(path));
}

const SYSTEMS: ReadonlyMap<string, { readonly platform: NodeJS.Platform; readonly name: string }> = new Map([
  ["linux", { platform: "linux", name: "Linux" }],
  ["landlock", { platform: "linux", name: "Linux" }],
  ["macos", { platform: "darwin", name: "Seatbelt" }],
  ["seatbelt", { platform: "darwin", name: "Seatbelt" }],
  ["windows", { platform: "win32", name: "Windows" }],
]);
const HOMES: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  linux: "Linux",
  darwin: "macOS",
  win32: "Windows",
};

/** `linux [flags] [--] COMMAND…`: earlier releases had a subcommand for each system. Alone, such a word is a command. */
function olderSpelling([word = "", ...rest]: readonly string[]): Level | undefined {
  const system = SYSTEMS.get(word);
  if (system === undefined || rest.length === 0) return undefined;
  if (system.platform !== process.platform) {
    throw new UserError(`${system.name} sandbox is only available on ${HOMES[system.platform]}`);
  }
  const spec: CommandSpec = {
    ...SANDBOX_SPEC,
    flags: [...OVERRIDE_FLAGS, ...SANDBOX_SPEC.flags],
    load: () => Promise.reject(new Error("only its words are wanted")),
  };
  const parsed = parseArgv(spec, rest);
  return parsed.type === "run" ? parsed.invocation.levels[0] : undefined;
}

/**
 * `-P`, else `default_permissions`, else a `sandbox_mode` given here, else read-only: what config.toml says about
 * `sandbox_mode` is for sessions, and does not open this sandbox.
 */
async function sandboxConfig(request: Request): Promise<Config> {
  const { overrides, enable, disable, profile, permissions } = request;
  const options: LoadOptions = {
    codexHome: findCodexHome(process.env),
    cwd: workingFolder(request.cd),
    env: process.env,
    overrides,
    enable,
    disable,
    profile,
    flags: {},
  };
  const named = (name: string): LoadOptions => ({ ...options, sessionConfig: { default_permissions: name } });
  if (permissions !== undefined) return await loadConfig(named(permissions));
  const session = sessionLayer(overrides, enable, disable);
  const mode = request.fullAuto ? "workspace-write" : "read-only";
  const config = await loadConfig({
    ...options,
    flags: !request.fullAuto && Object.hasOwn(session, "sandbox_mode") ? {} : { sandboxMode: mode },
  });
  const byDefault = request.fullAuto ? undefined : config.toml.default_permissions;
  return byDefault === undefined ? config : await loadConfig(named(byDefault));
}

function workingFolder(cd: string | undefined): string {
  try {
    return realpathSync(resolve(cd ?? "."));
  } catch (error) {
    throw new UserError(osErrorText(error));
  }
}

function environment({ toml }: Config, profile: PermissionProfile): Readonly<Record<string, string>> {
  const env = commandEnvironment(toml.shell_environment_policy, process.env);
  for (const name of [...RUNTIME_SWITCHES, STAY]) delete env[name];
  if (profile.type !== "disabled" && profile.network === "restricted")
    env.CODEX_SANDBOX_NETWORK_DISABLED = "1";
  if (process.platform === "darwin" && sandboxNeeded(profile)) env.CODEX_SANDBOX = "seatbelt";
  return env;
}
