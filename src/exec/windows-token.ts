// The token that a confined command has on Windows: writable folders are opened to it, and the system is asked whether it holds.

import { statSync } from "node:fs";
import type { StartFailure } from "./command";
import type { TokenConfinement } from "./confinement";
import { handleOf, place, succeeded, textAt, valueOf, wide, windows, type Handle } from "./windows-api";

const TOKEN_ALL_WE_NEED = 0x0001 | 0x0002 | 0x0008 | 0x0020 | 0x0080 | 0x0100;
const TOKEN_USER = 1;
const TOKEN_GROUPS = 2;
const TOKEN_DEFAULT_DACL = 6;
const TOKEN_RESTRICTED_SIDS = 11;
const READING: Readonly<Record<number, string>> = {
  [TOKEN_RESTRICTED_SIDS]:
    "asking Windows for the restrictions of a token, without which it would hold nothing,",
};
const GROUP_IS_LOGON = 0xc000_0000;
const EVERYONE = "S-1-1-0";
/** No privileges but looking through folders; no administrator; writing needs one of the restricting names too. */
const RESTRICTIONS = 0x1 | 0x4 | 0x8;

const FILE_OBJECT = 1;
const OWNER_GROUP_DACL = 7;
const DACL = 4;
const GRANT = 1;
const DENY = 3;
const INHERITED_BY_ALL = 3;
const INHERITED_ONLY = 11;
const MAXIMUM_ALLOWED = 0x200_0000;
const FILE_MAPPING = [0x12_0089, 0x12_0116, 0x12_00a0, 0x1f_01ff];
const READ_AND_RUN = 0x12_00a9;
const DELETE = 0x1_0000;
const ADD_FILE = 0x2;
/** To add, change, rename or delete, here or below, or to change who may. */
const WRITE = 0x2 | 0x4 | 0x10 | 0x40 | 0x100 | DELETE | 0x4_0000 | 0x8_0000;
/** Without deleting what a folder holds by right of the folder: what is protected could be renamed. */
const ORDINARY_WRITE = READ_AND_RUN | 0x2 | 0x4 | 0x10 | 0x100;

export type RestrictedStart = {
  readonly token: Handle;
  /** As processes name it; undefined for the one that everybody sees. */
  readonly desktop: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  /** To be called when the command has ended: its desktop goes with it. */
  readonly close: () => void;
};

/** Never less than was asked for: what cannot be done, or what the system says does not hold, keeps the command from starting. */
export function restrictedStart(confinement: TokenConfinement): RestrictedStart | StartFailure {
  const held: (() => void)[] = [];
  const close = () => {
    for (const release of held.splice(0).reverse()) release();
  };
  try {
    const who = ownNames(held);
    const token = restrictedToken(confinement.capabilities, who, held);
    const check = impersonation(token, held);
    for (const { path, capability } of confinement.open) {
      if ((granted(path, check) & ADD_FILE) !== 0) continue;
      changeAccess(path, capability, [
        { mode: GRANT, mask: ORDINARY_WRITE, inheritance: 0 },
        { mode: GRANT, mask: ORDINARY_WRITE | DELETE, inheritance: INHERITED_ONLY },
      ]);
    }
    const keep = (path: string, mask: number, inheritance: number) => {
      if ((granted(path, check) & mask) === 0) return;
      for (const capability of confinement.capabilities) {
        changeAccess(path, capability, [{ mode: DENY, mask, inheritance }]);
      }
    };
    for (const path of confinement.protect) {
      keep(path, WRITE, statSync(path).isDirectory() ? INHERITED_BY_ALL : 0);
    }
    for (const path of confinement.pin) keep(path, DELETE, 0);
    const { open, guarded, protect, pin } = confinement;
    const problem =
      broken([...guarded, ...protect], WRITE, check) ??
      broken(pin, DELETE, check) ??
      open.map(({ path }) => path).find((path) => (granted(path, check) & ADD_FILE) === 0);
    if (problem !== undefined) {
      close();
      const isOpen = open.some(({ path }) => path === problem);
      return failure(
        isOpen
          ? `the sandbox cannot open ${problem} for writing`
          : `the sandbox cannot keep a command from writing ${problem}: Windows says that it could`,
        isOpen ? "choose a folder whose permissions you may change" : `look at the permissions of ${problem}`,
      );
    }
    const desktop = confinement.desktop === "private" ? privateDesktop(who, held) : undefined;
    return { token, desktop, environment: confinement.environment, close };
  } catch (error) {
    close();
    if (!(error instanceof Error)) throw error;
    return failure(`the sandbox cannot be built: ${error.message}`, "please report this");
  }
}

