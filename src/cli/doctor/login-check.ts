// Whether `codex doctor` finds a login for the model provider.

import { loginStatus, statusText } from "../../auth/status";
import { authStore } from "../../auth/store";
import { tryLock } from "../../exec/libc";
import { configOf, isFinding, type Finding, type Subject } from "./check";

/** No key and no token is shown. */
export async function loginFinding(subject: Subject): Promise<Finding> {
  const config = configOf(subject);
  if (isFinding(config)) return config;
  const { provider, modelProviderId } = config;
  if (!provider.requiresOpenaiAuth) {
    const variable = provider.envKey;
    if (variable === undefined) return { status: "ok", summary: `${modelProviderId} needs no login` };
    if ((subject.env[variable] ?? "") !== "") return { status: "ok", summary: `${variable} is set` };
    return {
      status: "fail",
      summary: `the variable ${variable}, which ${modelProviderId} needs, is not set`,
      remediation: provider.envKeyInstructions ?? `export ${variable}=…`,
    };
  }
  const status = await loginStatus(authStore(config, { tryLock }));
  const details = { store: config.toml.cli_auth_credentials_store ?? "file" };
  if (status.type === "broken") {
    return { status: "fail", summary: status.message, details, remediation: "Log in again: `codex login`." };
  }
  if (status.type !== "none") return { status: "ok", summary: statusText(status), details };
  if ((subject.env["CODEX_API_KEY"] ?? "").trim() !== "") {
    return { status: "ok", summary: "CODEX_API_KEY is set, which `codex exec` uses", details };
  }
  return {
    status: "fail",
    summary: "nobody is signed in",
    details,
    remediation:
      "`codex login`, or `printenv OPENAI_API_KEY | codex login --with-api-key`; `codex demo` needs neither.",
  };
}
