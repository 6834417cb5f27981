// Opens an address in the user's browser.

import { spawnCommand } from "../../exec/spawn";

/** A program that has not failed by then is taken to be the browser. */
const FAILS_WITHIN_MS = 1000;

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether a program took the address: `$BROWSER`, else the one that the system has for this. It may outlive us. */
export async function openBrowser(url: string, env: Environment): Promise<boolean> {
  const opener = env.BROWSER || (process.platform === "darwin" ? "open" : "xdg-open");
  return process.platform === "linux"
    ? takes(["setsid", "--wait", opener, url], env) // a session of its own, so that it is not ended with us
    : takes([opener, url], env);
}

async function takes(argv: readonly string[], env: Environment): Promise<boolean> {
  const variables = Object.entries(env).filter(
    (pair): pair is [string, string] => pair[1] !== undefined && !pair[0].startsWith("BUN_"),
  );
  const command = spawnCommand({
    argv,
    cwd: "/",
    env: Object.fromEntries(variables),
    confinement: { type: "none" },
    stdin: "null",
    stdout: "pipe",
    stderr: "pipe",
  });
  const ended = await Promise.race([command.exited, Bun.sleep(FAILS_WITHIN_MS)]);
  return ended === undefined || (ended.type === "exited" && ended.code === 0);
}