function failure(reason: string, fix: string): StartFailure {
  return { type: "failed", cause: "sandbox", message: `${reason}; ${fix}.`, advice: { reason, fix } };
}

function broken(paths: readonly string[], mask: number, check: Handle): string | undefined {
  return paths.find((path) => (granted(path, check) & mask) !== 0);
}

type Held = (() => void)[];
type OwnNames = { readonly token: Handle; readonly user: string; readonly logon: string | undefined };

/** Who we are: the user, and this logon, whose name windows and desktops are opened to. */
function ownNames(held: Held): OwnNames {
  const api = windows();
  const found = place();
  succeeded("opening our token", api.OpenProcessToken(api.GetCurrentProcess(), TOKEN_ALL_WE_NEED, found));
  const token = valueOf(found);
  held.push(() => api.CloseHandle(token));
  const groups = information(token, TOKEN_GROUPS);
  const count = groups.readUInt32LE(0);
  const entries = Array.from({ length: count }, (_, index) => 8 + index * 16);
  const logon = entries.find((at) => (groups.readUInt32LE(at + 8) & GROUP_IS_LOGON) >>> 0 === GROUP_IS_LOGON);
  return {
    token,
    user: nameOf(information(token, TOKEN_USER).readBigUInt64LE(0)),
    logon: logon === undefined ? undefined : nameOf(groups.readBigUInt64LE(logon)),
  };
}

function restrictedToken(
  capabilities: readonly string[],
  { token, user, logon }: OwnNames,
  held: Held,
): Handle {
  const api = windows();
  const own = logon === undefined ? [] : [logon];
  const names = [...capabilities, ...own, EVERYONE].map((name) => identifier(name, held));
  const list = Buffer.alloc(names.length * 16);
  for (const [index, name] of names.entries()) list.writeBigUInt64LE(name, index * 16);
  const made = place();
  const count = names.length;
  succeeded(
    "restricting a token",
    api.CreateRestrictedToken(token, RESTRICTIONS, 0, null, 0, null, count, list, made),
  );
  const restricted = valueOf(made);
  held.push(() => api.CloseHandle(restricted));
  if (information(restricted, TOKEN_RESTRICTED_SIDS).readUInt32LE(0) < count) {
    throw new Error("this system makes tokens without restrictions");
  }
  // Else the pipes and events that its programs make would be closed to themselves.
  const everybody = ["SY", user, ...own, ...capabilities].map((name) => `(A;;GA;;;${name})`);
  const descriptor = descriptorOf(`D:${everybody.join("")}`, held);
  const [present, acl, defaulted] = [Buffer.alloc(4), place(), Buffer.alloc(4)];
  succeeded("reading permissions", api.GetSecurityDescriptorDacl(descriptor, present, acl, defaulted));
  succeeded(
    "setting what it makes",
    api.SetTokenInformation(restricted, TOKEN_DEFAULT_DACL, acl, acl.byteLength),
  );
  return restricted;
}

function impersonation(token: Handle, held: Held): Handle {
  const made = place();
  succeeded("copying a token", windows().DuplicateTokenEx(token, 0x000e, null, 1, 2, made));
  const copy = valueOf(made);
  held.push(() => windows().CloseHandle(copy));
  return copy;
}

/** What the system would let the token do with a path. */
function granted(path: string, token: Handle): number {
  const api = windows();
  const descriptor = place();
  const code = api.GetNamedSecurityInfoW(
    wide(path),
    FILE_OBJECT,
    OWNER_GROUP_DACL,
    null,
    null,
    null,
    null,
    descriptor,
  );
  if (code !== 0) throw new Error(`the permissions of ${path} cannot be read (os error ${code})`);
  try {
    const mapping = Uint32Array.from(FILE_MAPPING);
    const privileges = Buffer.alloc(256);
    const size = Uint32Array.of(privileges.byteLength);
    const [access, allowed] = [Buffer.alloc(4), Buffer.alloc(4)];
    succeeded(
      `checking ${path}`,
      api.AccessCheck(
        valueOf(descriptor),
        token,
        MAXIMUM_ALLOWED,
        mapping,
        privileges,
        size,
        access,
        allowed,
      ),
    );
    return allowed.readInt32LE(0) === 0 ? 0 : access.readUInt32LE(0);
  } finally {
    api.LocalFree(valueOf(descriptor));
  }
}

