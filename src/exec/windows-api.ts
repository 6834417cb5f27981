// The functions of Windows that Bun does not offer, and the forms that they want words and settings in.

import { dlopen, ptr, read, type Pointer } from "bun:ffi";
import { once } from "../util/once";

/** A handle, or an address that the system has given. */
export type Handle = bigint;

const INVALID_HANDLE = 2n ** 64n - 1n;
const SHORT_TEXT = 256;
const BATCH_FILE = /\.(bat|cmd)$/i;
/** What cmd does not take for anything but itself. */
const PLAIN_FOR_BATCH = /^[\w#$*+\-./:?@\\]+$/;
/** Programs fail in odd ways without these. */
const NEEDED = ["SYSTEMROOT", "SYSTEMDRIVE", "WINDIR"];

export const windows = once(() => ({
  ...dlopen("kernel32.dll", {
    AssignProcessToJobObject: { args: ["u64", "u64"], returns: "i32" },
    CloseHandle: { args: ["u64"], returns: "i32" },
    CreateFileW: { args: ["ptr", "u32", "u32", "ptr", "u32", "u32", "u64"], returns: "u64" },
    CreateJobObjectW: { args: ["ptr", "ptr"], returns: "u64" },
    CreateProcessW: {
      args: ["ptr", "ptr", "ptr", "ptr", "i32", "u32", "ptr", "ptr", "ptr", "ptr"],
      returns: "i32",
    },
    DeleteProcThreadAttributeList: { args: ["ptr"], returns: "void" },
    DuplicateHandle: { args: ["u64", "u64", "u64", "ptr", "u32", "i32", "u32"], returns: "i32" },
    GetCurrentProcess: { args: [], returns: "u64" },
    GetExitCodeProcess: { args: ["u64", "ptr"], returns: "i32" },
    GetLastError: { args: [], returns: "u32" },
    GetStdHandle: { args: ["u32"], returns: "u64" },
    InitializeProcThreadAttributeList: { args: ["ptr", "u32", "u32", "ptr"], returns: "i32" },
    LocalFree: { args: ["u64"], returns: "u64" },
    OpenProcess: { args: ["u32", "i32", "u32"], returns: "u64" },
    ResumeThread: { args: ["u64"], returns: "u32" },
    SetInformationJobObject: { args: ["u64", "i32", "ptr", "u32"], returns: "i32" },
    TerminateJobObject: { args: ["u64", "u32"], returns: "i32" },
    TerminateProcess: { args: ["u64", "u32"], returns: "i32" },
    UpdateProcThreadAttribute: { args: ["ptr", "u32", "u64", "ptr", "u64", "ptr", "ptr"], returns: "i32" },
    WaitForSingleObject: { args: ["u64", "u32"], returns: "u32" },
  }).symbols,
  ...dlopen("advapi32.dll", {
    AccessCheck: { args: ["u64", "u64", "u32", "ptr", "ptr", "ptr", "ptr", "ptr"], returns: "i32" },
    ConvertSidToStringSidW: { args: ["u64", "ptr"], returns: "i32" },
    ConvertStringSecurityDescriptorToSecurityDescriptorW: {
      args: ["ptr", "u32", "ptr", "ptr"],
      returns: "i32",
    },
    ConvertStringSidToSidW: { args: ["ptr", "ptr"], returns: "i32" },
    CreateProcessAsUserW: {
      args: ["u64", "ptr", "ptr", "ptr", "ptr", "i32", "u32", "ptr", "ptr", "ptr", "ptr"],
      returns: "i32",
    },
    CreateRestrictedToken: {
      args: ["u64", "u32", "u32", "ptr", "u32", "ptr", "u32", "ptr", "ptr"],
      returns: "i32",
    },
    DuplicateTokenEx: { args: ["u64", "u32", "ptr", "i32", "i32", "ptr"], returns: "i32" },
    GetNamedSecurityInfoW: {
      args: ["ptr", "i32", "u32", "ptr", "ptr", "ptr", "ptr", "ptr"],
      returns: "u32",
    },
    GetSecurityDescriptorDacl: { args: ["u64", "ptr", "ptr", "ptr"], returns: "i32" },
    GetTokenInformation: { args: ["u64", "i32", "ptr", "u32", "ptr"], returns: "i32" },
    OpenProcessToken: { args: ["u64", "u32", "ptr"], returns: "i32" },
    SetEntriesInAclW: { args: ["u32", "ptr", "u64", "ptr"], returns: "u32" },
    SetNamedSecurityInfoW: { args: ["ptr", "i32", "u32", "u64", "u64", "u64", "u64"], returns: "u32" },
    SetTokenInformation: { args: ["u64", "i32", "ptr", "u32"], returns: "i32" },
  }).symbols,
  ...dlopen("user32.dll", {
    CloseDesktop: { args: ["u64"], returns: "i32" },
    CreateDesktopW: { args: ["ptr", "ptr", "ptr", "u32", "u32", "ptr"], returns: "u64" },
  }).symbols,
}));

/** @throws Error with the system's number when there is no handle */
export function handleOf(what: string, handle: Handle): Handle {
  if (handle === 0n || handle === INVALID_HANDLE) throw new WindowsError(what, windows().GetLastError());
  return handle;
}

/** @throws Error with the system's number when it is zero */
export function succeeded(what: string, result: number): void {
  if (result === 0) throw new WindowsError(what, windows().GetLastError());
}

/** `code` is of the system's own numbers: 5 where access is denied. */
export class WindowsError extends Error {
  readonly code: number;
  constructor(what: string, code: number) {
    super(`${what} failed (os error ${code})`);
    this.code = code;
  }
}

/** For the system's functions: UTF-16 and a zero. */
export function wide(text: string): Buffer {
  return Buffer.from(`${text}\0`, "utf16le");
}

/** Stays valid for as long as somebody holds the buffer. */
export function addressOf(buffer: Buffer | BigUint64Array): bigint {
  return BigInt(ptr(buffer));
}

/** A place for a handle or an address that a function gives back. */
export function place(): BigUint64Array {
  return new BigUint64Array(1);
}

export function valueOf([value = 0n]: BigUint64Array): bigint {
  return value;
}

/** UTF-16 up to a zero, of at most `SHORT_TEXT` units. */
export function textAt(address: bigint): string {
  const at = Number(address) as Pointer; // The brand says no more than that it is one.
  const units: number[] = [];
  for (let index = 0; index < SHORT_TEXT; index++) {
    const unit = read.u16(at, index * 2);
    if (unit === 0) break;
    units.push(unit);
  }
  return String.fromCharCode(...units);
}

/** A block of variables as a new process wants it. Of names that differ in case alone, the last counts. */
export function environmentBlock(
  env: Readonly<Record<string, string>>,
  ours: Readonly<Record<string, string | undefined>>,
): Buffer {
  const variables = new Map<string, string>();
  for (const name of NEEDED) {
    const value = ours[name];
    if (value !== undefined) variables.set(name, `${name}=${value}`);
  }
  for (const [name, value] of Object.entries(env)) variables.set(name.toUpperCase(), `${name}=${value}`);
  const sorted = [...variables].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
  return Buffer.from(`${sorted.join("\0")}\0\0`, "utf16le");
}

/**
 * One command line out of words, since Windows passes nothing else on; every program takes it apart again. What follows
 * `/c` of cmd is a script and passed on as it is written.
 * @param program the path that was found for the first word
 * @throws Error for words that cannot be passed to a batch file unchanged
 */
export function commandLine(program: string, args: readonly string[]): string {
  if (BATCH_FILE.test(program)) return batchLine(program, args);
  const script = args.findIndex((word) => /^\/[ck]$/i.test(word));
  if (!/(^|[\\/])cmd(\.exe)?$/i.test(program) || script < 0) return [program, ...args].map(quoted).join(" ");
  const before = [program, ...args.slice(0, script)].map(quoted);
  const rest = args.slice(script + 1);
  const text = rest.length === 1 ? rest[0] : rest.map(quoted).join(" ");
  return [...before, "/s", args[script], `"${text}"`].join(" ");
}

/** As the C library takes words apart: backslashes count only before a quotation mark. */
function quoted(word: string): string {
  if (word !== "" && !/[\s"]/.test(word)) return word;
  return `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, "$1$1")}"`;
}

/** cmd reads it first, and would expand variables and run what follows a `&`; nothing of that is left to it. */
function batchLine(program: string, args: readonly string[]): string {
  if ([program, ...args].some((word) => /[\r\n\0]/.test(word)) || program.includes('"')) {
    throw new Error("a batch file cannot be given line breaks, nor have a quotation mark in its name");
  }
  const words = args.map((word) => {
    const escaped = word.replace(/(\\*)"/g, '$1$1""').replaceAll("%", "%%cd:~,%");
    if (PLAIN_FOR_BATCH.test(word) && !word.endsWith("\\")) return escaped;
    return `"${escaped.replace(/(\\+)$/, "$1$1")}"`;
  });
  return `cmd.exe /e:ON /v:OFF /d /c "${[`"${program}"`, ...words].join(" ")}"`;
}
