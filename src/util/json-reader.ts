// Reads JSON that a model wrote: says where each value ends, and what is wrong in the words of the established CLI (agent.md 8).

/** A value and where it ends: an index into the text, after its last character. */
export type JsonNode = { readonly value: unknown; readonly end: number } & (
  | { readonly type: "scalar" }
  | { readonly type: "array"; readonly items: readonly JsonNode[] }
  | { readonly type: "object"; readonly members: readonly JsonMember[] }
);

/** In the order of the text; a name may stand twice. */
export type JsonMember = { readonly name: string; readonly nameEnd: number; readonly node: JsonNode };

export type JsonError = { readonly type: "error"; readonly problem: string; readonly at: number };

/** Deeper nesting is refused. */
const MAX_DEPTH = 127;

/** The one value that `text` holds, or the first thing in it that is not JSON. */
export function readJson(text: string): JsonNode | JsonError {
  const reader = new Reader(text);
  try {
    const node = reader.value(0);
    reader.space();
    if (reader.at < text.length) throw reader.here("trailing characters");
    return node;
  } catch (error) {
    if (error instanceof NotJson) return { type: "error", problem: error.message, at: error.at };
    throw error;
  }
}

/** `line L column C` of an index, counted in bytes: the column of the character before it. */
export function positionText(text: string, at: number): string {
  const before = text.slice(0, at);
  const lines = before.split("\n");
  return `line ${lines.length} column ${Buffer.byteLength(lines.at(-1) ?? "")}`;
}

class NotJson extends Error {
  readonly at: number;
  constructor(problem: string, at: number) {
    super(problem);
    this.at = at;
  }
}

const LITERALS: ReadonlyMap<string, readonly [string, unknown]> = new Map([
  ["t", ["true", true]],
  ["f", ["false", false]],
  ["n", ["null", null]],
] as const);
const ESCAPES = '"\\/bfnrtu';

class Reader {
  at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** At the character that comes next, or at the end. */
  here(problem: string): NotJson {
    return new NotJson(problem, Math.min(this.at + 1, this.#text.length));
  }

  space(): void {
    while (" \t\n\r".includes(this.#peek() || "x")) this.at += 1;
  }

  value(depth: number): JsonNode {
    this.space();
    const first = this.#peek();
    if (depth > MAX_DEPTH) throw this.here("recursion limit exceeded");
    if (first === "{") return this.#object(depth);
    if (first === "[") return this.#array(depth);
    if (first === '"') return this.#scalar(this.#string());
    if (/[-0-9]/.test(first)) return this.#scalar(this.#number());
    const literal = LITERALS.get(first);
    if (literal !== undefined) return this.#scalar(this.#literal(...literal));
    throw this.here(first === "" ? "EOF while parsing a value" : "expected value");
  }

  #peek(): string {
    return this.#text[this.at] ?? "";
  }

  #scalar(value: unknown): JsonNode {
    return { type: "scalar", value, end: this.at };
  }

  #object(depth: number): JsonNode {
    const members: JsonMember[] = [];
    this.at += 1;
    while (this.#another("}", members.length, "EOF while parsing an object", "expected `,` or `}`")) {
      if (this.#peek() === "") throw this.here("EOF while parsing a value");
      if (this.#peek() !== '"') throw this.here("key must be a string");
      const name = this.#string();
      const nameEnd = this.at;
      this.space();
      if (this.#peek() === "") throw this.here("EOF while parsing an object");
      if (this.#peek() !== ":") throw this.here("expected `:`");
      this.at += 1;
      members.push({ name, nameEnd, node: this.value(depth + 1) });
    }
    const value = Object.fromEntries(members.map(({ name, node }) => [name, node.value]));
    return { type: "object", members, value, end: this.at };
  }

  #array(depth: number): JsonNode {
    const items: JsonNode[] = [];
    this.at += 1;
    while (this.#another("]", items.length, "EOF while parsing a list", "expected `,` or `]`")) {
      items.push(this.value(depth + 1));
    }
    return { type: "array", items, value: items.map((item) => item.value), end: this.at };
  }

  /** Whether another part follows; takes the comma before it, or the bracket that closes. */
  #another(close: string, count: number, ended: string, expected: string): boolean {
    this.space();
    if (this.#peek() === "") throw this.here(ended);
    if (this.#peek() === close) {
      this.at += 1;
      return false;
    }
    if (count === 0) return true;
    if (this.#peek() !== ",") throw this.here(expected);
    this.at += 1;
    this.space();
    if (this.#peek() === close) throw this.here("trailing comma");
    return true;
  }

  #literal(word: string, value: unknown): unknown {
    for (const letter of word) {
      if (this.#peek() === "") throw this.here("EOF while parsing a value");
      if (this.#peek() !== letter) throw this.here("expected ident");
      this.at += 1;
    }
    return value;
  }

  #number(): number {
    const rest = this.#text.slice(this.at);
    const [digits] = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/.exec(rest) ?? [];
    const [whole = ""] = /^[-+.\deE]*/.exec(rest) ?? [];
    if (digits !== whole) {
      this.at += digits?.length ?? 1;
      throw this.here(this.at >= this.#text.length ? "EOF while parsing a value" : "invalid number");
    }
    const value = Number(digits);
    this.at += whole.length;
    if (!Number.isFinite(value)) throw new NotJson("number out of range", this.at);
    return value;
  }

  #string(): string {
    const start = this.at;
    this.at += 1;
    for (;;) {
      const letter = this.#peek();
      if (letter === "") throw this.here("EOF while parsing a string");
      this.at += 1;
      if (letter === '"') return this.#unescaped(start);
      if (letter < " ")
        throw new NotJson("control character (\\u0000-\\u001F) found while parsing a string", this.at);
      if (letter === "\\") this.#escape();
    }
  }

  #escape(): void {
    const kind = this.#peek();
    if (kind === "") throw this.here("EOF while parsing a string");
    this.at += 1;
    if (!ESCAPES.includes(kind)) throw new NotJson("invalid escape", this.at);
    if (kind !== "u") return;
    const [digits = ""] = /^[0-9a-fA-F]{0,4}/.exec(this.#text.slice(this.at, this.at + 4)) ?? [];
    this.at += digits.length;
    if (digits.length < 4)
      throw this.here(this.#peek() === "" ? "EOF while parsing a string" : "invalid escape");
  }

  /** A lone surrogate is read as the replacement character. */
  #unescaped(start: number): string {
    const value: unknown = JSON.parse(this.#text.slice(start, this.at));
    return String(value).toWellFormed();
  }
}
