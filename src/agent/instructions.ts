// The base instructions of a thread: the user's replacement if there is one, else ours.

import { readFileSync } from "node:fs";
import type { Config } from "../config/config";
import { osErrorText } from "../util/os-error";
import { UserError } from "../util/user-error";
import baseInstructions from "./base-instructions.md" with { type: "text" };

/** `model_instructions_file` wins over `instructions` (config.md 7.1). @throws UserError for a file that cannot be used. */
export function threadInstructions(config: Config): string {
  const file = config.toml.model_instructions_file;
  if (file !== undefined) return instructionsFile(file);
  return config.toml.instructions ?? baseInstructions;
}

function instructionsFile(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, "utf8").trim();
  } catch (error) {
    throw new UserError(`failed to read model instructions file ${path}: ${osErrorText(error)}`, {
      cause: error,
    });
  }
  if (text === "") throw new UserError(`model instructions file is empty: ${path}`);
  return text;
}
