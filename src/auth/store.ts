// Where the login is kept: a file, the system's keyring, or the memory of this process (login-notify.md 1.3 and 1.4).

import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../config/config";
import { osErrorText } from "../util/os-error";
import { replaceFile } from "../util/replace-file";
import { once } from "../util/once";
import { UserError, messageOf } from "../util/user-error";
import { hasSameTokens, parseAuth, renderAuth, type InvalidAuth, type StoredAuth } from "./auth-json";
import { systemKeyring, type Keyring } from "./keyring";

export type AuthStore = {
  /** The stored login; undefined when nobody is signed in. Never rejects. */
  readonly load: () => Promise<StoredAuth | InvalidAuth | undefined>;
  /** Rejects with a UserError when it cannot be kept. */
  readonly save: (auth: StoredAuth) => Promise<void>;
  /** A renewed login in place of `old`: saved, or else held in the memory of this process, where `load` finds it. */
  readonly keep: (renewed: StoredAuth, old: StoredAuth) => Promise<void>;
  /** Tries once more to save what is only in memory. */
  readonly saveAgain: () => Promise<void>;
  /** For the user: that a login is only in memory, and why. Said once in a process. */
  readonly notice: () => string | undefined;
  /** Whether there was one. Rejects with a UserError when it cannot be taken away. */
  readonly remove: () => Promise<boolean>;
  /** Runs work that no other process does on this login at the same time. */
  readonly locked: <T>(work: () => Promise<T>) => Promise<T>;
};

export type StoreMode = "file" | "keyring" | "auto" | "ephemeral";

/** What of the system a store needs; `tryLock` is that of exec/, which this folder does not import. */
export type StoreSystem = {
  readonly tryLock: (fd: number) => "locked" | "held_elsewhere" | "unsupported";
  readonly keyring?: Keyring;
};

type Kept = Pick<AuthStore, "load" | "save" | "remove">;

const FILE_MODE = 0o600;
const LOCK_RETRY_MS = 20;
/** Longer than a request to the issuer may take; after that the other process is taken to be stuck. */
const LOCK_WAIT_MS = 45_000;

const UNSAVED_ADVICE =
  "This session goes on with it. Unless it can be saved before the session ends, the next one has to sign in again with `codex login`.";

/** Logins that end with the process, by CODEX_HOME: what one part of it stores the others must find. */
const memory = once(() => new Map<string, StoredAuth>());

export function authFile(codexHome: string): string {
  return join(codexHome, "auth.json");
}

/** The store that the configuration names; `file` without a word on it. */
export function authStore(config: Pick<Config, "codexHome" | "toml">, system: StoreSystem): AuthStore {
  const { codexHome, toml } = config;
  const kept = keptIn(toml.cli_auth_credentials_store ?? "file", codexHome, system);
  return {
    ...withUnsaved(kept, codexHome, (work) => locked(codexHome, system, work)),
    locked: (work) => locked(codexHome, system, work),
  };
}

/** A renewed login that could not be saved. The refresh token in the store has been spent: `auth` is all there is. */
type Unsaved = {
  readonly auth: StoredAuth;
  /** What the store holds meanwhile. Anything else there is newer. */
  readonly instead: StoredAuth;
  readonly why: string;
  readonly told: boolean;
};

/** By CODEX_HOME, for all conversations of this process. */
const unsaved = once(() => new Map<string, Unsaved>());

function withUnsaved(
  kept: Kept,
  codexHome: string,
  alone: (work: () => Promise<void>) => Promise<void>,
): Omit<AuthStore, "locked"> {
  const load: AuthStore["load"] = async () => {
    const stored = await kept.load();
    const held = unsaved().get(codexHome);
    if (held === undefined) return stored;
    if (stored?.type === "invalid" || (stored !== undefined && hasSameTokens(stored, held.instead)))
      return held.auth;
    unsaved().delete(codexHome);
    return stored;
  };
  const keep: AuthStore["keep"] = async (auth, old) => {
    const before = unsaved().get(codexHome);
    try {
      await kept.save(auth);
      unsaved().delete(codexHome);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const told = before?.told === true;
      unsaved().set(codexHome, { auth, instead: before?.instead ?? old, why: error.message, told });
    }
  };
  return {
    load,
    keep,
    async save(auth) {
      await kept.save(auth);
      unsaved().delete(codexHome);
    },
    async remove() {
      unsaved().delete(codexHome);
      return await kept.remove();
    },
    async saveAgain() {
      if (!unsaved().has(codexHome)) return;
      await alone(async () => {
        await load();
        const held = unsaved().get(codexHome);
        if (held !== undefined) await keep(held.auth, held.instead);
      });
    },
    notice() {
      const held = unsaved().get(codexHome);
      if (held === undefined || held.told) return undefined;
      unsaved().set(codexHome, { ...held, told: true });
      return `Your renewed login could not be saved: ${held.why}. ${UNSAVED_ADVICE}`;
    },
  };
}

