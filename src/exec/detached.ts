// Starts programs of the user's desktop that nobody waits for and that may outlive us: notifiers, the browser.

type Environment = Readonly<Record<string, string | undefined>>;

/** `exited`: its exit code, should it end while we are still there; 128 and more for a signal. */
export type Detached =
  | { readonly type: "started"; readonly exited: Promise<number> }
  /** `reason` completes "could not be started: ". */
  | { readonly type: "failed"; readonly reason: string };

/** A program that has not failed by then is taken to be the browser. */
const FAILS_WITHIN_MS = 1000;

/**
 * Runs a program directly, without a shell, in a session of its own and in the folder of this process. Its streams lead
 * nowhere. It neither keeps this process from ending nor ends with it.
 * @param argv the program, by path or by name in `env.PATH`, and its arguments
 */
export function startDetached(argv: readonly string[], env: Environment): Detached {
  try {
    const child = Bun.spawn([...argv], {
      env: Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("BUN_"))),
      stdio: ["ignore", "ignore", "ignore"],
      detached: true,
      windowsHide: true,
    });
    child.unref();
    return { type: "started", exited: child.exited };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { type: "failed", reason: error.message };
  }
}

/** Whether a program took the address: `$BROWSER`, else the one that the system has for this. */
export async function openBrowser(url: string, env: Environment): Promise<boolean> {
  const started = startDetached([...opener(env), url], env);
  if (started.type === "failed") return false;
  const code = await Promise.race([started.exited, Bun.sleep(FAILS_WITHIN_MS)]);
  return code === undefined || code === 0;
}

function opener(env: Environment): readonly string[] {
  if (env.BROWSER) return [env.BROWSER];
  switch (process.platform) {
    case "darwin":
      return ["open"];
    case "win32":
      return ["rundll32.exe", "url.dll,FileProtocolHandler"]; // `start` belongs to cmd, which reads `&` in an address
    default:
      return ["xdg-open"];
  }
}
