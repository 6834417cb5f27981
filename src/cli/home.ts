// Loads `$CODEX_HOME/.env` before a command runs (cli.md 12.4).

import { findCodexHome, loadDotenv } from "../config/home";
import { UserError } from "../util/user-error";

/** A home that cannot be used is not reported here: every command that needs it does that in its own turn. */
export function enterHome(): void {
  try {
    loadDotenv(findCodexHome(process.env));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}
