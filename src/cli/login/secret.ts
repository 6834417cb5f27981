// Reads a secret from stdin, where no list of processes and no shell history shows it (login-notify.md 3).

import { osErrorText } from "../../util/os-error";
import { isTerminal } from "../terminal";
import { tell } from "./signing";

/** Longer than any key or token. */
const SECRET_BYTES = 1_048_576;

export type SecretKind = {
  readonly flag: string;
  /** As in "the API key", "No API key provided". */
  readonly name: string;
  readonly variable: string;
};

/** Trimmed; undefined when there is none, which the user has been told. */
export async function secretFromStdin({ flag, name, variable }: SecretKind): Promise<string | undefined> {
  if (await isTerminal(0)) {
    tell(
      `${flag} expects the ${name} on stdin. Try piping it, e.g. \`printenv ${variable} | codex login ${flag}\`.`,
    );
    return undefined;
  }
  tell(`Reading ${name} from stdin...`);
  try {
    const secret = (await readStdin()).trim();
    if (secret !== "") return secret;
    tell(`No ${name} provided via stdin.`);
  } catch (error) {
    tell(`Failed to read ${name} from stdin: ${osErrorText(error)}`);
  }
  return undefined;
}

async function readStdin(): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  for await (const chunk of Bun.stdin.stream()) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > SECRET_BYTES) throw new Error(`it is longer than ${SECRET_BYTES} bytes`);
  }
  return text + decoder.decode();
}
