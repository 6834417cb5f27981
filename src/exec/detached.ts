// Starts programs of the user's that nobody waits for and that may outlive us: the browser, and the notifier of `notify`.

type Environment = Readonly<Record<string, string | undefined>>;

/** `exited`: its exit code, should it end while we are still there; 128 and more for a signal. */
export type Detached =
  | { readonly type: "started"; readonly exited: Promise<number> }
  /** `reason` completes "could not be started: ". */
  | { readonly type: "failed"; readonly reason: string };

export type TurnNotice = {
  readonly threadId: string;
  readonly turnId: string;
  /** Of the turn, which may be another folder than that of this process. */
  readonly cwd: string;
  /** Name of the front end; undefined when nobody sits in front. */
  readonly client: string | undefined;
  /** What the user has said and the model still knows, oldest first. */
  readonly inputMessages: readonly string[];
  readonly lastMessage: string | null;
};

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

/**
 * Starts the program with the notice as one more argument, compact JSON, and does not wait for it (login-notify.md 7).
 * @param program the program and its arguments; empty, or with an empty name, it is switched off
 */
export function notifyOfTurn(
  program: readonly string[],
  notice: TurnNotice,
  env: Environment,
): Detached | undefined {
  if ((program[0] ?? "") === "") return undefined;
  const payload = {
    type: "agent-turn-complete",
    "thread-id": notice.threadId,
    "turn-id": notice.turnId,
    cwd: notice.cwd,
    ...(notice.client !== undefined && { client: notice.client }),
    "input-messages": notice.inputMessages,
    "last-assistant-message": notice.lastMessage,
  };
  return startDetached([...program, JSON.stringify(payload)], env);
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
