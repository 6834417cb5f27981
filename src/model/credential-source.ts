// Gives a thread its login, with what of the system that needs: the lock under which tokens are renewed, and commands that print them.

import type { CommandOutcome } from "../auth/bearer-command";
import { loginSession, type LoginSession } from "../auth/session";
import { authStore } from "../auth/store";
import type { Config } from "../config/config";
import { tryLock } from "../exec/libc";
import { spawnCommand } from "../exec/spawn";
import { VERSION } from "../util/version";
import { originatorFor, userAgent } from "./user-agent";

type Environment = Readonly<Record<string, string | undefined>>;

export type CredentialOptions = {
  readonly config: Config;
  readonly env: Environment;
  /** Value of the `originator` header, before its override. */
  readonly originator: string;
  readonly honoursApiKeyVariable: boolean;
};

const TOKEN_BYTES = 65_536;
const ERROR_BYTES = 2048;

export function credentialSource(options: CredentialOptions): LoginSession {
  const { config, env } = options;
  const originator = originatorFor(options.originator, env);
  return loginSession({
    config,
    env,
    originator,
    userAgent: userAgent(originator, { name: options.originator, version: VERSION }, env),
    exec: options.honoursApiKeyVariable,
    store: authStore(config, { tryLock }),
    run: (command) => outputOf(command, env),
  });
}

/** A command that takes too long is ended, and all that it started. */
async function outputOf(
  { argv, cwd, timeoutMs }: { argv: readonly string[]; cwd: string; timeoutMs: number },
  env: Environment,
): Promise<CommandOutcome> {
  const variables = Object.entries(env).filter(
    (pair): pair is [string, string] => pair[1] !== undefined && !pair[0].startsWith("BUN_"),
  );
  await using command = spawnCommand({
    argv,
    cwd,
    env: Object.fromEntries(variables),
    confinement: { type: "none" },
    stdin: "null",
    stdout: "pipe",
    stderr: "pipe",
  });
  let late = false;
  const deadline = setTimeout(() => {
    late = true;
    command.kill();
  }, timeoutMs);
  const collected = Promise.all([collect(command.stdout, TOKEN_BYTES), collect(command.stderr, ERROR_BYTES)]);
  const ended = await command.exited;
  clearTimeout(deadline);
  if (late) return { type: "failed", message: `it took longer than ${timeoutMs} ms` };
  if (ended.type === "failed") return { type: "failed", message: ended.message };
  const [stdout, stderr] = await collected;
  if (ended.type === "exited" && ended.code === 0) return { type: "output", stdout };
  const how = ended.type === "exited" ? `exit code ${ended.code}` : `signal ${ended.signal}`;
  const said = new TextDecoder().decode(stderr).trim();
  return { type: "failed", message: said === "" ? how : `${how}: ${said}` };
}

/** The beginning of a stream, which is read to its end. */
async function collect(stream: ReadableStream<Uint8Array> | null, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let left = limit;
  for await (const chunk of stream ?? []) {
    if (left > 0) chunks.push(chunk.subarray(0, left));
    left -= chunk.length;
  }
  return Buffer.concat(chunks);
}
