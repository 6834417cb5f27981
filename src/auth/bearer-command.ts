// Bearer tokens that a command of the user's prints: `[model_providers.X.auth]` (config.md 8.3).

import type { ProviderAuthCommand } from "../config/config";
import { UserError } from "../util/user-error";

/** What came of the command; `message` completes "the command ... failed: ". */
export type CommandOutcome =
  | { readonly type: "output"; readonly stdout: Uint8Array }
  | { readonly type: "failed"; readonly message: string };

/** Runs a command to its end; processes belong to exec/, which this folder does not import. */
export type RunCommand = (command: {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly timeoutMs: number;
}) => Promise<CommandOutcome>;

export type TokenCommand = {
  /** The token that is held, or a new one when that is too old. @throws UserError when the command fails */
  readonly token: () => Promise<string>;
  /** A new one: the server did not take the old. @throws UserError likewise */
  readonly newToken: () => Promise<string>;
};

export function tokenCommand(
  command: ProviderAuthCommand,
  providerId: string,
  run: RunCommand,
): TokenCommand {
  let held: { readonly token: string; readonly at: number } | undefined;
  const newToken = async (): Promise<string> => {
    const token = await tokenOf(command, providerId, run);
    held = { token, at: performance.now() };
    return token;
  };
  const { refreshIntervalMs } = command;
  return {
    newToken,
    async token() {
      if (held === undefined) return await newToken();
      const isOld = refreshIntervalMs > 0 && performance.now() - held.at >= refreshIntervalMs;
      return isOld ? await newToken() : held.token;
    },
  };
}

async function tokenOf(
  { command, args, cwd, timeoutMs }: ProviderAuthCommand,
  providerId: string,
  run: RunCommand,
): Promise<string> {
  const failed = (why: string) =>
    new UserError(`model_providers.${providerId}.auth: the command \`${command}\` failed: ${why}`);
  const outcome = await run({ argv: [command, ...args], cwd, timeoutMs });
  if (outcome.type === "failed") throw failed(outcome.message);
  const token = textOf(outcome.stdout)?.trim();
  if (token === undefined) throw failed("what it printed is not UTF-8");
  if (token === "") throw failed("it printed no token");
  return token;
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
