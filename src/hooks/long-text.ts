// Shortens what a hook tells the model: all of it goes to a file, and the model reads its two ends and where the file is.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { approxTokens, countLines, truncateMiddle } from "../model/truncate";
import { messageOf } from "../util/user-error";

const LIMIT_TOKENS = 2_500;
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/** @param folder made when it is needed; absolute */
export function shortened(text: string, folder: string): string {
  if (approxTokens(text) <= LIMIT_TOKENS) return text;
  const preview = truncateMiddle(text, { mode: "tokens", limit: LIMIT_TOKENS });
  return `Total output lines: ${countLines(text)}\n\n${preview}\n\n${savedText(text, folder)}`;
}

/** The system's temporary folder is everybody's: a file of that name is never one that was there. */
function savedText(text: string, folder: string): string {
  const file = join(folder, `${crypto.randomUUID()}.txt`);
  try {
    mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
    writeFileSync(file, text, { flag: "wx", mode: FILE_MODE });
    return `Full hook output saved to: ${file}`;
  } catch (error) {
    return `The full hook output could not be saved: ${messageOf(error)}`;
  }
}
