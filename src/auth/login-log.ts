// The log of logins, for whoever has to find out why one failed; without anything that could be used to log in (login-notify.md 3).

import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../config/config";

const FILE_MODE = 0o600;
const SECRETS = [
  ...["access_token", "api_key", "client_secret", "code", "code_verifier", "id_token", "key"],
  ...["refresh_token", "requested_token", "state", "subject_token", "token"],
].join("|");
const SECRET_VALUE = new RegExp(`([?&#](?:${SECRETS})=)[^&#\\s]*`, "gi");

/** Appends lines to `codex-login.log`; a log that cannot be written is no reason not to sign in. */
export function loginLog({ codexHome, toml }: Pick<Config, "codexHome" | "toml">): (line: string) => void {
  const folder = toml.log_dir ?? join(codexHome, "log");
  return (line) => {
    const text = `${new Date().toISOString()} ${withoutSecrets(line).replaceAll("\n", " ")}\n`;
    try {
      mkdirSync(folder, { recursive: true });
      appendFileSync(join(folder, "codex-login.log"), text, { mode: FILE_MODE });
    } catch (error) {
      if (!(error instanceof Error && "code" in error)) throw error;
    }
  };
}

/** The same text with the values of query parameters that are secrets taken out. */
export function withoutSecrets(text: string): string {
  return text.replace(SECRET_VALUE, "$1<redacted>");
}
