// Which release is the newest, remembered in `version.json` so that nothing waits for the answer (login-notify.md 9.1).

import { join } from "node:path";
import type { Config } from "../../config/config";
import { readIfPresent } from "../../config/home";
import { extraCertificates } from "../../util/certificates";
import { replaceFile } from "../../util/replace-file";
import { releasesUrl } from "./release-channel";

export type KnownVersion = {
  /** `0.140.0` */
  readonly latest: string;
  readonly checkedAt: Date;
  /** The version that the user does not want to hear of. */
  readonly dismissed: string | null;
};

/** An answer older than this is asked for anew. */
const FRESH_MS = 20 * 60 * 60 * 1000;
const ANSWER_MS = 5_000;
const FILE_MODE = 0o600;
const VERSION_PATTERN = /^(\d+)\.(\d+)\.(\d+)$/;

/** What an earlier check found; undefined before the first, and for a file that cannot be read. */
export function knownVersion(codexHome: string): KnownVersion | undefined {
  const text = readIfPresent(versionFile(codexHome));
  if (text === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== "object" || parsed === null) return undefined;
    const {
      latest_version: latest,
      last_checked_at: at,
      dismissed_version: dismissed,
    } = { ...parsed } as Record<string, unknown>;
    const checkedAt = new Date(String(at));
    if (typeof latest !== "string" || Number.isNaN(checkedAt.getTime())) return undefined;
    return { latest, checkedAt, dismissed: typeof dismissed === "string" ? dismissed : null };
  } catch {
    // It is written anew by the next check.
    return undefined;
  }
}

/** True when a check is wanted, there is somewhere to ask, and the last answer is old. */
export function isCheckDue({ codexHome, toml }: Pick<Config, "codexHome" | "toml">, now: Date): boolean {
  if (toml.check_for_update_on_startup === false || releasesUrl() === undefined) {
    return false;
  }
  const known = knownVersion(codexHome);
  return known === undefined || now.getTime() - known.checkedAt.getTime() > FRESH_MS;
}

/**
 * Asks for the newest release and remembers it. Resolves to undefined when there is no usable answer, for whatever
 * reason: a missing update check is nobody's problem.
 */
export async function checkLatestVersion(
  codexHome: string,
  env: Readonly<Record<string, string | undefined>>,
  now: Date,
): Promise<string | undefined> {
  const releases = releasesUrl();
  if (releases === undefined) return undefined;
  try {
    // GitHub answers with a redirect to the page of that release, whose last part is its tag.
    const response = await fetch(`${releases}/latest`, {
      method: "HEAD",
      redirect: "manual",
      signal: AbortSignal.timeout(ANSWER_MS),
      ...(await extraCertificates(env)),
    });
    const latest = /\/v(\d+\.\d+\.\d+)$/.exec(response.headers.get("location") ?? "")?.[1];
    if (latest === undefined) return undefined;
    remember(codexHome, { latest, checkedAt: now, dismissed: knownVersion(codexHome)?.dismissed ?? null });
    return latest;
  } catch {
    // No network, no certificate, a full disk: the next start asks again.
    return undefined;
  }
}

export function dismissVersion(codexHome: string, version: string): void {
  const known = knownVersion(codexHome);
  if (known !== undefined) remember(codexHome, { ...known, dismissed: version });
}

/** Pre-releases are never newer. */
export function isNewer(candidate: string, current: string): boolean {
  const [theirs, ours] = [VERSION_PATTERN.exec(candidate), VERSION_PATTERN.exec(current)];
  if (theirs === null || ours === null) return false;
  for (const part of [1, 2, 3]) {
    const difference = Number(theirs[part]) - Number(ours[part]);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

function remember(codexHome: string, { latest, checkedAt, dismissed }: KnownVersion): void {
  const line = {
    latest_version: latest,
    last_checked_at: checkedAt.toISOString(),
    dismissed_version: dismissed,
  };
  replaceFile(versionFile(codexHome), `${JSON.stringify(line)}\n`, FILE_MODE);
}

function versionFile(codexHome: string): string {
  return join(codexHome, "version.json");
}
