// Puts the prompt of a non-interactive run together from the command line and stdin (exec.md 2).

import { decodeUtf8 } from "../../patch/encoding";
import { UserError } from "../../util/user-error";

/** Where a prompt, or a part of it, may come from besides the command line. */
export type Stdin = {
  /** `ignored`: the user asked for that. A `terminal` is read only for `-`: a person would have to know. */
  readonly type: "terminal" | "piped" | "ignored";
  /** Reads stdin to its end. `onSilence` is called once when nothing has come for a while. */
  readonly read: (onSilence?: () => void) => Promise<Uint8Array>;
};

export type PromptSource = {
  /** The positional; `-` stands for stdin. */
  readonly argument: string | undefined;
  readonly stdin: Stdin;
  /** Tells the user what is being waited for. */
  readonly notice: (line: string) => void;
};

const SILENCE_NOTICE =
  "Still waiting for stdin: it is an open pipe, nothing has come through it yet, and the run begins when it is closed. " +
  "To go on without it, start codex with `< /dev/null` or with `--no-stdin`.";

/**
 * The text to send. Text piped in beside an argument is sent along with it, in a `<stdin>` block.
 * @throws UserError when there is no prompt, or stdin cannot be decoded
 */
export async function resolvePrompt(source: PromptSource): Promise<string> {
  const { argument, stdin, notice } = source;
  if (argument === undefined || argument === "-") return await promptFromStdin(source);
  if (stdin.type !== "piped") return argument;
  notice("Reading additional input from stdin...");
  const piped = decodeOrRefuse(await stdin.read(() => notice(SILENCE_NOTICE)));
  if (piped.trim() === "") return argument;
  return `${argument}\n\n<stdin>\n${piped}${piped.endsWith("\n") ? "" : "\n"}</stdin>`;
}

/**
 * The same for a session that goes on: an argument is all there is, and stdin is read only in its place.
 * @throws UserError as `resolvePrompt` does
 */
export async function resolveNextPrompt(source: PromptSource): Promise<string> {
  const { argument } = source;
  return argument === undefined || argument === "-" ? await promptFromStdin(source) : argument;
}

/**
 * What to review, in the user's own words, without blanks around it.
 * @throws UserError when there is nothing
 */
export async function resolveReviewPrompt(source: PromptSource): Promise<string> {
  const prompt = (await resolveNextPrompt(source)).trim();
  if (prompt === "") throw new UserError("Review prompt cannot be empty");
  return prompt;
}

async function promptFromStdin({ argument, stdin, notice }: PromptSource): Promise<string> {
  if (stdin.type === "ignored") {
    throw refused("No prompt provided. With --no-stdin it has to be an argument, and not `-`.");
  }
  if (argument === undefined) {
    if (stdin.type === "terminal") {
      throw refused("No prompt provided. Either specify one as an argument or pipe the prompt into stdin.");
    }
    notice("Reading prompt from stdin...");
  }
  const text = decodeOrRefuse(await stdin.read());
  if (text.trim() === "") throw refused("No prompt provided via stdin.");
  return text;
}

function decodeOrRefuse(bytes: Uint8Array): string {
  const decoded = decodePrompt(bytes);
  if (decoded.type === "text") return decoded.text;
  throw refused(`Failed to read prompt from stdin: ${decoded.reason}`);
}

export type DecodedPrompt =
  { readonly type: "text"; readonly text: string } | { readonly type: "failed"; readonly reason: string };

/** UTF-8, or UTF-16 with a byte order mark; the mark is dropped. */
export function decodePrompt(bytes: Uint8Array): DecodedPrompt {
  if (startsWith(bytes, [0xff, 0xfe, 0x00, 0x00])) return unsupported("UTF-32LE");
  if (startsWith(bytes, [0x00, 0x00, 0xfe, 0xff])) return unsupported("UTF-32BE");
  if (startsWith(bytes, [0xef, 0xbb, 0xbf])) return decodePlain(bytes.subarray(3));
  if (startsWith(bytes, [0xff, 0xfe])) return decodeUtf16(bytes.subarray(2), "UTF-16LE");
  if (startsWith(bytes, [0xfe, 0xff])) return decodeUtf16(bytes.subarray(2), "UTF-16BE");
  return decodePlain(bytes);
}

function decodePlain(bytes: Uint8Array): DecodedPrompt {
  const decoded = decodeUtf8(bytes);
  if (decoded.type === "text") return decoded;
  return {
    type: "failed",
    reason:
      `input is not valid UTF-8 (invalid byte at offset ${decoded.index}). ` +
      "Convert it to UTF-8 and retry (e.g., `iconv -f <ENC> -t UTF-8 prompt.txt`).",
  };
}

function decodeUtf16(bytes: Uint8Array, name: "UTF-16LE" | "UTF-16BE"): DecodedPrompt {
  const encoding = name === "UTF-16LE" ? "utf-16le" : "utf-16be";
  try {
    return { type: "text", text: new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const reason = `input looked like ${name} but could not be decoded. Convert it to UTF-8 and retry.`;
    return { type: "failed", reason };
  }
}

function unsupported(name: string): DecodedPrompt {
  return { type: "failed", reason: `input appears to be ${name}. Convert it to UTF-8 and retry.` };
}

function startsWith(bytes: Uint8Array, mark: readonly number[]): boolean {
  return mark.every((byte, index) => bytes[index] === byte);
}

/** These texts stand alone on stderr, without `Error: `. */
function refused(text: string): UserError {
  return new UserError(text, { prefixed: false });
}
