// A CODEX_HOME, a system folder and a workspace on disk, and a config loaded from them.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../src/config/config";
import { loadConfig, type LoadOptions } from "../../src/config/load";
import { messageOf } from "../../src/util/user-error";
import { tempFolder } from "../support/temp-folder";

export type ConfigBox = Disposable & {
  readonly home: string;
  readonly work: string;
  readonly userFile: string;
  readonly write: (name: string, text: string) => string;
  readonly load: (options?: Partial<LoadOptions>) => Promise<Config>;
  /** The message of the error that loading ends with, the box's folder written as `<box>`. */
  readonly failure: (options?: Partial<LoadOptions>) => Promise<string>;
};

/** Files are named from the box's root: `home/config.toml`, `work/.codex/config.toml`, `etc/config.toml`. */
export function configBox(files: Readonly<Record<string, string>> = {}): ConfigBox {
  const folder = tempFolder(files);
  const [home, work] = [join(folder.path, "home"), join(folder.path, "work")];
  mkdirSync(home, { recursive: true });
  mkdirSync(work, { recursive: true });
  const load = (options: Partial<LoadOptions> = {}) =>
    loadConfig({
      codexHome: home,
      cwd: work,
      env: { HOME: join(folder.path, "user") },
      overrides: [],
      enable: [],
      disable: [],
      flags: {},
      systemFolder: join(folder.path, "etc"),
      ...options,
    });
  const failure = async (options: Partial<LoadOptions> = {}) => {
    try {
      await load(options);
    } catch (error) {
      return messageOf(error).replaceAll(folder.path, "<box>");
    }
    throw new Error("the config loaded");
  };
  return {
    home,
    work,
    userFile: join(home, "config.toml"),
    write: folder.write,
    load,
    failure,
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}
