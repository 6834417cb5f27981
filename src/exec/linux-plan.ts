// Encodes all that a cloned child must know into one block of bytes, laid out as `struct plan` of the C text.

import type { CommandSpec } from "./command";
import type { LinuxConfinement } from "./confinement";
import { executableCandidates } from "./executable";
import { linuxSetup, type Step } from "./linux-steps";

const TRIAL = 8;
const TRACE = 128;

const HEADER_WORDS = 18;
/** Whoever takes the plan over puts in the numbers that they have there. */
const NO_DESCRIPTORS = [0, 0, 0, 0, 0];
const WORD_BYTES = 8;
/** Of a confinement: the C text has room for them and for what `/dev` holds. */
export const MAX_MOUNTS = 240;

/** A plan whose numbers have names again, for the messages about what failed. */
export type Plan = {
  readonly bytes: Uint8Array;
  readonly steps: readonly Step[];
  readonly placeholders: readonly string[];
};

export type PlannedCommand = Pick<CommandSpec, "argv" | "cwd" | "env" | "onRefused">;

/**
 * @param command null for a trial: all is set up, and nothing is run
 * @param terminal path of the terminal that the command's three streams are, if so
 * @throws RangeError for a text with a NUL byte
 */
export function encodePlan(
  command: PlannedCommand | null,
  confinement: LinuxConfinement,
  terminal: string | undefined,
): Plan {
  const { flags, steps, placeholders, filter, handled } = linuxSetup(confinement, terminal);
  const { argv, cwd, env } = command ?? { argv: [], cwd: "/", env: {} };
  const environment = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const block = new Block(HEADER_WORDS);
  // One free word before the arguments: a script without a first line is run by a shell, which goes there.
  block.list([]);
  const lists = [argv, environment, executableCandidates(argv[0] ?? "", env.PATH), placeholders].map((list) =>
    block.list(list),
  );
  const stepsAt = block.position;
  for (const { operation, flags = 0, slot = 0, mode = 0, placeholder = 0, path, text = "" } of steps) {
    block.words(operation, flags, slot, mode, placeholder, block.text(path), block.text(text));
  }
  block.header([
    flags | (command === null ? TRIAL : 0) | (command?.onRefused === undefined ? 0 : TRACE),
    ...NO_DESCRIPTORS,
    block.text(cwd),
    ...lists,
    filter.byteLength / WORD_BYTES,
    block.position,
    steps.length,
    stepsAt,
    ...handled,
  ]);
  return { bytes: block.finish(filter), steps, placeholders };
}

/** Stands for the place of a text, which is known when all words are. */
type TextOffset = { readonly offset: number };

/** Words of 8 bytes, then the filter, then the texts with a NUL after each. */
class Block {
  readonly #words: (number | TextOffset)[];
  readonly #texts: string[] = [];
  #textBytes = 0;

  constructor(headerWords: number) {
    this.#words = Array.from({ length: headerWords }, () => 0);
  }

  /** Byte offset of the next word; of the filter, when the last word is in. */
  get position(): number {
    return this.#words.length * WORD_BYTES;
  }

  header(words: readonly (number | TextOffset)[]): void {
    this.#words.splice(0, words.length, ...words);
  }

  words(...words: readonly (number | TextOffset)[]): void {
    this.#words.push(...words);
  }

  text(text: string): TextOffset {
    if (text.includes("\0")) throw new RangeError("a path, argument or variable contains a NUL byte");
    const offset = this.#textBytes;
    this.#texts.push(text);
    this.#textBytes += Buffer.byteLength(text) + 1;
    return { offset };
  }

  /** A list of texts, ended by 0; gives its offset. */
  list(texts: readonly string[]): number {
    const at = this.position;
    this.words(...texts.map((text) => this.text(text)), 0);
    return at;
  }

  finish(filter: Uint8Array): Uint8Array {
    const textsAt = this.position + filter.byteLength;
    const bytes = Buffer.alloc(textsAt + this.#textBytes);
    this.#words.forEach((word, index) => {
      const value = typeof word === "number" ? word : textsAt + word.offset;
      bytes.writeInt32LE(value, index * WORD_BYTES);
      if (value < 0) bytes.writeInt32LE(-1, index * WORD_BYTES + 4);
    });
    bytes.set(filter, this.position);
    bytes.write(this.#texts.map((text) => `${text}\0`).join(""), textsAt);
    return bytes;
  }
}
