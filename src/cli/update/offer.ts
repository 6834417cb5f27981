// What the prompt UI can offer about a newer version: the command that brings it, and not to hear of it again (login-notify.md 9.1).

import type { Environment } from "../../config/home";
import type { NewerVersion } from "../../ui/options";
import { osErrorText } from "../../util/os-error";
import { VERSION } from "../../util/version";
import { ownInstallMethod, shownCommand } from "./install-method";
import { dismissVersion } from "./latest-version";
import { releasesUrl } from "./release-channel";

/** Undefined where nobody knows how this executable was installed. */
export function offeredUpdate(codexHome: string, latest: string, env: Environment): NewerVersion | undefined {
  const method = ownInstallMethod(codexHome, env);
  if (method.type === "other") return undefined;
  const releases = releasesUrl();
  return {
    current: VERSION,
    latest,
    command: shownCommand(method.update),
    notes: releases === undefined ? undefined : `${releases}/tag/v${latest}`,
    async install() {
      const { run } = await import("./update");
      return await run();
    },
    dismiss() {
      try {
        dismissVersion(codexHome, latest);
        return undefined;
      } catch (error) {
        return `That version ${latest} is to be skipped could not be remembered: ${osErrorText(error)}`;
      }
    },
  };
}
