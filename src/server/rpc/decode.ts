// Reads the parameters of a request, and says in the words of the reference what is wrong with them (exec-server.md 2, app-server.md 3).

import { isAbsolute, resolve } from "node:path";
import { decodeBase64 } from "./base64";
import { INVALID_PARAMS, INVALID_REQUEST, isRecord, RpcFailure } from "./message";

/** Gives the value, or throws `RpcFailure`. */
export type Decode<T> = (value: unknown) => T;
/** `missing` gives the value of a field that is not there; without it the field must be. */
export type Field<T> = { readonly decode: Decode<T>; readonly missing?: () => T };

/** Parameters that are not what they must be. Where a value has the wrong type, a server may name the types in its own way. */
export class Mismatch extends RpcFailure {
  readonly wrong: { readonly value: unknown; readonly expected: string } | undefined;

  constructor(message: string, wrong?: Mismatch["wrong"]) {
    super(INVALID_PARAMS, message);
    this.wrong = wrong;
  }
}

type Decoded<F> = { readonly [Name in keyof F]: F[Name] extends Field<infer T> ? T : never };

export const string: Decode<string> = (value) =>
  typeof value === "string" ? value : wrongType(value, "a string");

export const boolean: Decode<boolean> = (value) =>
  typeof value === "boolean" ? value : wrongType(value, "a boolean");

export const count: Decode<number> = (value) => {
  if (typeof value !== "number") return wrongType(value, "u64");
  return Number.isInteger(value) && value >= 0 ? value : invalid("invalid number");
};

/** Absolute; `.` and `..` are folded without looking at the disk. */
export const path: Decode<string> = (value) => {
  if (typeof value !== "string") return wrongType(value, "path string");
  if (!isAbsolute(value)) return invalid("AbsolutePathBuf deserialized without a base path");
  if (value.includes("\0")) {
    throw new RpcFailure(INVALID_REQUEST, "file name contained an unexpected NUL byte");
  }
  return resolve(value);
};

export const base64: Decode<Uint8Array> = (value) => {
  const decoded = decodeBase64(string(value));
  return decoded.type === "bytes" ? decoded.bytes : invalid(decoded.reason);
};

/** No parameters. */
export const unit: Decode<null> = (value) =>
  value === null || (isRecord(value) && Object.keys(value).length === 0) ? null : wrongType(value, "unit");

export function list<T>(item: Decode<T>): Decode<readonly T[]> {
  return (value) => (Array.isArray(value) ? value.map(item) : wrongType(value, "a sequence"));
}

export function map<T>(item: Decode<T>): Decode<Readonly<Record<string, T>>> {
  return (value) => {
    if (!isRecord(value)) return wrongType(value, "a map");
    return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, item(held)]));
  };
}

export function oneOf<const T extends string>(...names: readonly T[]): Decode<T> {
  return (value) => {
    const wanted = typeof value === "string" ? value : wrongType(value, "variant identifier");
    const found = names.find((name) => name === wanted);
    const all = names.map((name) => `\`${name}\``).join(", ");
    return (
      found ?? invalid(`unknown variant \`${wanted}\`, expected ${names.length > 1 ? "one of " : ""}${all}`)
    );
  };
}

export function required<T>(decode: Decode<T>): Field<T> {
  return { decode };
}

/** Null counts as missing. */
export function optional<T>(decode: Decode<T>): Field<T | undefined> {
  return { decode: (value) => (value === null ? undefined : decode(value)), missing: () => undefined };
}

export function withDefault<T>(decode: Decode<T>, byDefault: T): Field<T> {
  return { decode: (value) => (value === null ? byDefault : decode(value)), missing: () => byDefault };
}

/** Fields that are not known are ignored. What has the wrong type is told before what is missing. */
export function struct<F extends Readonly<Record<string, Field<unknown>>>>(
  name: string,
  fields: F,
): Decode<Decoded<F>> {
  return (value) => {
    if (!isRecord(value)) return wrongType(value, `struct ${name}`);
    const given = Object.entries(fields).map(([field, { decode, missing }]) => {
      if (Object.hasOwn(value, field)) return [field, decode(value[field])] as const;
      return [field, missing ?? (() => invalid(`missing field \`${field}\``))] as const;
    });
    const filled = given.map(([field, held]) => [field, typeof held === "function" ? held() : held]);
    return Object.fromEntries(filled) as Decoded<F>; // Each field has gone through its own decoder; none gives a function.
  };
}

export function wrongType(value: unknown, expected: string): never {
  throw new Mismatch(`invalid type: ${typeName(value)}, expected ${expected}`, { value, expected });
}

export function invalid(message: string): never {
  throw new Mismatch(message);
}

/** What a value is, in the words of the reference. */
export function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "sequence";
  if (typeof value === "string") return `string ${JSON.stringify(shortened(value))}`;
  if (typeof value === "boolean") return `boolean \`${value}\``;
  return typeof value === "number" ? "number" : "map";
}

/** What was sent may be megabytes. */
export function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
