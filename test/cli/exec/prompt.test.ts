// What is sent for every combination of prompt argument and stdin, and how the bytes of stdin are read.

import { describe, expect, test } from "bun:test";
import { decodePrompt, resolvePrompt } from "../../../src/cli/exec/prompt";
import { UserError } from "../../../src/util/user-error";

type Outcome = {
  readonly sent: string | undefined;
  readonly refused: string | undefined;
  readonly notices: readonly string[];
};

async function resolve(argument: string | undefined, stdin: string | Uint8Array): Promise<Outcome> {
  const notices: string[] = [];
  const source = {
    argument,
    stdinIsTerminal: stdin === "terminal",
    readStdin: () => Promise.resolve(Buffer.from(stdin)),
    notice: (line: string) => void notices.push(line),
  };
  try {
    return { sent: await resolvePrompt(source), refused: undefined, notices };
  } catch (error) {
    if (!(error instanceof UserError) || error.prefixed) throw error;
    return { sent: undefined, refused: error.message, notices };
  }
}

const READING_MORE = ["Reading additional input from stdin..."];
const READING_PROMPT = ["Reading prompt from stdin..."];

describe("the prompt", () => {
  const sent = (argument: string | undefined, stdin: string, text: string, notices: readonly string[]) =>
    test(`${JSON.stringify(argument)} with ${JSON.stringify(stdin)} on stdin`, async () => {
      expect(await resolve(argument, stdin)).toEqual({ sent: text, refused: undefined, notices });
    });
  const refused = (argument: string | undefined, stdin: string, text: string, notices: readonly string[]) =>
    test(`${JSON.stringify(argument)} with ${JSON.stringify(stdin)} on stdin is refused`, async () => {
      expect(await resolve(argument, stdin)).toEqual({ sent: undefined, refused: text, notices });
    });

  sent("P", "terminal", "P", []);
  sent("P", "", "P", READING_MORE);
  sent("P", " \n\t", "P", READING_MORE);
  sent("P", "T", "P\n\n<stdin>\nT\n</stdin>", READING_MORE);
  sent("P", "T\n", "P\n\n<stdin>\nT\n</stdin>", READING_MORE);
  sent("P", "T\n\n", "P\n\n<stdin>\nT\n\n</stdin>", READING_MORE);
  sent("", "", "", READING_MORE);
  sent(undefined, "T\n", "T\n", READING_PROMPT);
  sent("-", "T\n", "T\n", []);
  refused(
    undefined,
    "terminal",
    "No prompt provided. Either specify one as an argument or pipe the prompt into stdin.",
    [],
  );
  refused(undefined, "", "No prompt provided via stdin.", READING_PROMPT);
  refused("-", " \n", "No prompt provided via stdin.", []);

  test("bytes that cannot be read are refused with the reason", async () => {
    expect(await resolve("-", new Uint8Array([0xff]))).toMatchObject({
      refused:
        "Failed to read prompt from stdin: input is not valid UTF-8 (invalid byte at offset 0). Convert it to UTF-8 and retry (e.g., `iconv -f <ENC> -t UTF-8 prompt.txt`).",
    });
  });
});

describe("the bytes of stdin", () => {
  const text = (name: string, bytes: readonly number[], expected: string) =>
    test(name, () => expect(decodePrompt(Uint8Array.from(bytes))).toEqual({ type: "text", text: expected }));
  const failed = (name: string, bytes: readonly number[], reason: string) =>
    test(name, () => expect(decodePrompt(Uint8Array.from(bytes))).toEqual({ type: "failed", reason }));

  text("nothing", [], "");
  text("UTF-8", [0x68, 0xc3, 0xa9], "hé");
  text(
    "UTF-8 with a byte order mark, which is dropped once",
    [0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf, 0x68],
    "\ufeffh",
  );
  text("UTF-16 little endian", [0xff, 0xfe, 0x68, 0x00, 0xe9, 0x00], "hé");
  text("UTF-16 big endian", [0xfe, 0xff, 0x00, 0x68, 0x00, 0xe9], "hé");
  failed(
    "a byte that is not UTF-8",
    [0x68, 0xc3, 0xa9, 0xc3, 0x28],
    "input is not valid UTF-8 (invalid byte at offset 3). Convert it to UTF-8 and retry (e.g., `iconv -f <ENC> -t UTF-8 prompt.txt`).",
  );
  failed(
    "a character cut off at the end",
    [0x68, 0xe2, 0x82],
    "input is not valid UTF-8 (invalid byte at offset 1). Convert it to UTF-8 and retry (e.g., `iconv -f <ENC> -t UTF-8 prompt.txt`).",
  );
  failed(
    "UTF-16 of an odd length",
    [0xff, 0xfe, 0x68],
    "input looked like UTF-16LE but could not be decoded. Convert it to UTF-8 and retry.",
  );
  failed(
    "half a surrogate pair",
    [0xfe, 0xff, 0xd8, 0x00],
    "input looked like UTF-16BE but could not be decoded. Convert it to UTF-8 and retry.",
  );
  failed(
    "UTF-32 little endian",
    [0xff, 0xfe, 0x00, 0x00, 0x68, 0, 0, 0],
    "input appears to be UTF-32LE. Convert it to UTF-8 and retry.",
  );
  failed(
    "UTF-32 big endian",
    [0x00, 0x00, 0xfe, 0xff, 0, 0, 0, 0x68],
    "input appears to be UTF-32BE. Convert it to UTF-8 and retry.",
  );
});
