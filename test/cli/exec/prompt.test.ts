// What is sent for every combination of prompt argument and stdin, and how the bytes of stdin are read.

import { describe, expect, test } from "bun:test";
import {
  decodePrompt,
  resolveNextPrompt,
  resolvePrompt,
  resolveReviewPrompt,
} from "../../../src/cli/exec/prompt";
import { UserError } from "../../../src/util/user-error";

type Outcome = {
  readonly sent: string | undefined;
  readonly refused: string | undefined;
  readonly notices: readonly string[];
};

type Resolve = typeof resolvePrompt;

async function resolve(
  argument: string | undefined,
  stdin: string | Uint8Array,
  how: Resolve = resolvePrompt,
): Promise<Outcome> {
  const notices: string[] = [];
  const type = stdin === "terminal" || stdin === "ignored" ? stdin : "piped";
  const source = {
    argument,
    stdin: { type, read: () => Promise.resolve(Buffer.from(stdin)) } as const,
    notice: (line: string) => void notices.push(line),
  };
  try {
    return { sent: await how(source), refused: undefined, notices };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
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

  sent("P", "ignored", "P", []);
  const NOT_READ = "No prompt provided. With --no-stdin it has to be an argument, and not `-`.";
  refused(undefined, "ignored", NOT_READ, []);
  refused("-", "ignored", NOT_READ, []);

  test("a pipe on which nothing comes is spoken of, with the way out", async () => {
    const notices: string[] = [];
    const read = (onSilence?: () => void) => {
      onSilence?.();
      return Promise.resolve(Buffer.from(""));
    };
    const source = {
      argument: "P",
      stdin: { type: "piped", read } as const,
      notice: (line: string) => void notices.push(line),
    };
    expect(await resolvePrompt(source)).toBe("P");
    expect(notices).toEqual([READING_MORE[0], expect.stringContaining("Still waiting for stdin")]);
    expect(notices[1]).toContain("`< /dev/null` or with `--no-stdin`");
  });

  test("bytes that cannot be read are refused with the reason", async () => {
    expect(await resolve("-", new Uint8Array([0xff]))).toMatchObject({
      refused:
        "Failed to read prompt from stdin: input is not valid UTF-8 (invalid byte at offset 0). Convert it to UTF-8 and retry (e.g., `iconv -f <ENC> -t UTF-8 prompt.txt`).",
    });
  });
});

describe("the next prompt of a session", () => {
  test("is the argument alone, whatever is on stdin", async () => {
    expect(await resolve("P", "T", resolveNextPrompt)).toEqual({
      sent: "P",
      refused: undefined,
      notices: [],
    });
    expect(await resolve("", "T", resolveNextPrompt)).toMatchObject({ sent: "" });
  });

  test("comes from stdin in its place", async () => {
    expect(await resolve(undefined, "T\n", resolveNextPrompt)).toMatchObject({
      sent: "T\n",
      notices: READING_PROMPT,
    });
    expect(await resolve("-", "T\n", resolveNextPrompt)).toMatchObject({ sent: "T\n", notices: [] });
  });
});

describe("what to review", () => {
  test("has no blanks around it, and is not nothing", async () => {
    expect(await resolve(" look here\n", "", resolveReviewPrompt)).toMatchObject({ sent: "look here" });
    expect(await resolve("-", " look\n", resolveReviewPrompt)).toMatchObject({ sent: "look" });
    const empty = "Review prompt cannot be empty";
    expect(await resolve("  ", "", resolveReviewPrompt)).toMatchObject({ refused: empty });
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
