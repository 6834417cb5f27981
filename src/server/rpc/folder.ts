// A folder that a client wants to work in.

import { realpathSync, statSync } from "node:fs";
import { osErrorText } from "../../util/os-error";
import { INVALID_REQUEST, RpcFailure } from "./message";

/** Canonical. @throws RpcFailure `cannot work in ...` */
export function folder(path: string): string {
  let reason = "Not a directory (os error 20)";
  try {
    const found = realpathSync(path);
    if (statSync(found).isDirectory()) return found;
  } catch (error) {
    reason = osErrorText(error);
  }
  throw new RpcFailure(INVALID_REQUEST, `cannot work in ${path}: ${reason}`);
}
