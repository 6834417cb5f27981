// Where the logins to MCP servers are kept: the system's keyring, or a file that only its owner can read (mcp.md 6).

import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { tryLock } from "../exec/libc";
import { replaceFile } from "../util/replace-file";
import { UserError, messageOf } from "../util/user-error";
import { isRecord } from "./tool-list";

/** A login; the fields of the file. */
export type StoredLogin = {
  readonly server_name: string;
  readonly server_url: string;
  readonly client_id: string;
  /** Of servers that insist on one. */
  readonly client_secret?: string;
  readonly access_token: string;
  /** Milliseconds since the epoch; null when the server did not say. */
  readonly expires_at: number | null;
  readonly refresh_token?: string;
  readonly scopes?: readonly string[];
};

export type StoreMode = "auto" | "file" | "keyring";

/** Reading and writing may fail with a UserError. */
export type TokenStore = {
  readonly read: (name: string, url: string) => Promise<StoredLogin | undefined>;
  readonly save: (login: StoredLogin) => Promise<void>;
  /** Whether there was one. */
  readonly remove: (name: string, url: string) => Promise<boolean>;
  /** Runs work that no other process does at the same time. */
  readonly locked: <T>(work: () => Promise<T>) => Promise<T>;
};

const FILE = ".credentials.json";
const FILE_MODE = 0o600;
const SERVICE = "Codex MCP Credentials";
const LOCK_RETRY_MS = 20;
const LOCK_WAIT_MS = 15_000;
/** Before it expires, so that a request that is sent now is still answered. */
const EARLY_MS = 30_000;

export function tokenStore(codexHome: string, mode: StoreMode): TokenStore {
  const file = join(codexHome, FILE);
  const usesKeyring = mode !== "file";
  return {
    async read(name, url) {
      const key = storeKey(name, url);
      const kept = usesKeyring ? await inKeyring(mode, () => readKeyring(key)) : undefined;
      if (kept !== undefined || mode === "keyring") return kept;
      return readFile(file)[key];
    },
    async save(login) {
      const key = storeKey(login.server_name, login.server_url);
      const saved = usesKeyring ? await inKeyring(mode, () => saveKeyring(key, login)) : undefined;
      const { [key]: old, ...others } = readFile(file);
      if (saved !== true) writeFile(file, { ...others, [key]: login });
      else if (old !== undefined) writeFile(file, others);
    },
    async remove(name, url) {
      const key = storeKey(name, url);
      const removed = usesKeyring
        ? await inKeyring(mode, () => Bun.secrets.delete({ service: SERVICE, name: key }))
        : undefined;
      const { [key]: old, ...others } = readFile(file);
      if (old !== undefined) writeFile(file, others);
      return removed === true || old !== undefined;
    },
    locked: (work) => locked(codexHome, work),
  };
}

/** Whether a login will do for the next requests, perhaps after renewing it. */
export function isUsable(login: StoredLogin): boolean {
  return login.client_id.trim() !== "" && (isFresh(login) || (login.refresh_token ?? "").trim() !== "");
}

export function isFresh({ expires_at: expiresAt, access_token: token }: StoredLogin): boolean {
  return token !== "" && (expiresAt === null || Date.now() + EARLY_MS < expiresAt);
}

/** The name under which a login is kept, the same for every release: `NAME|HASH`. */
export function storeKey(name: string, url: string): string {
  const identity = JSON.stringify({ type: "http", url, headers: {} });
  return `${name}|${Bun.CryptoHasher.hash("sha256", identity, "hex").slice(0, 16)}`;
}

type Logins = Readonly<Record<string, StoredLogin>>;

function readFile(file: string): Logins {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return {};
    throw new UserError(`cannot read ${file}: ${messageOf(error)}`, { cause: error });
  }
  try {
    const json: unknown = JSON.parse(text);
    if (isRecord(json)) return json as Logins; // Written by us, or by a program that agreed on the format.
  } catch (error) {
    throw new UserError(`${file} is not JSON: ${messageOf(error)}. Delete it to log in anew.`, {
      cause: error,
    });
  }
  throw new UserError(`${file} does not hold a JSON object. Delete it to log in anew.`);
}

function writeFile(file: string, logins: Logins): void {
  if (Object.keys(logins).length === 0) rmSync(file, { force: true });
  else replaceFile(file, JSON.stringify(logins), FILE_MODE);
}

/** Undefined where there is no keyring and a file will do instead. */
async function inKeyring<T>(mode: StoreMode, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (mode === "auto") return undefined;
    throw new UserError(
      `the keyring cannot be used: ${messageOf(error)}. With \`mcp_oauth_credentials_store = "file"\` in config.toml ` +
        "logins are kept in a file.",
      { cause: error },
    );
  }
}

async function readKeyring(key: string): Promise<StoredLogin | undefined> {
  const text = await Bun.secrets.get({ service: SERVICE, name: key });
  if (text === null) return undefined;
  const kept: unknown = JSON.parse(text);
  if (!isRecord(kept) || !isRecord(kept.token_response)) return undefined;
  const { access_token: token, refresh_token: refresh, scope } = kept.token_response;
  return {
    server_name: String(kept.server_name),
    server_url: String(kept.url),
    client_id: String(kept.client_id ?? ""),
    ...(typeof kept.client_secret === "string" && { client_secret: kept.client_secret }),
    access_token: String(token ?? ""),
    expires_at: typeof kept.expires_at === "number" ? kept.expires_at : null,
    ...(typeof refresh === "string" && { refresh_token: refresh }),
    ...(typeof scope === "string" && { scopes: scope.split(" ") }),
  };
}

async function saveKeyring(key: string, login: StoredLogin): Promise<true> {
  const { server_name, server_url: url, client_id, client_secret, expires_at } = login;
  const value = {
    server_name,
    url,
    client_id,
    ...(client_secret !== undefined && { client_secret }),
    token_response: {
      access_token: login.access_token,
      token_type: "bearer",
      ...(expires_at !== null && { expires_in: Math.max(0, Math.round((expires_at - Date.now()) / 1000)) }),
      ...(login.refresh_token !== undefined && { refresh_token: login.refresh_token }),
      ...(login.scopes !== undefined && { scope: login.scopes.join(" ") }),
    },
    expires_at,
  };
  await Bun.secrets.set({ service: SERVICE, name: key, value: JSON.stringify(value) });
  return true;
}

async function locked<T>(codexHome: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(codexHome, { recursive: true });
  const fd = openSync(join(codexHome, `${FILE}.lock`), "w", FILE_MODE);
  try {
    const until = performance.now() + LOCK_WAIT_MS;
    while (tryLock(fd) === "held_elsewhere" && performance.now() < until) await Bun.sleep(LOCK_RETRY_MS);
    return await work();
  } finally {
    closeSync(fd);
  }
}
