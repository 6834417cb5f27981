// Keeps an API key as the login. Nobody is asked whether it is a good one (login-notify.md 3).

import { apiKeyAuth } from "./auth-json";
import type { Asker } from "./issuer";
import { revokeTokens } from "./logout";
import type { AuthStore } from "./store";

const SHOWN_START = 8;
const SHOWN_END = 5;

/** @param key trimmed by the caller, not empty. @throws UserError when it cannot be kept */
export async function saveApiKey(key: string, store: AuthStore, asker: Asker): Promise<void> {
  const old = await store.locked(async () => {
    const replaced = await store.load();
    await store.save(apiKeyAuth(key));
    return replaced;
  });
  if (old?.type === "stored") await revokeTokens(old, asker);
}

/** `sk-test1***bcdef`: enough to tell keys apart. */
export function maskedKey(key: string): string {
  if (key.length <= SHOWN_START + SHOWN_END) return "***";
  return `${key.slice(0, SHOWN_START)}***${key.slice(-SHOWN_END)}`;
}
