// The file that a non-interactive run reads at the user's wish: the output schema (exec.md 7).

import { readFileSync } from "node:fs";
import { osErrorText } from "../../util/os-error";
import { UserError, messageOf } from "../../util/user-error";

/**
 * The JSON of `--output-schema`; any JSON value will do here.
 * @throws UserError when the file cannot be read or is not JSON
 */
export function readOutputSchema(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw refused(`Failed to read output schema file ${path}: ${osErrorText(error)}`);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw refused(`Output schema file ${path} is not valid JSON: ${messageOf(error)}`);
  }
}

function refused(text: string): UserError {
  return new UserError(text, { prefixed: false });
}