function keptIn(mode: StoreMode, codexHome: string, system: StoreSystem): Kept {
  const file = fileStore(authFile(codexHome));
  if (mode === "file") return file;
  if (mode === "ephemeral") return memoryStore(codexHome);
  const keyring = keyringStore(system.keyring ?? systemKeyring(codexHome));
  return mode === "keyring" ? keyringOnly(keyring, file) : keyringFirst(keyring, file);
}

function fileStore(path: string): Kept {
  return {
    async load() {
      try {
        return parseAuth(readFileSync(path, "utf8"));
      } catch (error) {
        if (codeOf(error) === "ENOENT") return undefined;
        return { type: "invalid", message: messageOf(error) };
      }
    },
    async save(auth) {
      try {
        writeAuth(path, renderAuth(auth, "pretty"));
      } catch (error) {
        throw new UserError(`cannot write ${path}: ${osErrorText(error)}`, { cause: error });
      }
    },
    async remove() {
      try {
        const existed = statSync(path, { throwIfNoEntry: false }) !== undefined;
        rmSync(path, { force: true });
        return existed;
      } catch (error) {
        throw new UserError(`cannot remove ${path}: ${messageOf(error)}`, { cause: error });
      }
    },
  };
}

/** A file that was there keeps its mode. One that cannot be replaced, as a mounted one cannot, is written in place. */
function writeAuth(path: string, text: string): void {
  const old = statSync(path, { throwIfNoEntry: false });
  const mode = old === undefined ? FILE_MODE : old.mode & 0o777;
  try {
    replaceFile(path, text, mode);
  } catch (error) {
    if (old === undefined || !["EBUSY", "EACCES", "EPERM", "EROFS", "EXDEV"].includes(codeOf(error)))
      throw error;
    writeFileSync(path, text);
  }
}

function keyringStore(keyring: Keyring): Kept {
  return {
    async load() {
      const secret = await worded("failed to load CLI auth from keyring", keyring.get);
      if (secret === null) return undefined;
      const auth = parseAuth(secret);
      if (auth.type === "stored") return auth;
      return { type: "invalid", message: `failed to deserialize CLI auth from keyring: ${auth.message}` };
    },
    save: (auth) =>
      worded("failed to write OAuth tokens to keyring", () => keyring.set(renderAuth(auth, "compact"))),
    remove: () => worded("failed to delete auth from keyring", keyring.remove),
  };
}

/** What a file holds is not the login, and goes when there is one. */
function keyringOnly(keyring: Kept, file: Kept): Kept {
  return {
    async load() {
      try {
        return await keyring.load();
      } catch (error) {
        return { type: "invalid", message: messageOf(error) };
      }
    },
    async save(auth) {
      await keyring.save(auth);
      await file.remove();
    },
    remove: () => removedFrom(keyring, file),
  };
}

/** The file is for systems without a keyring, and for a login from before. */
function keyringFirst(keyring: Kept, file: Kept): Kept {
  return {
    async load() {
      const kept = await orElse(keyring.load, undefined);
      return kept?.type === "stored" ? kept : ((await file.load()) ?? kept);
    },
    async save(auth) {
      const saved = await orElse(() => keyring.save(auth).then(() => true), false);
      await (saved ? file.remove() : file.save(auth));
    },
    remove: () => removedFrom({ ...keyring, remove: () => orElse(keyring.remove, false) }, file),
  };
}

async function removedFrom(keyring: Kept, file: Kept): Promise<boolean> {
  const fromFile = await file.remove();
  return (await keyring.remove()) || fromFile;
}

function memoryStore(codexHome: string): Kept {
  return {
    load: async () => memory().get(codexHome),
    save: async (auth) => void memory().set(codexHome, auth),
    remove: async () => memory().delete(codexHome),
  };
}

/** The lock ends with the process. Where there can be none, or it is never let go, the work is done all the same. */
async function locked<T>(codexHome: string, system: StoreSystem, work: () => Promise<T>): Promise<T> {
  const fd = openLock(codexHome);
  if (fd === undefined) return await work();
  try {
    const until = performance.now() + LOCK_WAIT_MS;
    while (system.tryLock(fd) === "held_elsewhere" && performance.now() < until) {
      await Bun.sleep(LOCK_RETRY_MS);
    }
    return await work();
  } finally {
    closeSync(fd);
  }
}

/** Undefined where no file can be made, and so none be kept either. */
function openLock(codexHome: string): number | undefined {
  try {
    mkdirSync(codexHome, { recursive: true });
    return openSync(`${authFile(codexHome)}.lock`, "a", FILE_MODE);
  } catch (error) {
    if (codeOf(error) === "") throw error;
    return undefined;
  }
}

async function worded<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new UserError(`${what}: ${messageOf(error)}`, { cause: error });
  }
}

/** `auto` goes on with the file whatever the keyring says. */
async function orElse<T, U>(work: () => Promise<T>, otherwise: U): Promise<T | U> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError) return otherwise;
    throw error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
