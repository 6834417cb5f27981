// What is looked at before a non-interactive run begins, each thing with its own refusal (exec.md 1, steps 6 to 10).

import { loginRefusal } from "../../auth/restrictions";
import { authStore } from "../../auth/store";
import type { Config } from "../../config/config";
import type { Environment } from "../../config/home";
import { gitRoot } from "../../config/trust";
import { tryLock } from "../../exec/libc";
import { loadRules, rulesFolders } from "../../rules/load";
import type { RuleSet } from "../../rules/match";
import { rulesError } from "../../rules/rules-error";
import { UserError } from "../../util/user-error";
import { writeOutputNow } from "../output";
import { isTerminal } from "../terminal";
import type { ExecFlags } from "./flags";

/** A file of rules with a mistake in it may be the one that forbids something. @throws UserError */
export function readRules({ ignoreRules }: ExecFlags, { codexHome, layers }: Config): RuleSet {
  const { rules, problem } = loadRules(rulesFolders({ codexHome, layers, ignoreRules }));
  if (problem !== undefined) throw rulesError(problem);
  return rules;
}

/** @throws UserError when the configuration does not allow the login that would be used */
export async function checkLogin(config: Config): Promise<void> {
  const refusal = await loginRefusal(config, authStore(config, { tryLock }), process.env, { exec: true });
  if (refusal !== undefined) throw new UserError(refusal, { prefixed: false });
}

/** What to do when the provider will refuse us, since nobody has signed in; undefined when somebody has, or no login is needed. */
export async function signInAdvice(config: Config, env: Environment): Promise<string | undefined> {
  if (!config.provider.requiresOpenaiAuth) return undefined;
  if (["CODEX_API_KEY", "CODEX_ACCESS_TOKEN"].some((name) => (env[name] ?? "").trim() !== ""))
    return undefined;
  if ((await authStore(config, { tryLock }).load()) !== undefined) return undefined;
  return "Nobody is signed in, so the requests will probably be refused: run `codex login`, or set CODEX_API_KEY.";
}

/** With `--oss`. What is downloaded on the way is told on stderr. @throws UserError when there is no server to use */
export async function checkLocalServer({ oss }: ExecFlags, config: Config): Promise<void> {
  if (!oss) return;
  const [{ localServerReady }, { downloadProgress }] = await Promise.all([
    import("../oss/ready"),
    import("../oss/pull-progress"),
  ]);
  const write = (text: string) => writeOutputNow(2, text);
  await localServerReady(config, downloadProgress({ write, isTerminal: await isTerminal(2) }));
}

/**
 * Trust in the configuration does not replace the repository: what a run breaks there can be undone (exec.md 3).
 * @throws UserError
 */
export function checkGit(flags: ExecFlags, config: Config): void {
  if (flags.skipGitRepoCheck || flags.bypass || gitRoot(config.cwd) !== undefined) return;
  throw new UserError("Not inside a trusted directory and --skip-git-repo-check was not specified.", {
    prefixed: false,
  });
}
