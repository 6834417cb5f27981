// Where session files live and how they are named (rollout.md 1 and 2).

import { basename, join } from "node:path";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const FILE_NAME =
  /^rollout-(\d{4})-(\d\d)-(\d\d)T(\d\d)-(\d\d)-(\d\d)-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** Files of active threads, in `YYYY/MM/DD` folders. */
export function sessionsFolder(codexHome: string): string {
  return join(codexHome, "sessions");
}

/** Files of archived threads, flat. */
export function archiveFolder(codexHome: string): string {
  return join(codexHome, "archived_sessions");
}

/** The path of a new thread's file; date and time are local, as the reference writes them. */
export function rolloutPath(codexHome: string, threadId: string, startedAt: Date): string {
  const { year, month, day, time } = localParts(startedAt);
  const name = `rollout-${year}-${month}-${day}T${time}-${threadId}.jsonl`;
  return join(sessionsFolder(codexHome), year, month, day, name);
}

/** The folder under `sessions/` that a file name belongs to, from the date in the name; undefined for a foreign name. */
export function dateFolder(codexHome: string, path: string): string | undefined {
  const match = FILE_NAME.exec(stem(path));
  if (!match) return undefined;
  return join(sessionsFolder(codexHome), match[1] ?? "", match[2] ?? "", match[3] ?? "");
}

/** The thread id at the end of a file name (`.jsonl` or `.jsonl.zst`), or undefined. */
export function threadIdOf(path: string): string | undefined {
  const id = stem(path).slice(-36);
  return UUID.test(id) ? id : undefined;
}

/** When the thread began, from the local time in the file name; undefined for a foreign name. */
export function startTimeOf(path: string): Date | undefined {
  const match = FILE_NAME.exec(stem(path));
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  return new Date(year, month - 1, day, hour, minute, second);
}

/** Lower case with dashes when the text is a UUID in that or the bare 32-digit form, else undefined (then it is a name). */
export function asThreadId(text: string): string | undefined {
  const lower = text.toLowerCase();
  const dashed = /^[0-9a-f]{32}$/.test(lower)
    ? lower.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
    : lower;
  return UUID.test(dashed) ? dashed : undefined;
}

export function isRolloutFile(name: string): boolean {
  return name.endsWith(".jsonl") || isCompressed(name);
}

export function isCompressed(path: string): boolean {
  return path.endsWith(".jsonl.zst");
}

/** The `.jsonl` form of a path, which is the one shown to clients. */
export function plainPath(path: string): string {
  return isCompressed(path) ? path.slice(0, -".zst".length) : path;
}

function stem(path: string): string {
  return basename(plainPath(path), ".jsonl");
}

function localParts(date: Date): { year: string; month: string; day: string; time: string } {
  const two = (n: number): string => String(n).padStart(2, "0");
  return {
    year: String(date.getFullYear()).padStart(4, "0"),
    month: two(date.getMonth() + 1),
    day: two(date.getDate()),
    time: [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join("-"),
  };
}
