// What the model is told before the first prompt, and what is appended when the settings of a later turn differ (agent.md 3 and 7).

import type { ApprovalPolicy, PermissionProfile, SandboxPolicy } from "../protocol/policy";
import type { ContentPart, MessageItem } from "../protocol/response-items";
import type { TurnContext } from "../protocol/rollout";
import { agentsMdMessage } from "./agents-md";
import { environmentContextText } from "./environment-context";
import { permissionsText } from "./permissions";

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
  readonly agentsMd: string | null;
  readonly developerInstructions: string | undefined;
  readonly includePermissions: boolean;
  readonly includeEnvironment: boolean;
};

/** The developer message and the contextual user message of a new thread. */
export function initialContext(settings: TurnSettings): readonly MessageItem[] {
  const developer = [
    settings.includePermissions ? permissionsSection(settings) : null,
    settings.developerInstructions ?? null,
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
    ...(settings.effort !== undefined && { effort: settings.effort }),
    summary: settings.summary,
  };
}

function workspaceRoots({ cwd, sandboxPolicy }: TurnSettings): readonly string[] {
  const added = sandboxPolicy.type === "workspace-write" ? (sandboxPolicy.writable_roots ?? []) : [];
  return [...new Set([cwd, ...added])];
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
