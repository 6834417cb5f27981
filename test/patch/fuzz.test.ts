// Random patches from a fixed seed: the parser never throws, and the planner agrees with a naive one.

import { expect, test } from "bun:test";
import { parsePatch } from "../../src/patch/parse";
import type { Hunk, Patch } from "../../src/patch/patch";
import { planUpdate } from "../../src/patch/plan";
import { naiveUpdate } from "./naive";
import { type Random, randomFrom } from "./random";

const PATCHES = 20_000;
const WORDS = [
  "",
  "a",
  "b",
  "  a",
  "a ",
  "\ta",
  "it's",
  "it’s",
  "x - y",
  "x — y",
  "a\u00a0b",
  "a b",
  "\u0085",
];
const HEADERS = ["*** Add File: f", "*** Delete File: f", "*** Update File: f", "*** Move to: g"];
const ODD_LINES = [
  ...HEADERS,
  "@@",
  "@@ a",
  "@@ ",
  "@@a",
  "*** End of File",
  "*** Environment ID: e",
  "*** Begin Patch",
  "*** End Patch",
  "<<EOF",
  "EOF",
  "",
  " ",
  "garbage",
  "\\ No newline at end of file",
  "\ud800",
  "+\u2028",
];

test(`${PATCHES} mutated patches parse or are refused, and what parses says the same when written out again`, () => {
  const random = randomFrom(1);
  let parsed = 0;
  for (let n = 0; n < PATCHES; n++) {
    const text = mutated(patchText(random, fileLines(random)), random);
    const patch = parsePatch(text);
    if (patch.type !== "patch") {
      expect(patch.message).not.toBe("");
      continue;
    }
    parsed++;
    expect(parsePatch(written(patch))).toEqual(patch);
  }
  expect(parsed).toBeGreaterThan(PATCHES / 10);
});

test(`${PATCHES} random updates give what the naive planner gives`, () => {
  const random = randomFrom(2);
  const seen = { applied: 0, refused: 0, overlapping: 0 };
  for (let n = 0; n < PATCHES; n++) {
    const lines = fileLines(random);
    const patch = parsePatch(patchText(random, lines));
    if (patch.type !== "patch") continue;
    const text = lines.join("\n") + random.pick(["", "\n", "\n\n", "\r\n"]);
    for (const hunk of patch.hunks) {
      if (hunk.type !== "update") continue;
      const planned = planUpdate(text, hunk.chunks, "/f", "patch");
      const naive = naiveUpdate(text, hunk.chunks);
      if (naive === "overlap") {
        seen.overlapping++;
        continue;
      }
      if (naive === null) seen.refused++;
      else seen.applied++;
      expect({ hunk, text, result: planned.type === "planned" ? planned.text : null }).toEqual({
        hunk,
        text,
        result: naive,
      });
    }
  }
  expect(seen.applied).toBeGreaterThan(PATCHES / 4);
  expect(seen.refused).toBeGreaterThan(PATCHES / 20);
  expect(seen.overlapping).toBeGreaterThan(0);
});

test("keeping line endings, a CRLF file changes as its LF twin does", () => {
  const random = randomFrom(3);
  for (let n = 0; n < PATCHES / 4; n++) {
    const lines = fileLines(random);
    const patch = parsePatch(patchText(random, lines));
    if (patch.type !== "patch" || lines.length < 2) continue;
    const text = lines.join("\n") + random.pick(["", "\n", "\n\n"]);
    for (const hunk of patch.hunks) {
      if (hunk.type !== "update") continue;
      const lf = planUpdate(text, hunk.chunks, "/f", "keep");
      const crlf = planUpdate(text.replaceAll("\n", "\r\n"), hunk.chunks, "/f", "keep");
      expect(crlf.type).toBe(lf.type);
      if (lf.type === "planned" && crlf.type === "planned") {
        expect(crlf.text).toBe(lf.text.replaceAll("\n", "\r\n"));
      }
    }
  }
});

function fileLines(random: Random): string[] {
  return Array.from({ length: random.below(9) }, () => random.pick(WORDS));
}

/** A patch that mostly fits a file of these lines. */
function patchText(random: Random, lines: readonly string[]): string {
  const body: string[] = [];
  for (let hunks = 1 + random.below(2); hunks > 0; hunks--) {
    const header = random.pick([HEADERS[2], HEADERS[2], HEADERS[2], HEADERS[0], HEADERS[1]]);
    body.push(header ?? "");
    if (header === HEADERS[0]) body.push("+a", "+");
    if (header !== HEADERS[2]) continue;
    if (random.below(6) === 0) body.push("*** Move to: g");
    for (let chunks = 1 + random.below(3); chunks > 0; chunks--) body.push(...chunkLines(random, lines));
  }
  return ["*** Begin Patch", ...body, "*** End Patch"].join("\n");
}

function chunkLines(random: Random, lines: readonly string[]): string[] {
  const start = random.below(lines.length + 1);
  const taken = lines.slice(start, start + random.below(4));
  const chunk = [random.below(4) === 0 ? `@@ ${lines[random.below(lines.length + 1)] ?? "a"}` : "@@"];
  for (const line of taken) {
    const spelled = random.below(4) === 0 ? line.trim() : line;
    chunk.push(random.pick([" ", "-"]) + spelled);
    if (random.below(3) === 0) chunk.push(`+${random.pick(WORDS)}`);
  }
  if (taken.length === 0 || random.below(3) === 0) chunk.push(`+${random.pick(WORDS)}`);
  if (random.below(5) === 0) chunk.push(random.pick(["", " ", "-"]));
  if (random.below(6) === 0) chunk.push("*** End of File");
  return chunk;
}

function mutated(text: string, random: Random): string {
  const lines = text.split("\n");
  for (let times = random.below(4); times > 0; times--) {
    const at = random.below(lines.length + 1);
    const kind = random.below(5);
    if (kind === 0) lines.splice(at, 1);
    else if (kind === 1) lines.splice(at, 0, random.pick(ODD_LINES));
    else if (kind === 2) lines.splice(at, 1, ` ${lines[at] ?? ""}`);
    else if (kind === 3) lines.splice(at, 1, (lines[at] ?? "").slice(random.below(3)));
    else lines.splice(at, 1, `${lines[at] ?? ""}${random.pick([" ", "\r", "\u0085", "\ufeff", "\0"])}`);
  }
  return lines.join(random.pick(["\n", "\n", "\r\n"]));
}

/** The strict spelling of a parsed patch. One CR before each LF is dropped when it is read. */
function written(patch: Patch): string {
  const preamble = patch.environmentId === null ? [] : [`*** Environment ID: ${patch.environmentId}`];
  return ["*** Begin Patch", ...preamble, ...patch.hunks.flatMap(writtenHunk), "*** End Patch"].join("\r\n");
}

function writtenHunk(hunk: Hunk): string[] {
  if (hunk.type === "delete") return [`*** Delete File: ${hunk.path}`];
  if (hunk.type === "add") {
    const lines = hunk.content.split("\n").slice(0, -1);
    return [`*** Add File: ${hunk.path}`, ...lines.map((line) => `+${line}`)];
  }
  const marks = { context: " ", added: "+", removed: "-" };
  return [
    `*** Update File: ${hunk.path}`,
    ...(hunk.movePath === null ? [] : [`*** Move to: ${hunk.movePath}`]),
    ...hunk.chunks.flatMap((chunk) => [
      chunk.context === null ? "@@" : `@@ ${chunk.context}`,
      ...chunk.lines.map((line) => marks[line.type] + line.text),
      ...(chunk.endOfFile ? ["*** End of File"] : []),
    ]),
  ];
}
