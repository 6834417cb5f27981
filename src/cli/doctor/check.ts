// One check of `codex doctor`, and running them: side by side, none longer than its deadline, none able to fail the others.

import type { Config } from "../../config/config";
import type { Environment } from "../../config/home";
import { messageOf } from "../../util/user-error";

/** `idle`: there is nothing to check. */
export type CheckStatus = "ok" | "idle" | "warning" | "fail";

export type Finding = {
  readonly status: CheckStatus;
  /** One line. */
  readonly summary: string;
  /** Facts, shown below the summary with `--all`, and always for what is not well. */
  readonly details?: Readonly<Record<string, string>>;
  /** What to do about it. */
  readonly remediation?: string;
};

/** What there is to look at. */
export type Subject = {
  readonly env: Environment;
  readonly codexHome: string;
  /** Absolute. */
  readonly cwd: string;
  /** A configuration that cannot be loaded is itself a finding. */
  readonly config: Config | { readonly type: "invalid"; readonly message: string };
};

export type Check = {
  /** As in the JSON report: `sandbox.helpers`. */
  readonly id: string;
  readonly category: "Environment" | "Configuration" | "Updates" | "Connectivity";
  /** A word for people. */
  readonly name: string;
  readonly look: (subject: Subject) => Promise<Finding> | Finding;
};

export type CheckedItem = Omit<Check, "look"> & Finding & { readonly durationMs: number };

/** The longest that any check is waited for. */
const DEADLINE_MS = 10_000;

/** In the order given. Never rejects. */
export function runChecks(checks: readonly Check[], subject: Subject): Promise<readonly CheckedItem[]> {
  return Promise.all(checks.map((check) => runCheck(check, subject)));
}

/** The loaded configuration, or the finding of a check that needs one. */
export function configOf({ config }: Subject): Config | Finding {
  if (!("type" in config)) return config;
  return { status: "idle", summary: "not checked: config.toml cannot be loaded" };
}

export function isFinding(value: Config | Finding): value is Finding {
  return "status" in value;
}

async function runCheck({ look, ...check }: Check, subject: Subject): Promise<CheckedItem> {
  const started = performance.now();
  const late = Promise.withResolvers<Finding>();
  const timer = setTimeout(() => {
    late.resolve({ status: "fail", summary: `no answer within ${DEADLINE_MS / 1000} seconds` });
  }, DEADLINE_MS);
  try {
    const finding = await Promise.race([Promise.try(look, subject), late.promise]);
    return { ...check, ...finding, durationMs: Math.round(performance.now() - started) };
  } catch (error) {
    const summary = messageOf(error);
    return { ...check, status: "fail", summary, durationMs: Math.round(performance.now() - started) };
  } finally {
    clearTimeout(timer);
  }
}
