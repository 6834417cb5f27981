// Asks what the agent may do without asking: presets of approval policy and sandbox (tui.md 6.2).

import type { Config } from "../../config/config";
import { editConfigFile } from "../../config/edit";
import { tryLock } from "../../exec/libc";
import { policyOfMode, profilePermissions } from "../../config/permissions";
import type { ApprovalPolicy, SandboxMode, SandboxPolicy } from "../../protocol/policy";
import type { NamedProfile, ThreadSettings } from "../../protocol/thread";
import { homeFolder } from "../../util/home-folder";
import { messageOf, UserError } from "../../util/user-error";
import type { Choice } from "../questions/choice";
import { choose } from "../questions/choose";
import { visibleLine } from "../questions/visible";
import type { Screen } from "../terminal/screen";
import type { Theme } from "../terminal/theme";

export type PermissionPickerOptions = {
  readonly screen: Screen;
  readonly theme: Theme;
  readonly config: Pick<Config, "toml" | "activeConfigPath" | "cwd" | "codexHome" | "writableRootsFlag">;
  /** In force now. */
  readonly settings: ThreadSettings;
  /** Why a choice is not allowed here, else undefined. */
  readonly refusal?: (preset: PickedPermissions) => string | undefined;
  readonly platform?: NodeJS.Platform;
};

export type PickedPermissions = {
  readonly name: string;
  readonly approvalPolicy: ApprovalPolicy;
  readonly sandboxPolicy: SandboxPolicy;
  /** Undefined where the policy says all. */
  readonly permissionProfile: NamedProfile | undefined;
  /** What went wrong while the choice was made, for the user to read. */
  readonly warning?: string;
};

type Preset = {
  readonly name: string;
  readonly hint: string;
  readonly approvalPolicy: ApprovalPolicy;
  readonly mode: SandboxMode;
};

const PRESETS: readonly Preset[] = [
  {
    name: "Read Only",
    hint: "Read files here. Changing anything needs your approval.",
    approvalPolicy: "on-request",
    mode: "read-only",
  },
  {
    name: "Ask for approval",
    hint: "Read and change files in this folder, and run commands in the sandbox. Anything beyond needs your approval.",
    approvalPolicy: "on-request",
    mode: "workspace-write",
  },
  {
    name: "Full Access",
    hint: "Change any file and use the network without asking. Be careful.",
    approvalPolicy: "never",
    mode: "danger-full-access",
  },
];

/** Full access is asked about once more, unless the user has said not to. */
export async function pickPermissions(
  options: PermissionPickerOptions,
): Promise<PickedPermissions | "cancelled"> {
  const { screen, theme, config } = options;
  const choices = [...permissionChoices(options), ...profileChoices(options)];
  for (;;) {
    const picked = await choose({ screen, theme, title: "Update Model Permissions", options: choices });
    if (picked === "cancelled") return "cancelled";
    const isFull = picked.sandboxPolicy.type === "danger-full-access";
    if (!isFull || config.toml.notice?.hide_full_access_warning === true) return picked;
    const decision = await confirmFullAccess(options);
    if (decision === "yes") return picked;
    if (decision === "always") return { ...picked, ...saveAnswer(config) };
  }
}

/** Pure. The one in force is marked; read-only is listed on Windows alone. */
export function permissionChoices({
  config,
  settings,
  refusal,
  platform = process.platform,
}: Omit<PermissionPickerOptions, "screen" | "theme">): readonly Choice<PickedPermissions>[] {
  return PRESETS.filter(({ mode }) => mode !== "read-only" || platform === "win32").map(
    ({ name, hint, approvalPolicy, mode }) => {
      const isSameMode = settings.permissionProfile === undefined && settings.sandboxPolicy.type === mode;
      const isCurrent = isSameMode && settings.approvalPolicy === approvalPolicy;
      const sandboxPolicy = isSameMode
        ? settings.sandboxPolicy
        : policyOfMode(mode, config.toml.sandbox_workspace_write);
      const value = { name, approvalPolicy, sandboxPolicy, permissionProfile: undefined };
      const reason = refusal?.(value);
      return {
        value,
        label: `${name}${isCurrent ? " (current)" : ""}`,
        hint,
        ...(reason === undefined ? {} : { disabled: reason }),
      };
    },
  );
}

/** The profiles of `[permissions]`, by name. One that cannot be enforced says why. When one asks stays as it is. */
function profileChoices({
  config,
  settings,
}: Pick<PermissionPickerOptions, "config" | "settings">): readonly Choice<PickedPermissions>[] {
  const { toml, cwd, codexHome, writableRootsFlag: addDirs } = config;
  const place = { cwd, codexHome, home: homeFolder(), addDirs };
  const { approvalPolicy } = settings;
  return Object.keys(toml.permissions ?? {})
    .toSorted()
    .map((name): Choice<PickedPermissions> => {
      const isCurrent = settings.permissionProfile?.name === name;
      const shownName = visibleLine(name);
      const label = `${shownName}${isCurrent ? " (current)" : ""}`;
      try {
        const { permissionProfile: profile, sandboxPolicy, warnings } = profilePermissions(name, toml, place);
        const permissionProfile = { name, profile };
        const value = { name: shownName, approvalPolicy, sandboxPolicy, permissionProfile };
        const warning = warnings.length === 0 ? {} : { warning: warnings.join("\n") };
        return { value: { ...value, ...warning }, label, hint: "A permission profile of yours." };
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        const { sandboxPolicy, permissionProfile } = settings;
        const value = { name: shownName, approvalPolicy, sandboxPolicy, permissionProfile };
        return { value, label, disabled: visibleLine(messageOf(error)) };
      }
    });
}

/** `Permissions updated to Full Access` */
export function permissionNotice({ name }: PickedPermissions): string {
  return `Permissions updated to ${name}`;
}

async function confirmFullAccess({
  screen,
  theme,
}: PermissionPickerOptions): Promise<"yes" | "always" | "no" | "cancelled"> {
  return await choose<"yes" | "always" | "no">({
    screen,
    theme,
    title: "Enable full access?",
    subtitle:
      "Commands will run outside the sandbox and may do all that you may: to every file, with every program, over the network. " +
      "You are not asked before. A mistake, or a text that misleads the model, can destroy data or give it away.",
    options: [
      { value: "yes", label: "Yes, continue anyway", hint: "For this session." },
      { value: "always", label: "Yes, and don't ask again", hint: "This question will not come back." },
      { value: "no", label: "Cancel", key: ["esc"] },
    ],
  });
}

function saveAnswer(config: PermissionPickerOptions["config"]): Pick<PickedPermissions, "warning"> {
  try {
    const path = ["notice", "hide_full_access_warning"];
    editConfigFile(config.activeConfigPath, [{ type: "set", path, value: true }], { tryLock });
    return {};
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { warning: messageOf(error) };
  }
}
