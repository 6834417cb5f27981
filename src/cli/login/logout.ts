// `codex logout`: revokes the login and forgets it (login-notify.md 3.2).

import { logOut } from "../../auth/logout";
import { UserError } from "../../util/user-error";
import type { Invocation } from "../grammar/spec";
import { signing, tell } from "./signing";

export async function run(invocation: Invocation): Promise<number> {
  const { store, ...asker } = await signing(invocation);
  try {
    tell((await logOut(store, asker)) ? "Successfully logged out" : "Not logged in");
    return 0;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    tell(`Error logging out: ${error.message}`);
    return 1;
  }
}
