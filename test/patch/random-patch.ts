// Random folders and patches for them, from the plausible to the broken, to try two programs on.

import type { Random } from "./random";

/** Relative paths and their bytes. */
export type Files = ReadonlyMap<string, Buffer>;

const LINES = [
  ...["", "", "a", "b", "c", "  a", "a ", "\ta", "}", "}", "if (x) {", "return 1;", "it's", "it’s", "x - y"],
  ...["x — y", "a\u00a0b", "a b", "\u0085", "日本", "\u2028", "*** End Patch", "@@", "+a", "-a"],
];
const NAMES = ["a.txt", "b.txt", "sub/c.txt", "d e.txt"];
const PATHS = [
  ...NAMES,
  ...NAMES,
  "new.txt",
  "new/deep/x.txt",
  "./a.txt",
  "sub/../b.txt",
  "sub",
  "a.txt/x",
  "no.txt",
];
const ODD = [
  ...["@@", "@@ a", "@@ ", "@@a", "*** End of File", "*** Environment ID: e", "*** Begin Patch", "", " "],
  ...[
    "*** End Patch",
    "garbage",
    "\\ No newline at end of file",
    "*** Add File: z",
    "*** Delete File: a.txt",
  ],
  ...["*** Update File: a.txt", "*** Move to: b.txt", "+", "-", "+x", "<<EOF", "EOF", "\ufeff"],
];

export function randomFiles(random: Random): Files {
  const files = new Map<string, Buffer>();
  for (const name of NAMES) {
    if (random.below(5) > 0) files.set(name, fileBytes(random));
  }
  return files;
}

export function randomPatch(random: Random, files: Files): string {
  const body: string[] = [];
  for (let hunks = 1 + random.below(3); hunks > 0; hunks--) body.push(...hunk(random, files));
  const lines = ["*** Begin Patch", ...body, "*** End Patch"];
  if (random.below(4) === 0) mutate(random, lines);
  if (random.below(20) === 0) lines.splice(0, lines.length, "<<'EOF'", ...lines, "EOF");
  return lines.join(random.below(12) === 0 ? "\r\n" : "\n") + random.pick(["", "\n", "\n\n"]);
}

function fileBytes(random: Random): Buffer {
  const lines = Array.from({ length: random.below(14) }, () => random.pick(LINES));
  const ending = random.pick(["\n", "\n", "\n", "\r\n"]);
  const bom = random.below(15) === 0 ? "\ufeff" : "";
  const text = bom + lines.join(ending) + random.pick(["", ending, ending, ending + ending]);
  return random.below(25) === 0
    ? Buffer.concat([Buffer.from(text), Buffer.of(0xff, 0x0a)])
    : Buffer.from(text);
}

function hunk(random: Random, files: Files): readonly string[] {
  const path = random.pick(PATHS);
  switch (random.below(8)) {
    case 0:
    case 1:
      return [
        `*** Add File: ${path}`,
        ...Array.from({ length: random.below(4) }, () => `+${random.pick(LINES)}`),
      ];
    case 2:
      return [`*** Delete File: ${path}`];
    default: {
      const known = [...files.keys()];
      const target = known.length > 0 && random.below(6) > 0 ? random.pick(known) : path;
      const move = random.below(8) === 0 ? [`*** Move to: ${random.pick(PATHS)}`] : [];
      return [`*** Update File: ${target}`, ...move, ...chunks(random, linesOf(files.get(target)))];
    }
  }
}

/** Mostly in the order of the file, and mostly with lines that are there. */
function chunks(random: Random, lines: readonly string[]): readonly string[] {
  const body: string[] = [];
  let at = 0;
  for (let count = 1 + random.below(3); count > 0; count--) {
    const start = random.below(8) === 0 ? random.below(lines.length + 1) : at + random.below(4);
    const taken = lines.slice(start, start + random.below(4));
    at = start + taken.length;
    const context = lines[Math.max(0, start - 1 - random.below(2))] ?? "a";
    body.push(random.below(4) === 0 ? `@@ ${random.below(3) === 0 ? context.trim() : context}` : "@@");
    for (const line of taken) {
      const spelled = random.below(5) === 0 ? line.trim() : line;
      body.push(random.pick([" ", "-"]) + spelled);
      if (random.below(3) === 0) body.push(`+${random.pick(LINES)}`);
    }
    if (taken.length === 0 || random.below(3) === 0) body.push(`+${random.pick(LINES)}`);
    if (random.below(6) === 0) body.push(random.pick(["", " ", "-"]));
    if (random.below(7) === 0) body.push("*** End of File");
  }
  return body;
}

function linesOf(bytes: Buffer | undefined): readonly string[] {
  return (bytes ?? Buffer.of()).toString("utf8").split("\n");
}

function mutate(random: Random, lines: string[]): void {
  for (let times = 1 + random.below(3); times > 0; times--) {
    const at = random.below(lines.length + 1);
    const line = lines[at] ?? "";
    switch (random.below(5)) {
      case 0:
        lines.splice(at, 1);
        break;
      case 1:
        lines.splice(at, 0, random.pick(ODD));
        break;
      case 2:
        lines.splice(at, 1, ` ${line}`);
        break;
      case 3:
        lines.splice(at, 1, line.slice(random.below(3)));
        break;
      default:
        lines.splice(at, 1, `${line}${random.pick([" ", "\r", "\u0085", "\ufeff", "\u00a0"])}`);
    }
  }
}
