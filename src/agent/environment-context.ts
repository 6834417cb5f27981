// The <environment_context> part of the first user message, and of the updates that follow a change (agent.md 3 and 7).

import { existsSync, realpathSync } from "node:fs";
import type { PermissionEntry, PermissionPath, PermissionProfile } from "../protocol/policy";

export type EnvironmentContext = {
  /** Left out of an update when it did not change. */
  readonly cwd?: string;
  readonly shell?: string;
  /** Local date, `YYYY-MM-DD`. */
  readonly currentDate: string;
  /** IANA name. */
  readonly timezone: string;
  readonly workspaceRoots: readonly string[];
  readonly profile: PermissionProfile;
};

export function environmentContextText(context: EnvironmentContext): string {
  const roots = context.workspaceRoots.map((root) => element("root", root)).join("");
  const lines = [
    context.cwd === undefined ? null : element("cwd", context.cwd),
    context.shell === undefined ? null : element("shell", context.shell),
    element("current_date", context.currentDate),
    element("timezone", context.timezone),
    `<filesystem><workspace_roots>${roots}</workspace_roots>${profileElement(context.profile)}</filesystem>`,
  ];
  const body = lines.filter((line) => line !== null).map((line) => `  ${line}`);
  return ["<environment_context>", ...body, "</environment_context>"].join("\n");
}

/** Today in local time, and the zone it was computed in. */
export function localDate(now: Date = new Date()): { currentDate: string; timezone: string } {
  const two = (part: number) => String(part).padStart(2, "0");
  const currentDate = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  return { currentDate, timezone: timeZone() };
}

const ZONE_LINK = "/etc/localtime";

/** As the system names it (`Etc/UTC`), which the runtime would shorten; what sessions of other programs say too. */
function timeZone(): string {
  const known = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (process.env.TZ || !existsSync(ZONE_LINK)) return known;
  const named = realpathSync(ZONE_LINK).split("/zoneinfo/")[1];
  return named ?? known;
}

function profileElement(profile: PermissionProfile): string {
  if (profile.type === "disabled") return unrestricted("disabled");
  if (profile.type === "external") return unrestricted("external");
  if (profile.file_system.type === "unrestricted") return unrestricted("managed");
  const entries = profile.file_system.entries.map(entryElement).join("");
  return `<permission_profile type="managed"><file_system type="restricted">${entries}</file_system></permission_profile>`;
}

function unrestricted(type: string): string {
  return `<permission_profile type="${type}"><file_system type="unrestricted" /></permission_profile>`;
}

function entryElement(entry: PermissionEntry): string {
  const escalatable = entry.access === "deny" ? ' escalatable="false"' : "";
  return `<entry access="${entry.access}"${escalatable}>${pathElement(entry.path)}</entry>`;
}

function pathElement(path: PermissionPath): string {
  if (path.type === "path") return element("path", path.path);
  if (path.type === "glob_pattern") return element("glob", path.pattern);
  const { value } = path;
  if (value.kind === "unknown") return element("special", value.path);
  const subpath = value.kind === "project_roots" && value.subpath !== undefined ? `/${value.subpath}` : "";
  return element("special", `:${value.kind}${subpath}`);
}

function element(name: string, text: string): string {
  return `<${name}>${escapeXml(text)}</${name}>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
