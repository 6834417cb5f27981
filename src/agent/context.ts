// What the model is told before the first prompt, and what is appended when the settings of a later turn differ (agent.md 3 and 7).

import { existsSync, realpathSync } from "node:fs";
import type {
  ApprovalPolicy,
  PermissionEntry,
  PermissionPath,
  PermissionProfile,
  SandboxPolicy,
} from "../protocol/policy";
import type { ContentPart, MessageItem } from "../protocol/response-items";
import type { TurnContext } from "../protocol/rollout";
import type { CollaborationMode } from "../protocol/thread";
import { agentsMdMessage } from "./agents-md";
import { permissionsText } from "./permissions";
import { collaborationSection } from "./plan-mode";

export type TurnSettings = {
  readonly cwd: string;
  /** Name of the user's shell, e.g. `bash`. */
  readonly shellName: string;
  readonly currentDate: string;
  readonly timezone: string;
  readonly sandboxPolicy: SandboxPolicy;
  readonly profile: PermissionProfile;
  readonly writableRoots: readonly string[];
  readonly approvalPolicy: ApprovalPolicy;
  readonly approvedPrefixes: readonly (readonly string[])[];
  readonly model: string;
  readonly effort: string | undefined;
  readonly summary: string;
  readonly collaborationMode: CollaborationMode;
  /** The section that lists the skills; null when there are none. */
  readonly skills: string | null;
  readonly agentsMd: string | null;
  readonly developerInstructions: string | undefined;
  readonly includePermissions: boolean;
  readonly includeCollaborationMode: boolean;
  readonly includeEnvironment: boolean;
};

/** The developer message and the contextual user message of a new thread. */
export function initialContext(settings: TurnSettings): readonly MessageItem[] {
  const developer = [
    settings.includePermissions ? permissionsSection(settings) : null,
    settings.developerInstructions ?? null,
    modeSection("default", settings),
    settings.skills,
  ];
  const user = [
    settings.agentsMd === null ? null : agentsMdMessage(settings.agentsMd, settings.cwd),
    settings.includeEnvironment ? environmentSection(settings, { withPlace: true }) : null,
  ];
  return [...message("developer", developer), ...message("user", user)];
}

/** Only what changed since `previous`, appended so that everything already sent stays as it was. */
export function contextUpdates(
  previous: TurnContext,
  settings: TurnSettings,
  instructions: string,
): readonly MessageItem[] {
  const profileChanged = !same(previous.permission_profile, settings.profile);
  const permissionsChanged = profileChanged || !same(previous.approval_policy, settings.approvalPolicy);
  const developer = [
    previous.model === settings.model ? null : modelSwitchSection(instructions),
    settings.includePermissions && permissionsChanged ? permissionsSection(settings) : null,
    modeSection(modeOf(previous), settings),
  ];
  const moved = previous.cwd !== settings.cwd;
  const environmentChanged =
    moved ||
    previous.current_date !== settings.currentDate ||
    previous.timezone !== settings.timezone ||
    profileChanged;
  const user =
    settings.includeEnvironment && environmentChanged
      ? environmentSection(settings, { withPlace: moved })
      : null;
  return [...message("developer", developer), ...message("user", [user])];
}

/** The baseline that the next turn is compared with, as written to the session file. */
export function turnContext(settings: TurnSettings, turnId: string): TurnContext {
  return {
    turn_id: turnId,
    cwd: settings.cwd,
    workspace_roots: workspaceRoots(settings),
    current_date: settings.currentDate,
    timezone: settings.timezone,
    approval_policy: settings.approvalPolicy,
    sandbox_policy: settings.sandboxPolicy,
    permission_profile: settings.profile,
    model: settings.model,
    ...(settings.collaborationMode !== "default" && {
      collaboration_mode: {
        mode: settings.collaborationMode,
        settings: {
          model: settings.model,
          reasoning_effort: settings.effort ?? null,
          developer_instructions: null,
        },
      },
    }),
    ...(settings.effort !== undefined && { effort: settings.effort }),
    summary: settings.summary,
  };
}

function workspaceRoots({ cwd, sandboxPolicy }: TurnSettings): readonly string[] {
  const added = sandboxPolicy.type === "workspace-write" ? (sandboxPolicy.writable_roots ?? []) : [];
  return [...new Set([cwd, ...added])];
}

/** Null where the model is in the picture already; the default mode needs no words unless another one was before. */
function modeSection(before: CollaborationMode, settings: TurnSettings): string | null {
  const { collaborationMode, includeCollaborationMode } = settings;
  return includeCollaborationMode && before !== collaborationMode
    ? collaborationSection(collaborationMode)
    : null;
}

/** The mode that a recorded turn was in. */
export function modeOf({ collaboration_mode: recorded }: TurnContext): CollaborationMode {
  const isPlan = typeof recorded === "object" && recorded !== null && "mode" in recorded;
  return isPlan && recorded.mode === "plan" ? "plan" : "default";
}

function permissionsSection(settings: TurnSettings): string {
  return permissionsText(
    settings.sandboxPolicy,
    settings.approvalPolicy,
    settings.writableRoots,
    settings.approvedPrefixes,
  );
}

function environmentSection(settings: TurnSettings, options: { withPlace: boolean }): string {
  return environmentContextText({
    ...(options.withPlace && { cwd: settings.cwd, shell: settings.shellName }),
    currentDate: settings.currentDate,
    timezone: settings.timezone,
    workspaceRoots: workspaceRoots(settings),
    profile: settings.profile,
  });
}

function modelSwitchSection(instructions: string): string {
  return `<model_switch>\nThe model was changed in the middle of this conversation. From here on follow these instructions:\n\n${instructions}\n</model_switch>`;
}

function message(role: "developer" | "user", sections: readonly (string | null)[]): readonly MessageItem[] {
  const content: readonly ContentPart[] = sections
    .filter((section) => section !== null && section !== "")
    .map((text) => ({ type: "input_text", text: text ?? "" }));
  return content.length === 0 ? [] : [{ type: "message", role, content }];
}

/** Both sides are plain JSON; key order is that of their one constructor. */
function same(a: unknown, b: unknown): boolean {
  return Bun.deepEquals(a, b);
}

type EnvironmentContext = {
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

function environmentContextText(context: EnvironmentContext): string {
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
