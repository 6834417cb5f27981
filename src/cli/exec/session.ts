// Describes a run for its banner (exec.md 4.1).

import type { Config } from "../../config/config";
import type { Session } from "./human-printer";

/** `thread` is the one that runs. */
export function describeSession(
  config: Config,
  thread: { readonly id: string; readonly model: string },
): Session {
  return {
    workdir: config.cwd,
    model: thread.model,
    provider: config.modelProviderId,
    approval: typeof config.approvalPolicy === "string" ? config.approvalPolicy : "granular",
    sandbox: describeSandbox(config),
    reasoningEffort: config.toml.model_reasoning_effort ?? null,
    reasoningSummaries: config.toml.model_reasoning_summary ?? null,
    sessionId: thread.id,
  };
}

/** `workspace-write [workdir, /tmp, $TMPDIR, /opt] (network access enabled)` */
export function describeSandbox(config: Pick<Config, "sandboxPolicy" | "writableRootsFlag">): string {
  const policy = config.sandboxPolicy;
  switch (policy.type) {
    case "danger-full-access":
      return policy.type;
    case "read-only":
      return policy.type + network(policy.network_access ?? false);
    case "external-sandbox":
      return policy.type + network(policy.network_access === "enabled");
    case "workspace-write": {
      const roots = new Set([
        "workdir",
        ...(policy.exclude_slash_tmp ? [] : ["/tmp"]),
        ...(policy.exclude_tmpdir_env_var ? [] : ["$TMPDIR"]),
        ...(policy.writable_roots ?? []),
        ...config.writableRootsFlag,
      ]);
      return `${policy.type} [${[...roots].join(", ")}]${network(policy.network_access)}`;
    }
  }
}

function network(enabled: boolean): string {
  return enabled ? " (network access enabled)" : "";
}
