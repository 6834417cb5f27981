// `codex login status`: who is signed in (login-notify.md 3.1).

import { loginStatus, statusText, type LoginStatus } from "../../auth/status";
import type { Invocation } from "../grammar/spec";
import { signing, tell } from "./signing";

const FAILURES: readonly LoginStatus["type"][] = ["none", "broken"];

export async function run(invocation: Invocation): Promise<number> {
  const { store } = await signing(invocation);
  const status = await loginStatus(store);
  tell(statusText(status));
  return FAILURES.includes(status.type) ? 1 : 0;
}
