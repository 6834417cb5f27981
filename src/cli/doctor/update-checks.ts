// What `codex doctor` says of updates; it asks nobody, it only tells what the last check at a start found.

import { isNewer, knownVersion } from "../update/latest-version";
import { ownInstallMethod, shownCommand } from "../update/install-method";
import { releasesUrl } from "../update/release-channel";
import { VERSION } from "../../util/version";
import type { Check, Finding, Subject } from "./check";

export const UPDATE_CHECKS: readonly Check[] = [
  { id: "updates.status", category: "Updates", name: "updates", look: updates },
];

function updates({ env, codexHome, config }: Subject): Finding {
  const releases = releasesUrl();
  if (releases === undefined) return { status: "idle", summary: "this build belongs to no release" };
  if (!("type" in config) && config.toml.check_for_update_on_startup === false) {
    return { status: "idle", summary: "the check is switched off (check_for_update_on_startup)" };
  }
  const known = knownVersion(codexHome);
  if (known === undefined) return { status: "idle", summary: "not asked yet" };
  const details = { latest: known.latest, asked: known.checkedAt.toISOString(), releases };
  if (!isNewer(known.latest, VERSION)) return { status: "ok", summary: "this is the newest", details };
  const method = ownInstallMethod(codexHome, env);
  const remediation =
    method.type === "other"
      ? `It is at ${releases}.`
      : `\`codex update\` runs \`${shownCommand(method.update)}\`.`;
  return { status: "warning", summary: `${known.latest} is out, this is ${VERSION}`, details, remediation };
}
