// Where the demo happens: a temporary CODEX_HOME and a small project that fails its own check.

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf, UserError } from "../../util/user-error";
import { FILES, OUTSIDE_NAME } from "./script";

export type DemoPlace = Disposable & {
  readonly codexHome: string;
  readonly workspace: string;
  /** What the run should have left behind and did not; empty when all is well. */
  readonly complaints: () => readonly string[];
};

/** A machine may have no usable temporary folder; any writable one will do. @throws UserError when there is none */
export function createDemoPlace(): DemoPlace {
  const root = temporaryFolder([tmpdir(), "/tmp", "/var/tmp", process.cwd(), "/dev/shm"]);
  const codexHome = join(root, "codex-home");
  const workspace = join(root, "workspace");
  mkdirSync(codexHome);
  mkdirSync(workspace);
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(workspace, name), text);
  return {
    codexHome,
    workspace,
    complaints: () => [
      ...(readFileSync(join(workspace, "total.sh"), "utf8").includes("total + price")
        ? []
        : ["total.sh was not fixed"]),
      ...(existsSync(join(root, OUTSIDE_NAME)) ? ["a file was written outside the workspace"] : []),
    ],
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

function temporaryFolder(parents: readonly string[]): string {
  const reasons: string[] = [];
  for (const parent of new Set(parents)) {
    try {
      return realpathSync(mkdtempSync(join(parent, "codex-demo-")));
    } catch (error) {
      reasons.push(messageOf(error));
    }
  }
  throw new UserError(
    `The demo needs a folder for its workspace, and none could be made:\n${reasons.join("\n")}`,
  );
}
