// The files that a non-interactive run reads and writes at the user's wish: the output schema and the last message (exec.md 7).

import { readFileSync, writeFileSync } from "node:fs";
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

/**
 * Writes the last message as it is, without a newline of our own. The run has succeeded by then, so what goes wrong is
 * a line for stderr and no failure.
 * @returns that line, or undefined
 */
export function writeLastMessage(path: string, message: string | null): string | undefined {
  try {
    writeFileSync(path, message ?? "");
  } catch (error) {
    return `Failed to write last message file ${JSON.stringify(path)}: ${osErrorText(error)}`;
  }
  return message === null ? `Warning: no last agent message; wrote empty content to ${path}` : undefined;
}

function refused(text: string): UserError {
  return new UserError(text, { prefixed: false });
}
