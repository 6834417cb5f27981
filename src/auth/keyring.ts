// The login as an entry of the system's keyring (login-notify.md 1.4).

import { canonical } from "../config/home";

/** One entry. Every call may fail: there may be no keyring, or a locked one. */
export type Keyring = {
  readonly get: () => Promise<string | null>;
  readonly set: (secret: string) => Promise<void>;
  /** Whether there was one. */
  readonly remove: () => Promise<boolean>;
};

const SERVICE = "Codex Auth";
const ACCOUNT_DIGITS = 16;
/** A keyring may ask its owner for a password first. */
const ANSWER_MS = 60_000;

export function systemKeyring(codexHome: string): Keyring {
  const entry = { service: SERVICE, name: keyringAccount(codexHome) };
  return {
    get: () => inTime(Bun.secrets.get(entry)),
    set: (value) => inTime(Bun.secrets.set({ ...entry, value })),
    remove: () => inTime(Bun.secrets.delete(entry)),
  };
}

/** The name of the entry, another one for every CODEX_HOME. */
export function keyringAccount(codexHome: string): string {
  const digest = Bun.CryptoHasher.hash("sha256", canonical(codexHome), "hex");
  return `cli|${digest.slice(0, ACCOUNT_DIGITS)}`;
}

async function inTime<T>(answer: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${ANSWER_MS / 1000} s`)), ANSWER_MS);
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
