// Where logins are kept: the file with its mode, a keyring that is there or not, the memory of the process.

import { describe, expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync, readdirSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { apiKeyAuth } from "../../src/auth/auth-json";
import { keyringAccount, type Keyring } from "../../src/auth/keyring";
import { authStore, type StoreMode } from "../../src/auth/store";
import { tryLock } from "../../src/exec/libc";
import { tempFolder } from "../support/temp-folder";

/** A keyring in memory; `broken` ones refuse everything, as where there is no keyring. */
function keyring(broken = false): Keyring & { secret: string | null } {
  const ring = {
    secret: null as string | null,
    async get() {
      if (broken) throw new Error("no keyring here");
      return ring.secret;
    },
    async set(secret: string) {
      if (broken) throw new Error("no keyring here");
      ring.secret = secret;
    },
    async remove() {
      if (broken) throw new Error("no keyring here");
      const had = ring.secret !== null;
      ring.secret = null;
      return had;
    },
  };
  return ring;
}

function storeIn(codexHome: string, mode: StoreMode | undefined, ring: Keyring = keyring()) {
  const toml = mode === undefined ? {} : { cli_auth_credentials_store: mode };
  return authStore({ codexHome, toml }, { tryLock, keyring: ring });
}

const KEY = apiKeyAuth("sk-1");
const rejection = (work: Promise<unknown>) => work.then(String, (error: Error) => error.message);

describe("the file", () => {
  test("is private, written whole, and gone after a removal", async () => {
    using home = tempFolder();
    const file = join(home.path, "auth.json");
    const store = storeIn(home.path, undefined);
    expect(await store.load()).toBeUndefined();
    await store.save(KEY);
    expect(readFileSync(file, "utf8")).toBe('{\n  "auth_mode": "apikey",\n  "OPENAI_API_KEY": "sk-1"\n}');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(home.path)).toEqual(["auth.json"]);
    expect(await store.load()).toMatchObject({ mode: "apikey", apiKey: "sk-1" });
    expect(await store.remove()).toBe(true);
    expect(existsSync(file)).toBe(false);
    expect(await store.remove()).toBe(false);
  });

  test("keeps the mode that it had, and the link that led to it", async () => {
    using home = tempFolder({ "elsewhere/auth.json": "{}" });
    const target = join(home.path, "elsewhere/auth.json");
    chmodSync(target, 0o640);
    symlinkSync(target, join(home.path, "auth.json"));
    await storeIn(home.path, "file").save(KEY);
    expect(statSync(target).mode & 0o777).toBe(0o640);
    expect(readFileSync(target, "utf8")).toContain("sk-1");
  });

  test("that is broken is said to be so", async () => {
    using home = tempFolder({ "auth.json": "{" });
    expect(await storeIn(home.path, "file").load()).toMatchObject({ type: "invalid" });
  });
});

describe("a keyring", () => {
  test("holds the login compactly, under a name of its own for every home", async () => {
    using home = tempFolder({ "auth.json": "{}" });
    const ring = keyring();
    const store = storeIn(home.path, "keyring", ring);
    await store.save(KEY);
    expect(ring.secret).toBe('{"auth_mode":"apikey","OPENAI_API_KEY":"sk-1"}');
    expect(existsSync(join(home.path, "auth.json"))).toBe(false);
    expect(await store.load()).toMatchObject({ apiKey: "sk-1" });
    expect(await store.remove()).toBe(true);
    expect(ring.secret).toBeNull();
    expect(keyringAccount(home.path)).toMatch(/^cli\|[0-9a-f]{16}$/);
    expect(keyringAccount("/other")).not.toBe(keyringAccount(home.path));
  });

  test("that cannot be used is an error, and the file does not count", async () => {
    using home = tempFolder({ "auth.json": '{"OPENAI_API_KEY":"sk-file"}' });
    const store = storeIn(home.path, "keyring", keyring(true));
    expect(await store.load()).toEqual({
      type: "invalid",
      message: "failed to load CLI auth from keyring: no keyring here",
    });
    expect(await rejection(store.save(KEY))).toBe("failed to write OAuth tokens to keyring: no keyring here");
    expect(await rejection(store.remove())).toBe("failed to delete auth from keyring: no keyring here");
  });

  test("with nonsense in it says that it is nonsense", async () => {
    using home = tempFolder();
    const ring = keyring();
    ring.secret = "{";
    expect(await storeIn(home.path, "keyring", ring).load()).toMatchObject({
      message: expect.stringMatching(/^failed to deserialize CLI auth from keyring: /),
    });
  });

  test("gives way to the file with `auto`, when it is empty or not there", async () => {
    using home = tempFolder({ "auth.json": '{"OPENAI_API_KEY":"sk-file"}' });
    const ring = keyring();
    expect(await storeIn(home.path, "auto", ring).load()).toMatchObject({ apiKey: "sk-file" });
    const without = storeIn(home.path, "auto", keyring(true));
    expect(await without.load()).toMatchObject({ apiKey: "sk-file" });
    await without.save(KEY);
    expect(await without.load()).toMatchObject({ apiKey: "sk-1" });
    await storeIn(home.path, "auto", ring).save(apiKeyAuth("sk-2"));
    expect(existsSync(join(home.path, "auth.json"))).toBe(false);
    expect(await storeIn(home.path, "auto", ring).load()).toMatchObject({ apiKey: "sk-2" });
  });
});

test("an ephemeral login is known to the whole process and to nobody else", async () => {
  using home = tempFolder();
  await storeIn(home.path, "ephemeral").save(KEY);
  expect(await storeIn(home.path, "ephemeral").load()).toMatchObject({ apiKey: "sk-1" });
  expect(readdirSync(home.path)).toEqual([]);
  expect(await storeIn(home.path, "ephemeral").remove()).toBe(true);
});

test("work under the lock is done by one at a time", async () => {
  using home = tempFolder();
  const order: string[] = [];
  const refused = new Set<string>();
  const bothRefused = Promise.withResolvers<void>();
  const lockOf = (name: string) => (fd: number) => {
    const result = tryLock(fd);
    if (result === "held_elsewhere") refused.add(name);
    if (refused.size === 2) bothRefused.resolve();
    return result;
  };
  const work = (name: string) =>
    authStore({ codexHome: home.path, toml: {} }, { tryLock: lockOf(name), keyring: keyring() }).locked(
      async () => {
        order.push(`${name} begins`);
        await bothRefused.promise; // the first works until the others have come to the lock
        order.push(`${name} ends`);
      },
    );
  await Promise.all([work("a"), work("b"), work("c")]);
  expect(order.map((line) => line.split(" ")[1]).join(" ")).toBe("begins ends begins ends begins ends");
});
