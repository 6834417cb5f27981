// The file that a non-interactive run reads at the user's wish: the output schema (exec.md 7).

import { readFileSync } from "node:fs";
import { osErrorText } from "../../util/os-error";
import { positionText, readJson } from "../../util/json-reader";
import { UserError } from "../../util/user-error";

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
  const json = readJson(text);
  if (json.type !== "error") return json.value;
  const where = positionText(text, json.at);
  throw refused(`Output schema file ${path} is not valid JSON: ${json.problem} at ${where}`);
}

function refused(text: string): UserError {
  return new UserError(text, { prefixed: false });
}
