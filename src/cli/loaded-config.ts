// The configuration that a command line and its folder lead to, for commands that run no turn.

import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import type { Config } from "../config/config";
import { findCodexHome } from "../config/home";
import { loadConfig } from "../config/load";
import { osErrorText } from "../util/os-error";
import { UserError } from "../util/user-error";
import type { Invocation } from "./grammar/spec";

/**
 * `-c`, `--enable`, `--disable` and `--profile` count at every level; `-C` names the folder.
 * @throws UserError when the configuration is faulty, or the folder cannot be had
 */
export function loadedConfig({ levels }: Invocation): Promise<Config> {
  const every = (name: string) => levels.flatMap((level) => level.values.get(name) ?? []);
  return loadConfig({
    codexHome: findCodexHome(process.env),
    cwd: workingFolder(every("cd").at(-1)),
    env: process.env,
    overrides: every("config"),
    enable: every("enable"),
    disable: every("disable"),
    profile: every("profile").at(-1),
    flags: {},
  });
}

function workingFolder(cd: string | undefined): string {
  try {
    return realpathSync(resolve(cd ?? "."));
  } catch (error) {
    throw new UserError(osErrorText(error), { cause: error });
  }
}
