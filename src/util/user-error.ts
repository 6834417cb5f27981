// The error a person should read: what happened, where, and what to do about it.

/** A failure to show to the user as `Error: <message>`. `exitCode` is 1 for run-time errors, 2 for usage errors (cli.md 1.1). */
export class UserError extends Error {
  override readonly name = "UserError";
  readonly exitCode: number;
  /** False when the text is printed alone, without the leading `Error: ` (some start-up checks of exec.md 1). */
  readonly prefixed: boolean;

  constructor(message: string, options: { cause?: unknown; exitCode?: number; prefixed?: boolean } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.exitCode = options.exitCode ?? 1;
    this.prefixed = options.prefixed ?? true;
  }
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
