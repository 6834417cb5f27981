// Refuses `--remote`: sessions of an app server elsewhere are not reached by this version.

import { UserError } from "../../util/user-error";
import type { Invocation } from "../grammar/spec";

/** @throws UserError in the words of cli.md 3.1 where only its companion was given */
export function refuseRemote({ levels }: Invocation): void {
  const given = (name: string) => levels.some(({ values }) => values.has(name));
  if (given("remote")) {
    throw new UserError(
      "`--remote` is not supported by this version. Run codex on the machine of the app server.",
    );
  }
  if (!given("remote-auth-token-env")) return;
  throw new UserError("ERROR: `--remote-auth-token-env` requires `--remote`.", { prefixed: false });
}