type Entry = { readonly mode: number; readonly mask: number; readonly inheritance: number };

/** Adds to what a path has; files below get it too, which takes a while the first time. */
function changeAccess(path: string, name: string, entries: readonly Entry[]): void {
  const api = windows();
  const held: Held = [];
  try {
    const [list, descriptor] = [place(), place()];
    const args = [wide(path), FILE_OBJECT, DACL] as const;
    const read = api.GetNamedSecurityInfoW(...args, null, null, list, null, descriptor);
    if (read !== 0) throw new Error(`the permissions of ${path} cannot be read (os error ${read})`);
    held.push(() => api.LocalFree(valueOf(descriptor)));
    const who = identifier(name, held);
    const wanted = Buffer.alloc(entries.length * 48);
    for (const [index, { mode, mask, inheritance }] of entries.entries()) {
      wanted.writeUInt32LE(mask >>> 0, index * 48);
      wanted.writeUInt32LE(mode, index * 48 + 4);
      wanted.writeUInt32LE(inheritance, index * 48 + 8);
      wanted.writeBigUInt64LE(who, index * 48 + 40);
    }
    const made = place();
    const merged = api.SetEntriesInAclW(entries.length, wanted, valueOf(list), made);
    if (merged !== 0) throw new Error(`the permissions of ${path} cannot be added to (os error ${merged})`);
    held.push(() => api.LocalFree(valueOf(made)));
    const written = api.SetNamedSecurityInfoW(...args, 0n, 0n, valueOf(made), 0n);
    if (written !== 0) throw new Error(`the permissions of ${path} cannot be changed (os error ${written})`);
  } finally {
    for (const release of held.reverse()) release();
  }
}

/** A desktop of the command's own: it neither sees nor types into the windows of others. */
function privateDesktop({ user, logon }: OwnNames, held: Held): string {
  const api = windows();
  const name = `codex-${crypto.randomUUID()}`;
  const who = [user, "SY", ...(logon === undefined ? [] : [logon])];
  const descriptor = descriptorOf(`D:${who.map((one) => `(A;;GA;;;${one})`).join("")}`, held);
  const security = Buffer.alloc(24);
  security.writeUInt32LE(24, 0);
  security.writeBigUInt64LE(descriptor, 8);
  const handle = handleOf(
    "making a desktop",
    api.CreateDesktopW(wide(name), null, null, 0, 0x1000_0000, security),
  );
  held.push(() => api.CloseDesktop(handle));
  return `Winsta0\\${name}`;
}

function descriptorOf(text: string, held: Held): bigint {
  const made = place();
  succeeded(
    "describing permissions",
    windows().ConvertStringSecurityDescriptorToSecurityDescriptorW(wide(text), 1, made, null),
  );
  const descriptor = valueOf(made);
  held.push(() => windows().LocalFree(descriptor));
  return descriptor;
}

function identifier(name: string, held: Held): bigint {
  const made = place();
  succeeded(`reading the name ${name}`, windows().ConvertStringSidToSidW(wide(name), made));
  const sid = valueOf(made);
  held.push(() => windows().LocalFree(sid));
  return sid;
}

function nameOf(sid: bigint): string {
  const made = place();
  succeeded("writing a name", windows().ConvertSidToStringSidW(sid, made));
  try {
    return textAt(valueOf(made));
  } finally {
    windows().LocalFree(valueOf(made));
  }
}

function information(token: Handle, what: number): Buffer {
  const api = windows();
  const size = Buffer.alloc(4);
  api.GetTokenInformation(token, what, null, 0, size);
  const bytes = Buffer.alloc(Math.max(size.readUInt32LE(0), 8));
  succeeded(
    READING[what] ?? "reading a token",
    api.GetTokenInformation(token, what, bytes, bytes.byteLength, size),
  );
  return bytes;
}
